import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import type { Finding } from '../../src/ports/store-adapter.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

describe('lading doctor', () => {
  let workspace: Workspace

  beforeAll(async () => {
    workspace = await createWorkspace()
    await workspace.write('file', 'content')
    await using lading = await openStore(workspace.path('.lading'), { project: 'default' })
    await lading.save(new Artifact('model').addFile(Uint8Array.of(1), 'a'))
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  it('trusts a store in a folder, and leaves it as it was', async () => {
    const before = (await readdir(workspace.folder, { recursive: true })).sort()

    const { code, stdout, stderr } = await workspace.lading(['doctor'])

    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('This store can be trusted')
    expect(stdout).toMatch(/^✓ store folder +format 1, in \S+\/\.lading$/m)
    expect((await readdir(workspace.folder, { recursive: true })).sort()).toEqual(before)
  })

  it('trusts a store in a SQLite file without a warning about its folder of blobs', async () => {
    await using lading = await openStore(`sqlite:${workspace.path('m.db')}`, { project: 'default' })
    await lading.save(new Artifact('model').addFile(Uint8Array.of(1), 'a'))

    const { findings } = (await workspace.json(['doctor', '--store', 'sqlite:m.db'])) as { findings: Finding[] }

    expect(findings).toContainEqual(expect.objectContaining({ check: 'blob folder', verdict: 'good' }))
    expect(findings.filter(({ check }) => check === 'store folder')).toEqual([])
  })

  it.each([
    [['--store', 'file'], 'store folder', 'is no folder'],
    [['--store', 's3://id:geheim@x'], 'opening', 's3://***@x: no adapter for s3:'],
    [['--project', '..'], 'configuration', 'project name ".." must match'],
  ])('answers %j with 1, and says what is broken', async (args, check, says) => {
    const { code, stdout } = await workspace.lading(['doctor', '--json', ...args])

    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: readonly object[] }
    expect([code, ok]).toEqual([1, false])
    expect(findings).toContainEqual(
      expect.objectContaining({ check, verdict: 'broken', detail: expect.stringContaining(says) as string }),
    )
  })
})
