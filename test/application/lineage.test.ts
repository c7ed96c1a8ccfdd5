import { describe, expect, test } from 'vitest'
import { all, artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

/** raw:v0 → run prepare → clean:v0 → runs train and probe → model:v0; clean:v1 is a patch of clean:v0. */
async function pipeline(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  const { lading } = world
  const [prepare, train, probe] = [
    await lading.init({ id: 'prepare' }),
    await lading.init({ id: 'train' }),
    await lading.init({ id: 'probe' }),
  ]
  await lading.save(artifactOf('raw', { f: 'raw' }))
  await prepare.useArtifact('raw')
  await prepare.logArtifact(artifactOf('clean', { f: 'clean' }))
  await train.useArtifact('clean:v0')
  await probe.useArtifact('clean:v0')
  await train.logArtifact(artifactOf('model', { f: 'model' }))
  const patch = await (await lading.getArtifact('clean')).newDraft()
  await lading.save(patch.addFile(bytesOf('more'), 'g'))
  return world
}

const key = (artifact: string, n: number, project = 'demo') => ({ project, artifact, n })

describe.each(KINDS)('lineage in %s', (kind) => {
  test('producedBy, usedBy, inputs and outputs', async () => {
    const { lading } = await pipeline(kind)
    const clean = await lading.getArtifact('clean:v0')
    const train = await lading.init({ id: 'train' })

    expect((await clean.producedBy()).map(({ id }) => id)).toEqual(['prepare'])
    expect((await clean.usedBy()).map(({ id }) => id).toSorted()).toEqual(['probe', 'train'])
    expect(await train.inputs()).toEqual([key('clean', 0)])
    expect(await train.outputs()).toEqual([key('model', 0)])
  })

  test('the graph upwards, downwards and both, as deep as asked', async () => {
    const { lading } = await pipeline(kind)
    const [clean, model] = [await lading.getArtifact('clean:v0'), await lading.getArtifact('model')]
    const ids = (graph: { nodes: readonly { id: string }[] }) => graph.nodes.map(({ id }) => id).toSorted()

    const up = await model.lineage({ direction: 'up' })
    expect(ids(up)).toEqual(['demo/clean:v0', 'demo/model:v0', 'demo/raw:v0', 'demo/run/prepare', 'demo/run/train'])
    expect(up.edges.toSorted((a, b) => (a.from < b.from ? -1 : 1))).toEqual([
      { kind: 'used', from: 'demo/clean:v0', to: 'demo/run/train' },
      { kind: 'used', from: 'demo/raw:v0', to: 'demo/run/prepare' },
      { kind: 'produced', from: 'demo/run/prepare', to: 'demo/clean:v0' },
      { kind: 'produced', from: 'demo/run/train', to: 'demo/model:v0' },
    ])
    expect(up.truncated).toBe(false)
    expect(ids(await clean.lineage({ direction: 'down' }))).toEqual([
      'demo/clean:v0',
      'demo/clean:v1',
      'demo/model:v0',
      'demo/run/probe',
      'demo/run/train',
    ])
    expect((await clean.lineage()).nodes.length).toBe(7)
    expect(ids(await model.lineage({ direction: 'up', depth: 1 }))).toEqual(['demo/model:v0', 'demo/run/train'])
    expect(ids(await model.lineage({ depth: 0 }))).toEqual(['demo/model:v0'])
    expect(ids(await (await lading.getArtifact('clean:v1')).lineage({ direction: 'up', depth: 1 }))).toEqual([
      'demo/clean:v0',
      'demo/clean:v1',
    ])
  })

  test('it is complete, or says that it is cut', async () => {
    const { lading } = await pipeline(kind)
    const [clean, model] = [await lading.getArtifact('clean:v0'), await lading.getArtifact('model')]
    const isCut = async (depth: number, direction: 'up' | 'down' | 'both', version = model) =>
      (await version.lineage({ direction, depth })).truncated

    expect(await Promise.all([0, 1, 2, 3, 4, 5].map((depth) => isCut(depth, 'up')))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ])
    expect([await isCut(0, 'down'), await isCut(0, 'both')]).toEqual([false, true])
    expect([await isCut(1, 'down', clean), await isCut(2, 'down', clean)]).toEqual([true, false])
  })

  test('a collaborative version is an output of every run that gave a part, and of the one that finished it', async () => {
    const { lading, open } = await createWorld(kind)
    const [ann, ben, cid] = [
      await lading.init({ id: 'ann', group: 'night' }),
      await (await open()).init({ id: 'ben', group: 'night' }),
      await (await open()).init({ id: 'cid', group: 'night' }),
    ]
    await ann.upsertArtifact(artifactOf('model', { a: '1' }))
    await ben.upsertArtifact(artifactOf('model', { b: '1' }))

    await cid.finishArtifact('model')

    for (const run of [ann, ben, cid]) expect(await run.outputs()).toEqual([key('model', 0)])
    const producers = await (await lading.getArtifact('model')).producedBy()
    expect(producers.map(({ id }) => id).toSorted()).toEqual(['ann', 'ben', 'cid'])

    const dan = await lading.init({ id: 'dan', group: 'next night' })
    for (const path of ['a', 'b'])
      await ann.upsertArtifact(artifactOf('model', { [path]: '1' }), { distributedId: 'next night' })
    expect(await dan.finishArtifact('model')).toMatchObject({ version: 'v0', created: false })
    expect(await dan.outputs()).toEqual([key('model', 0)])
  })

  test('a use is recorded once, also of a version of another project', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('shared', { f: '1' }), { project: 'library' })
    const run = await lading.init({ id: 'r1' })

    const version = await run.useArtifact('library/shared')
    await run.useArtifact('library/shared:v0')

    expect(version.project).toBe('library')
    expect(await run.inputs()).toEqual([key('shared', 0, 'library')])
    expect((await version.usedBy()).length).toBe(1)
  })

  test('a use of another type is CONFLICT, names both and is not recorded; getArtifact records nothing', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }, { type: 'model' }))
    const run = await lading.init({ id: 'r1' })

    const error = await refusal('CONFLICT', () => run.useArtifact('model', { type: 'dataset' }))
    await refusal('CONFLICT', () => lading.getArtifact('model', { type: 'dataset' }))
    const version = await lading.getArtifact('model', { type: 'model' })

    expect(error.detail).toContain('"model"')
    expect(error.detail).toContain('"dataset"')
    expect([await run.inputs(), await version.usedBy()]).toEqual([[], []])
  })
})

