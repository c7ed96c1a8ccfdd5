import { describe, expect, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { createPorts, createStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import { FOLDS, foldingFs } from '../support/folding-fs.ts'
import type { Fold } from '../support/folding-fs.ts'
import { all, artifactOf, refusal } from './world.ts'

/** Handles on a store whose disk folds case. */
function foldingWorld(): () => Lading {
  const fs = foldingFs(FOLDS['folds case'])
  return () =>
    createStore(createPorts(createFsObjectStore({ root: '/store', fs, durability: 'none' })), { project: 'demo' })
}

describe('a store whose disk cannot tell names apart that differ only in case', () => {
  test('refuses an artifact by such a name, and the first one is untouched', async () => {
    const open = foldingWorld()
    await open().save(artifactOf('model', { a: '1' }), { aliases: ['prod'] })

    const error = await refusal('CONFLICT', () => open().save(artifactOf('Model', { a: '2' })))

    expect(error.detail).toMatch(/"model" where "Model"/)
    expect(await open().artifact('model').aliases()).toEqual({ latest: 'v0', prod: 'v0' })
    await refusal('CONFLICT', () => open().getArtifact('MODEL'))
    await refusal('CONFLICT', () => open().artifact('Model').delete())
    expect((await all(open().artifacts())).map(({ name }) => name)).toEqual(['model'])
  })

  test('refuses a project by such a name, so that its blobs stay its own', async () => {
    const open = foldingWorld()
    await open().save(artifactOf('model', { a: '1' }))

    await refusal('CONFLICT', () => open().save(artifactOf('other', { a: '1' }), { project: 'Demo' }))

    await refusal('CONFLICT', () => open().getArtifact('DEMO/model'))
    expect((await all(open().projects())).map(({ name }) => name)).toEqual(['demo'])
  })

  test('does not resume a run by an id in another spelling', async () => {
    const open = foldingWorld()
    const run = await open().init({ id: 'night', name: 'the first' })
    await run.logArtifact(artifactOf('model', { a: '1' }))

    await refusal('CONFLICT', () => open().init({ id: 'Night' }))

    expect(await open().init({ id: 'night' })).toMatchObject({ id: 'night', name: 'the first' })
  })

  test('keeps aliases apart that differ only in case: they are inside a document', async () => {
    const open = foldingWorld()
    await open().save(artifactOf('model', { a: '1' }), { aliases: ['prod'] })
    await open().save(artifactOf('model', { a: '2' }), { aliases: ['Prod'] })

    expect(await open().artifact('model').aliases()).toEqual({ Prod: 'v1', latest: 'v1', prod: 'v0' })
  })
})

describe('a download onto a disk that cannot tell names apart', () => {
  /** A store in memory, and the user's folders on a disk that folds names. */
  function worldOn(fold: Fold) {
    const fs = foldingFs(fold)
    const ports = createPorts(createMemoryObjectStore())
    return { fs, lading: createStore(ports, { project: 'demo', files: createFiles(fs) }) }
  }

  test.each<[string, Fold, readonly [string, string]]>([
    ['in case', FOLDS['folds case'], ['data/Weights', 'data/weights']],
    ['in the case of a file and a folder', FOLDS['folds case'], ['Data', 'data/b']],
    ['in normalisation', FOLDS['folds case and normalises'], ['caf\u00e9', 'cafe\u0301']],
    ['in both', FOLDS['folds case and normalises'], ['CAF\u00c9/x', 'cafe\u0301/x']],
  ])('is refused before anything is written when paths differ only %s', async (_, fold, [first, second]) => {
    const { fs, lading } = worldOn(fold)
    await lading.save(artifactOf('model', { [first]: '1', [second]: '2', other: '3' }))
    const version = await lading.getArtifact('model')

    const error = await refusal('CONFLICT', () => version.download({ root: '/out' }))

    expect(error.message).toMatch(/this disk cannot tell/)
    expect(await fs.promises.readdir('/')).toEqual([])
    await version.download({ root: '/out', include: [first, 'other'] })
    expect(await fs.promises.readdir('/out')).toContain('other')
  })

  test('is no different where all paths can be told apart', async () => {
    const { lading } = worldOn(FOLDS['folds case and normalises'])
    await lading.save(artifactOf('model', { 'Data/A': '1', 'Data/b': '2', 'caf\u00e9': '3' }))
    const version = await lading.getArtifact('model')

    await version.download({ root: '/out' })

    expect((await version.verify('/out')).ok).toBe(true)
    expect((await version.download({ root: '/out' })).written).toEqual([])
  })
})
