import { mkdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { Artifact } from '../../src/index.ts'
import type { Progress } from '../../src/index.ts'
import { all, artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'

describe.each(KINDS)('logging to %s', (kind) => {
  test('new content is the next version; latest and the given aliases move to it; the run is its producer', async () => {
    const { lading } = await createWorld(kind)
    await using run = await lading.init({ name: 'train' })

    const first = await run.logArtifact(artifactOf('model', { f: '1' }), { aliases: ['prod', 'latest', 'prod'] })
    const second = await run.logArtifact(artifactOf('model', { f: '2' }), { aliases: ['prod'] })

    expect(first).toMatchObject({
      project: 'demo',
      name: 'model',
      version: 'v0',
      n: 0,
      created: true,
      aliases: ['latest', 'prod'],
      sizeBytes: 1,
      fileCount: 1,
    })
    expect(second).toMatchObject({ version: 'v1', created: true, aliases: ['latest', 'prod'] })
    expect((await lading.getArtifact('model:v0')).aliases).toEqual([])
    expect(await (await lading.getArtifact('model')).producedBy()).toEqual([
      { project: 'demo', id: run.id, name: 'train' },
    ])
  })

  test('the content of any live version is that version: aliases move, latest stays, the run logged it too', async () => {
    const { lading } = await createWorld(kind)
    const [first, second] = [await lading.init({ id: 'r1' }), await lading.init({ id: 'r2' })]
    await first.logArtifact(artifactOf('model', { f: '1' }))
    await first.logArtifact(artifactOf('model', { f: '2' }), { aliases: ['prod'] })

    const again = await second.logArtifact(artifactOf('model', { f: '1' }), { aliases: ['prod'] })

    expect(again).toMatchObject({ version: 'v0', created: false, aliases: ['prod'] })
    expect((await lading.getArtifact('model')).version).toBe('v1')
    expect((await (await lading.getArtifact('model:v0')).producedBy()).map(({ id }) => id)).toEqual(['r1', 'r2'])
    expect(await second.outputs()).toEqual([{ project: 'demo', artifact: 'model', n: 0 }])
  })

  test('without a type it takes that of the artifact, for a new name unspecified; another type is CONFLICT', async () => {
    const { lading, file } = await createWorld(kind)
    const run = await lading.init({ id: 'r1' })
    await lading.save(artifactOf('model', { f: '1' }, { type: 'model' }))
    const [known, fresh] = [artifactOf('model', { f: '2' }), artifactOf('fresh', { f: '1' })]
    expect([known.type, fresh.type]).toEqual([null, null])

    await lading.save(known)
    await lading.save(fresh)
    const byPath = await run.logArtifact(await file('f', '3'), { name: 'model' })

    expect([known.type, fresh.type]).toEqual(['model', 'unspecified'])
    expect(byPath.version).toBe('v2')
    expect((await lading.getArtifact('model')).type).toBe('model')
    await refusal('CONFLICT', () => lading.save(artifactOf('model', { f: '4' }, { type: 'unspecified' })))
  })

  test('without a type it takes that which a rival fixes meanwhile', async () => {
    const { lading, open } = await createWorld(kind)
    const rival = await open()
    async function* late() {
      await rival.save(artifactOf('model', { f: 'rival' }, { type: 'model' }))
      yield bytesOf('mine')
    }
    const draft = new Artifact('model').addFile(late(), 'f')

    const logged = await lading.save(draft)

    expect(logged).toMatchObject({ version: 'v1', created: true })
    expect(draft.type).toBe('model')
  })

  test('a name or type beside an artifact must be its own', async () => {
    const { lading } = await createWorld(kind)
    const run = await lading.init({ id: 'r1' })
    const draft = artifactOf('model', { f: '1' }, { type: 'model' })

    await refusal('INVALID', () => run.logArtifact(draft, { name: 'other' }))
    await refusal('INVALID', () => run.logArtifact(draft, { type: 'dataset' }))

    expect(await run.logArtifact(draft, { name: 'model', type: 'model' })).toMatchObject({ name: 'model', n: 0 })
    expect((await all(lading.artifacts())).length).toBe(1)
  })

  test('a path is logged by a run as run-<id>-<basename>, of type unspecified, unless it says otherwise', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('check points/model 1.bin', 'm')
    const run = await lading.init({ id: 'r1' })

    const byFile = await run.logArtifact(at('check points/model 1.bin'))
    const byFolder = await run.logArtifact(at('check points'), { name: 'weights', type: 'model' })
    const withoutRun = await lading.save(at('check points/model 1.bin'))

    expect([byFile.name, byFolder.name, withoutRun.name]).toEqual(['run-r1-model-1.bin', 'weights', 'model-1.bin'])
    expect((await lading.getArtifact('run-r1-model-1.bin')).type).toBe('unspecified')
    expect((await lading.getArtifact('weights')).type).toBe('model')
    expect((await (await lading.getArtifact('weights')).entries()).map(({ path }) => path)).toEqual(['model 1.bin'])
  })

  test('without a run no lineage is recorded', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }))

    const version = await lading.getArtifact('model')

    expect([await version.producedBy(), await version.usedBy(), (await version.lineage()).edges]).toEqual([[], [], []])
  })

  test('known content with other metadata replaces it; none, or an empty one, keeps it', async () => {
    const { lading } = await createWorld(kind)
    const log = (metadata?: object) => lading.save(artifactOf('model', { f: '1' }, metadata ? { metadata } : {}))
    const now = async () => (await lading.getArtifact('model')).metadata()
    await log({ epoch: 1 })

    await log({ epoch: 2 })
    expect(await now()).toEqual({ epoch: 2 })
    await log({})
    await log()

    expect(await now()).toEqual({ epoch: 2 })
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('supersede always makes a version and ends every older one, with its aliases', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }), { aliases: ['prod'] })
    await lading.save(artifactOf('model', { f: '2' }), { aliases: ['best'] })

    const same = await lading.save(artifactOf('model', { f: '2' }), { supersede: true, aliases: ['new'] })

    expect(same).toMatchObject({ version: 'v2', created: true, aliases: ['latest', 'new'] })
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v2', new: 'v2' })
    const error = await refusal('NOT_FOUND', () => lading.getArtifact('model:v0'))
    expect(error.detail).toContain('superseded')
    expect((await lading.save(artifactOf('model', { f: '1' }))).version).toBe('v3')
  })

  test('another type is CONFLICT and names both; nothing is logged', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }, { type: 'model' }))

    const error = await refusal('CONFLICT', () => lading.save(artifactOf('model', { f: '1' }, { type: 'dataset' })))

    expect(error.detail).toContain('"model"')
    expect(error.detail).toContain('"dataset"')
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('several writers at once: each content is one version, numbers are dense', async () => {
    const { lading, open } = await createWorld(kind)
    const handles = await Promise.all([0, 1, 2, 3].map(() => open()))

    const logged = await Promise.all(
      handles.flatMap((handle, writer) =>
        ['shared', 'also shared', `own ${writer}`].map((content) => handle.save(artifactOf('model', { f: content }))),
      ),
    )

    const versions = await all(lading.artifact('model').versions({ newestFirst: false }))
    expect(versions.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(versions.map(({ digest }) => digest)).size).toBe(6)
    expect(logged.filter(({ created }) => created).length).toBe(6)
    expect((await lading.getArtifact('model')).version).toBe('v5')
  })

  test('a description belongs to the artifact: null keeps it, another replaces it, old versions show it too', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }, { description: 'one' }))
    await lading.save(artifactOf('model', { f: '2' }))
    expect((await lading.getArtifact('model')).description).toBe('one')

    await lading.artifact('model').update({ description: 'two' })

    expect((await lading.getArtifact('model:v0')).description).toBe('two')
    await refusal('INVALID', () => lading.artifact('model').update({ description: 'x'.repeat(16 * 1024 + 1) }))
  })

  test('bad aliases and projects are INVALID before anything is written', async () => {
    const { lading, keys } = await createWorld(kind)
    for (const alias of ['v3', 'pending-1', 'a b', '', '..']) {
      await refusal('INVALID', () => lading.save(artifactOf('model', { f: '1' }), { aliases: [alias] }))
    }
    await refusal('INVALID', () => lading.save(artifactOf('model', { f: '1' }), { project: 'a/b' }))

    expect(await keys()).toEqual([])
  })

  test('progress tells files and bytes, up to all of them', async () => {
    const { lading } = await createWorld(kind)
    const told: Progress[] = []

    await lading.save(artifactOf('model', { f: 'four', g: 'fives' }), { onProgress: (progress) => told.push(progress) })

    expect(told.at(-1)).toEqual({ phase: 'log', files: 2, filesTotal: 2, bytes: 9, bytesTotal: 9 })
    expect(told.map(({ bytes }) => bytes)).toEqual(told.map(({ bytes }) => bytes).toSorted((a, b) => a - b))
  })

  test('stopped in the middle nothing is logged, nothing half written stays, and the next log works', async () => {
    const { lading, file, at, keys } = await createWorld(kind)
    await mkdir(at('data'), { recursive: true })
    for (const name of ['a', 'b', 'c']) await file(`data/${name}`, Buffer.alloc(3 * 1024 * 1024, name))
    const stop = new AbortController()
    const draft = () => new Artifact('model').addDir(at('data'))
    const onProgress = () => stop.abort()

    await refusal('ABORTED', () => lading.save(draft(), { onProgress, signal: stop.signal }))

    expect((await keys()).filter((key) => /versions|heads|staging|\.part|tmp/.test(key))).toEqual([])
    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
    expect((await lading.save(draft())).version).toBe('v0')
  })

  test('a signal that has fired stops it before anything is written', async () => {
    const { lading, keys } = await createWorld(kind)
    await refusal('ABORTED', () => lading.save(artifactOf('model', { f: '1' }), { signal: AbortSignal.abort() }))
    expect(await keys()).toEqual([])
  })

  test('a stream that fails while it is logged: its error comes back, and nothing is logged', async () => {
    const { lading } = await createWorld(kind)
    const broken = (async function* () {
      yield bytesOf('some')
      throw new Error('the source broke')
    })()

    await expect(lading.save(new Artifact('model').addFile(broken, 'f'))).rejects.toThrow('the source broke')

    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
  })

  test('a store that was closed is CLOSED', async () => {
    const { open } = await createWorld(kind)
    const lading = await open()
    await lading.close()
    await lading.close()
    await refusal('CLOSED', () => lading.save(artifactOf('model', { f: '1' })))
  })
})
