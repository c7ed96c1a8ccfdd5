import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { assertNodeVersion } from '../../src/cli/node-version.ts'

test.each(['20.20.2', '22.12.0', '18.0.0'])('Node %s is UNSUPPORTED, before anything is done', (version) => {
  expect(() => assertNodeVersion(version)).toThrow(`this is Node ${version}, lading needs 22.13 or newer`)
})

test.each(['22.13.0', '24.0.0', '100.1.0'])('Node %s will do', (version) => {
  expect(() => assertNodeVersion(version)).not.toThrow()
})

test('the oldest one is that of package.json', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }

  expect(engines.node).toBe('>=22.13')
})