describe.each(KINDS)('runs in %s', (kind) => {
  test('the same id resumes a run: what it was started with stays', async () => {
    const { lading, open } = await createWorld(kind)
    const first = await lading.init({ id: 'r1', name: 'train', group: 'sweep/7', config: { lr: 0.1 } })
    await first.logArtifact(artifactOf('model', { f: '1' }))

    const again = await (await open()).init({ id: 'r1', name: 'another' })
    await again.logArtifact(artifactOf('model', { f: '2' }))

    expect(again).toMatchObject({ project: 'demo', id: 'r1', name: 'train', group: 'sweep/7', config: { lr: 0.1 } })
    expect(await again.outputs()).toEqual([key('model', 0), key('model', 1)])
    expect((await all(lading.runs())).map(({ id, name }) => [id, name])).toEqual([['r1', 'train']])
  })

  test('a finished run is CLOSED, finishing again is fine, and a resumed one goes on', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }))
    const run = await lading.init({ id: 'r1' })
    await run.finish()
    await run.finish()

    await refusal('CLOSED', () => run.logArtifact(artifactOf('model', { f: '2' })))
    await refusal('CLOSED', () => run.useArtifact('model'))

    const again = await lading.init({ id: 'r1' })
    expect((await again.logArtifact(artifactOf('model', { f: '2' }))).version).toBe('v1')
  })

  test('await using finishes it', async () => {
    const { lading } = await createWorld(kind)
    let left
    {
      await using run = await lading.init()
      left = run
    }
    await refusal('CLOSED', () => left.logArtifact(artifactOf('model', { f: '1' })))
  })

  test('bad ids, groups, configs and a missing project are INVALID', async () => {
    const { lading } = await createWorld(kind)
    for (const bad of [
      { id: 'a/b' },
      { id: '' },
      { group: '' },
      { group: 'x'.repeat(513) },
      { config: [1] },
      { project: '..' },
    ]) {
      await refusal('INVALID', () => lading.init(bad))
    }
    expect(await all(lading.runs())).toEqual([])
  })
})
