import { describe, expect, test } from 'vitest'
import { artifactOf, createWorld, KINDS } from './world.ts'

describe.each(KINDS)('what a log in %s tells beside its version', (kind) => {
  test('is nothing when content is new, and when nothing else was given', async () => {
    const { lading } = await createWorld(kind)
    const nothing = { replaced: [], aliasesEnded: [] }

    const facts = { metadata: { loss: 1 }, description: 'a model' }
    expect(await lading.save(artifactOf('model', { f: '1' }, facts))).toMatchObject({ created: true, ...nothing })
    expect(await lading.save(artifactOf('model', { f: '1' }))).toMatchObject({ created: false, ...nothing })
    expect(await lading.save(artifactOf('model', { f: '1' }, facts))).toMatchObject({ created: false, ...nothing })
  })

  test('is the metadata and the description that known content replaced', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }, { metadata: { loss: 1 } }))

    const first = await lading.save(artifactOf('model', { f: '1' }, { metadata: { loss: 2 } }))
    const second = await lading.save(artifactOf('model', { f: '1' }, { metadata: { loss: 3 }, description: 'new' }))
    const third = await lading.save(artifactOf('model', { f: '1' }, { metadata: { loss: 3 }, description: 'other' }))

    expect([first, second, third].map(({ replaced }) => replaced)).toEqual([
      ['metadata'],
      ['metadata', 'description'],
      ['description'],
    ])
    expect(await (await lading.getArtifact('model')).metadata()).toEqual({ loss: 3 })
  })

  test('are the aliases that went with what a supersede ended, and no others', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }), { aliases: ['prod', 'best', 'moves'] })

    const kept = await lading.save(artifactOf('model', { f: '2' }), { aliases: ['stage'] })
    const logged = await lading.save(artifactOf('model', { f: '3' }), { aliases: ['moves'], supersede: true })

    expect(kept.aliasesEnded).toEqual([])
    expect(logged.aliasesEnded).toEqual(['best', 'prod', 'stage'])
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v2', moves: 'v2' })
  })
})
