import { describe, expect, test } from 'vitest'
import { artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'

describe.each(KINDS)('patch and additive versions in %s', (kind) => {
  test('a draft of an old version holds its entries, type and metadata, not its aliases; logged it is the next version', async () => {
    const { lading } = await createWorld(kind)
    const given = { type: 'dataset', metadata: { rows: 3 }, description: 'samples' }
    await lading.save(artifactOf('sample', { a: '1', b: '2', 'c/d': '3' }, given), { aliases: ['prod'] })
    await lading.save(artifactOf('sample', { z: '9' }, given))
    const base = await lading.getArtifact('sample:v0')

    const draft = await base.newDraft()
    expect(draft).toMatchObject({
      name: 'sample',
      type: 'dataset',
      metadata: { rows: 3 },
      description: 'samples',
      aliases: [],
      derivedFrom: { n: 0 },
    })
    draft.addFile(bytesOf('new'), 'e').addFile(bytesOf('two'), 'b', { overwrite: true }).remove('c')
    const logged = await lading.save(draft)

    expect(logged).toMatchObject({ version: 'v2', created: true, aliases: ['latest'] })
    const patch = await lading.getArtifact('sample')
    expect((await patch.entries()).map(({ path, size }) => [path, size])).toEqual([
      ['a', 1],
      ['b', 3],
      ['e', 3],
    ])
    expect(patch.derivedFrom).toEqual({ project: 'demo', artifact: 'sample', n: 0 })
    expect(await lading.artifact('sample').aliases()).toEqual({ latest: 'v2', prod: 'v0' })
    expect(await (await patch.file('a')).text()).toBe('1')
  })

  test('other content under a path of the base is CONFLICT unless it overwrites', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('sample', { a: '1' }))
    const draft = await (await lading.getArtifact('sample')).newDraft()
    await refusal('CONFLICT', () => lading.save(draft.addFile(bytesOf('2'), 'a')))
  })

  test('an unchanged draft is the version it came from', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('sample', { a: '1' }))
    const logged = await lading.save(await (await lading.getArtifact('sample')).newDraft())
    expect(logged).toMatchObject({ version: 'v0', created: false })
  })

  test('a draft is not logged into another project, where its bytes are not', async () => {
    const { lading, keys } = await createWorld(kind)
    await lading.save(artifactOf('sample', { a: '1' }))
    const draft = await (await lading.getArtifact('sample')).newDraft()
    const [run, before] = [await lading.init({ project: 'elsewhere' }), await keys()]

    const error = await refusal('INVALID', () => lading.save(draft, { project: 'elsewhere' }))
    await refusal('INVALID', () => run.logArtifact(draft))

    expect(error.detail).toContain('demo/sample:v0')
    expect(error.next).toContain('download')
    expect(await keys()).toEqual(before)
    expect(await lading.save(draft)).toMatchObject({ version: 'v0', created: false })
  })

  test('only new bytes travel', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('sample', { a: 'x'.repeat(50_000) }))
    const draft = (await (await lading.getArtifact('sample')).newDraft()).addFile(bytesOf('new'), 'b')
    let most = 0

    await lading.save(draft, { onProgress: ({ bytes }) => (most = Math.max(most, bytes)) })

    expect(most).toBe(3)
  })
})
