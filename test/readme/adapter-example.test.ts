import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../scripts/run.ts'
import { blobStoreCases, metadataStoreCases, objectStoreCases } from '../../src/contract/index.ts'
import { createApp } from './support/app.ts'
import type { App } from './support/app.ts'
import { filesOf, readPage } from './support/markdown.ts'
import { promisesOf } from './support/program.ts'

const FILES = filesOf(readPage('docs/write-an-adapter.md'))

let app: App

beforeAll(() => {
  app = createApp()
  for (const [name, text] of FILES) app.write(name, text)
  expect(run('node', ['write-skips.ts'], app.folder).output).toBe('')
}, 60_000)

afterAll(() => app?.remove())

describe('the driver of docs/write-an-adapter.md', () => {
  it('keeps versions', () => {
    const { stdout } = run('node', ['use.ts'], app.folder)

    expect(stdout.trimEnd().split('\n')).toEqual(promisesOf(FILES.get('use.ts')!).slice(1))
  })

  it('passes the contract suites with vitest', () => {
    const { ok, output } = run('vitest', ['run', '--root', app.folder, '--reporter', 'tap-flat'], app.folder)

    expect({ ok, output }).toEqual({ ok: true, output })
    const all = [...objectStoreCases, ...metadataStoreCases, ...blobStoreCases]
    const quick = all.filter(({ tier }) => tier === 'quick')
    const underFaults = quick.filter(({ id }) => id.startsWith('metadata.linearizable.'))
    // And one that looks whether there were faults.
    expect(output.match(/^ok /gm)).toHaveLength(quick.length + underFaults.length + 1)
  })

  it('passes the contract suite with node:test', () => {
    const { ok, output } = run('node', ['--test', 'map.node-test.ts'], app.folder)

    expect({ ok, output }).toEqual({ ok: true, output })
    expect(output).toMatch(/pass \d{2,}/)
  })
})
