import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const SUITE = fileURLToPath(new URL('./support/on-node-test.ts', import.meta.url))

it('the contract suite runs under node:test, with its skips', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap', SUITE], { encoding: 'utf8' })

  expect(stdout).toMatch(/^# fail 0$/m)
  expect(stdout).toContain('object.batch.all-or-nothing # SKIP batch')
  expect(status).toBe(0)
})
