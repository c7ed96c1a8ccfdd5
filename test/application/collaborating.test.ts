import { describe, expect, test } from 'vitest'
import { Artifact } from '../../src/index.ts'
import type { Lading, Progress, Run, Version } from '../../src/index.ts'
import { all, artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'

const ID = { distributedId: 'night' }

describe.each(KINDS)('collaborative versions in %s', (kind) => {
  test('parts of several runs and handles are one version; all runs are its producers', async () => {
    const { lading, open } = await createWorld(kind)
    const [ann, ben, cid] = [
      await lading.init({ id: 'ann' }),
      await (await open()).init({ id: 'ben' }),
      await runOf(open),
    ]

    const part = await ann.upsertArtifact(artifactOf('model', { 'a/1': 'one' }), ID)
    await ben.upsertArtifact(artifactOf('model', { 'b/1': 'two!' }), ID)
    const finished = await cid.finishArtifact('model', { ...ID, aliases: ['prod', 'latest'] })

    expect(part).toMatchObject({ project: 'demo', name: 'model', distributedId: 'night', round: 0, fileCount: 1 })
    expect(part.sizeBytes).toBe(3)
    expect(finished).toMatchObject({
      project: 'demo',
      name: 'model',
      version: 'v0',
      n: 0,
      created: true,
      aliases: ['latest', 'prod'],
      sizeBytes: 7,
      fileCount: 2,
      distributedId: 'night',
      round: 0,
    })
    const version = await lading.getArtifact('model:prod')
    expect(await contentOf(version)).toEqual({ 'a/1': 'one', 'b/1': 'two!' })
    expect(version.digest).toBe(finished.digest)
    expect(await producers(version)).toEqual(['ann', 'ben', 'cid'])
    expect(await ben.outputs()).toEqual([{ project: 'demo', artifact: 'model', n: 0 }])
  })

  test('the finish may have files of its own, and its artifact is frozen as the whole version', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    const artifact = artifactOf('model', { b: '22' })

    const finished = await ben.finishArtifact(artifact, ID)

    expect(artifact).toMatchObject({ version: 'v0', aliases: ['latest'], size: 3, type: 'unspecified' })
    expect(artifact.digest).toBe(finished.digest)
    expect(artifact.manifest?.entries.map(({ path }) => path)).toEqual(['a', 'b'])
    await refusal('INVALID', () => artifact.addFile(bytesOf('3'), 'c'))
    await refusal('INVALID', () => ben.logArtifact(artifact))
  })

  test('the distributed id defaults to the group of the run; neither is INVALID', async () => {
    const { lading, keys } = await createWorld(kind)
    const lone = await lading.init({ id: 'lone' })
    const before = await keys()
    const calls = [
      () => lone.upsertArtifact(artifactOf('model', { a: '1' })),
      () => lone.finishArtifact('model'),
      () => lone.abandonArtifact('model'),
    ]
    for (const call of calls) expect((await refusal('INVALID', call)).detail).toContain('no distributed id')
    expect(await keys()).toEqual(before)

    const [ann, ben] = [
      await lading.init({ id: 'ann', group: 'nightly ✓' }),
      await lading.init({ id: 'ben', group: 'nightly ✓' }),
    ]
    await ann.upsertArtifact(artifactOf('model', { a: '1' }))
    await ben.upsertArtifact(artifactOf('model', { b: '1' }), { distributedId: 'other' })

    expect(await ann.finishArtifact('model')).toMatchObject({ distributedId: 'nightly ✓', fileCount: 1 })
    expect((await openIds(lading)).sort()).toEqual(['other'])
  })

  test('an id that is none, a conflict rule that is none and a missing artifact are INVALID', async () => {
    const { lading } = await createWorld(kind)
    const [run] = await runs(lading, 'ann')
    const artifact = () => artifactOf('model', { a: '1' })

    for (const distributedId of ['', 'x'.repeat(513), '\uD800']) {
      await refusal('INVALID', () => run.upsertArtifact(artifact(), { distributedId }))
      await refusal('INVALID', () => run.finishArtifact('model', { distributedId }))
      await refusal('INVALID', () => lading.abandon('model', { distributedId }))
    }
    await refusal('INVALID', () => run.finishArtifact('model', { ...ID, onConflict: 'first' as 'last' }))
    await refusal('INVALID', () => run.finishArtifact('model', { ...ID, aliases: ['v1'] }))
    await refusal('INVALID', () => run.finishArtifact('a b', ID))
    await refusal('INVALID', () => run.finishArtifact(undefined as unknown as string, ID))
    await refusal('INVALID', () => run.upsertArtifact(undefined as unknown as string, ID))
    await refusal('INVALID', () => run.upsertArtifact(artifact(), { ...ID, name: 'other' }))
    await refusal('INVALID', () => run.upsertArtifact(new Artifact('model'), ID))

    expect(await openIds(lading)).toEqual([])
  })

  test('after a finish the next upsert opens the next round, whoever sends it', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    for (const round of [0, 1, 2]) {
      expect(await ann.upsertArtifact(artifactOf('model', { a: `${round}` }), ID)).toMatchObject({ round })
      await ben.upsertArtifact(artifactOf('model', { b: `${round}` }), ID)

      const finisher = round === 1 ? ben : ann
      expect(await finisher.finishArtifact('model', ID)).toMatchObject({ round, version: `v${round}`, fileCount: 2 })

      // The run that did not finish learns of it.
      const other = round === 1 ? ann : ben
      await refusal('ALREADY_FINISHED', () => other.upsertArtifact(artifactOf('model', { late: `${round}` }), ID))
    }
    expect((await contentOf(await lading.getArtifact('model')))['a']).toBe('2')
  })

  test('an upsert that comes too late is ALREADY_FINISHED and lost by nobody: sent again it is in the next round', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    await ben.finishArtifact('model', ID)
    const late = artifactOf('model', { a: '1', late: '2' })

    const error = await refusal('ALREADY_FINISHED', () => ann.upsertArtifact(late, ID))

    expect(error).toMatchObject({ next: expect.stringContaining('next round') })
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ a: '1' })
    expect(await ann.upsertArtifact(late, ID)).toMatchObject({ round: 1 })
    expect(await ann.finishArtifact('model', ID)).toMatchObject({ version: 'v1', fileCount: 2 })
  })

  test('the first upsert of a run that meets a finish goes to the next round by itself', async () => {
    const { lading, open } = await createWorld(kind)
    const [ann, ben] = [await lading.init({ id: 'ann' }), await (await open()).init({ id: 'ben' })]
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    async function* whileItIsFinished() {
      await ann.finishArtifact('model', ID)
      yield bytesOf('late')
    }

    const part = await ben.upsertArtifact(new Artifact('model').addFile(whileItIsFinished(), 'b'), ID)

    expect(part).toMatchObject({ round: 1 })
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ a: '1' })
    await ben.finishArtifact('model', ID)
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ b: 'late' })
  })

  test('the files of a finish that come too late are ALREADY_FINISHED, and make no version of their own', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    async function* whileItIsFinished() {
      await ann.finishArtifact('model', ID)
      yield bytesOf('late')
    }
    const artifact = new Artifact('model').addFile(whileItIsFinished(), 'b')

    await refusal('ALREADY_FINISHED', () => ben.finishArtifact(artifact, ID))

    expect(artifact.version).toBeNull()
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('a path with other content in the parts of two runs is CONFLICT, naming it and them; the draft stays open', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben, cid] = await runs(lading, 'ann', 'ben', 'cid')
    await ann.upsertArtifact(artifactOf('model', { same: 's', 'data/f': '1' }), ID)
    await ben.upsertArtifact(artifactOf('model', { same: 's', 'data/f': '2' }), ID)
    const artifact = new Artifact('model', { metadata: { final: true } })

    const error = await refusal('CONFLICT', () => cid.finishArtifact(artifact, ID))

    for (const name of ['data/f', 'ann', 'ben']) expect(error.detail).toContain(name)
    expect(error.detail).not.toContain('cid')
    expect(error.next).toContain('onConflict')
    expect(artifact.version).toBeNull()
    expect(await all(lading.drafts('model'))).toMatchObject([{ parts: 2, closing: false }])

    await cid.finishArtifact(artifact, { ...ID, onConflict: 'last' })
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ same: 's', 'data/f': '2' })
    expect(artifact).toMatchObject({ version: 'v0', metadata: { final: true } })
  })

  test('a conflict is solved as well by one run sending the path again', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { f: '1' }), ID)
    await ben.upsertArtifact(artifactOf('model', { f: '2' }), ID)
    await refusal('CONFLICT', () => ann.finishArtifact('model', ID))

    await ann.upsertArtifact(artifactOf('model', { f: '2' }), ID)

    expect(await ann.finishArtifact('model', ID)).toMatchObject({ version: 'v0', fileCount: 1 })
  })

  test('a run that sends its own path again replaces it', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { f: 'old', kept: 'k' }), ID)
    await ann.upsertArtifact(artifactOf('model', { f: 'new' }), ID)

    await ben.finishArtifact('model', ID)

    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ f: 'new', kept: 'k' })
  })

  test('more can be added to an artifact and upserted again; what was sent is not read again, streams included', async () => {
    const { lading, file, at } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    await file('f', 'as sent')
    const artifact = new Artifact('model').addFile(at('f'), 'f').addFile(streamOf('once'), 's')
    const sent: Progress[] = []

    const first = await ann.upsertArtifact(artifact, ID)
    await file('f', 'as it is now')
    artifact.addFile(bytesOf('more'), 'g').remove('s')
    const onProgress = (progress: Progress) => sent.push(progress)
    await ann.upsertArtifact(artifact.addFile(bytesOf('again'), 's'), { ...ID, onProgress })
    artifact.addFile(streamOf('last'), 'z')
    const finished = await ann.finishArtifact(artifact, ID)

    expect(first).toMatchObject({ fileCount: 2, sizeBytes: 11 })
    expect(sent.at(-1)).toEqual({ phase: 'log', files: 2, filesTotal: 2, bytes: 9, bytesTotal: 9 })
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({
      f: 'as sent',
      g: 'more',
      s: 'again',
      z: 'last',
    })
    expect(artifact.entries()).toHaveLength(4)
    expect(finished).toMatchObject({ fileCount: 4 })
  })

  test('an artifact that was upserted and not changed since is not sent again by the finish', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    const artifact = new Artifact('model').addFile(streamOf('once'), 's')
    await ann.upsertArtifact(artifact, ID)
    await ben.upsertArtifact(artifactOf('model', { b: '2' }), ID)
    const told: Progress[] = []

    await ann.finishArtifact(artifact, { ...ID, onProgress: (progress) => told.push(progress) })

    expect(told).toEqual([])
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ b: '2', s: 'once' })
    expect(artifact).toMatchObject({ version: 'v0', size: 5 })
  })

  test('an artifact is claimed while it is upserted, and given back when that fails', async () => {
    const { lading, file, at } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    const artifact = new Artifact('model').addFile(at('absent'), 'f')
    const missing = ann.upsertArtifact(artifact, ID)
    await refusal('INVALID', () => artifact.addFile(bytesOf('1'), 'g'))
    await refusal('NOT_FOUND', () => missing)
    await file('absent', 'there')

    expect(await ann.upsertArtifact(artifact.addFile(bytesOf('1'), 'g'), ID)).toMatchObject({ fileCount: 2 })
  })

  test('a path is upserted under the name that the runs agree on; without one it is INVALID', async () => {
    const { lading, file, at } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await file('shards/a.bin', 'a')
    await file('b.bin', 'b')

    await ann.upsertArtifact(at('shards'), { ...ID, name: 'data', type: 'dataset' })
    await ben.upsertArtifact(at('b.bin'), { ...ID, name: 'data' })
    await refusal('INVALID', () => ben.upsertArtifact(at('b.bin'), ID))

    await ben.finishArtifact('data', ID)
    const version = await lading.getArtifact('data', { type: 'dataset' })
    expect(await contentOf(version)).toEqual({ 'a.bin': 'a', 'b.bin': 'b' })
  })

  test('another type is CONFLICT at the upsert, naming both: that of the artifact, else that of the first part', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }, { type: 'model' }), ID)

    const error = await refusal('CONFLICT', () =>
      ben.upsertArtifact(artifactOf('model', { b: '1' }, { type: 'data' }), ID),
    )
    await refusal('CONFLICT', () => ben.finishArtifact(new Artifact('model', { type: 'data' }), ID))
    await ben.upsertArtifact(artifactOf('model', { b: '1' }), ID)
    await ben.finishArtifact('model', ID)

    for (const type of ['"model"', '"data"']) expect(error.detail).toContain(type)
    expect((await lading.getArtifact('model')).type).toBe('model')
    await refusal('CONFLICT', () => ann.upsertArtifact(artifactOf('model', { a: '1' }, { type: 'data' }), ID))
    await refusal('CONFLICT', () =>
      ben.upsertArtifact(artifactOf('model', { a: '1' }, { type: 'data' }), { distributedId: 'other' }),
    )
  })

  test('metadata and description come from the finish', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }, { metadata: { of: 'ann' }, description: 'of ann' }), ID)

    await ben.finishArtifact(new Artifact('model', { metadata: { of: 'ben' }, description: 'of ben' }), ID)

    const version = await lading.getArtifact('model')
    expect([await version.metadata(), version.description]).toEqual([{ of: 'ben' }, 'of ben'])
  })

  test.each([
    ['that they agree on', [{ epoch: 1 }, null, { epoch: 1 }], { epoch: 1 }],
    ['only where they agree', [{ epoch: 1 }, { epoch: 2 }], null],
    ['however large they are', [large('x'), large('x')], large('x')],
    ['only where they agree, however large', [large('x'), large('y')], null],
  ])('metadata and description come from the parts else, %s', async (_, given, expected) => {
    const { lading } = await createWorld(kind)
    for (const [index, metadata] of given.entries()) {
      const [run] = await runs(lading, `r${index}`)
      const facts = metadata === null ? {} : { metadata, description: JSON.stringify(metadata).slice(0, 100) }
      await run.upsertArtifact(artifactOf('model', { [`f${index}`]: `${index}` }, facts), ID)
    }

    await (await lading.init({ id: 'last' })).finishArtifact('model', ID)

    const version = await lading.getArtifact('model')
    expect(await version.metadata()).toEqual(expected)
    expect(version.description).toBe(expected && JSON.stringify(expected).slice(0, 100))
  })

  test('large metadata of the finish is kept', async () => {
    const { lading } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')

    await ann.finishArtifact(artifactOf('model', { a: '1' }, { metadata: large('x') }), ID)

    expect(await (await lading.getArtifact('model')).metadata()).toEqual(large('x'))
  })

  test('known content is that version: aliases move, other metadata replaces it, all runs have logged it', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { a: '1', b: '2' }, { metadata: { epoch: 1 } }))
    await lading.save(artifactOf('model', { c: '3' }))
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    const artifact = artifactOf('model', { b: '2' }, { metadata: { epoch: 2 } })

    const finished = await ben.finishArtifact(artifact, { ...ID, aliases: ['prod'] })

    expect(finished).toMatchObject({ version: 'v0', created: false, aliases: ['prod'] })
    const version = await lading.getArtifact('model:v0')
    expect([await version.metadata(), await producers(version)]).toEqual([{ epoch: 2 }, ['ann', 'ben']])
    expect(artifact).toMatchObject({ version: 'v0', aliases: ['prod'] })
  })

  test('what the parts say of known content replaces its metadata, once', async () => {
    const { lading, open } = await createWorld(kind)
    await lading.save(artifactOf('model', { a: '1' }, { metadata: { epoch: 1 }, description: 'old' }))
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    const says = { metadata: { epoch: 2, note: 'x'.repeat(20_000) }, description: 'new' }
    for (const run of [ann, ben]) await run.upsertArtifact(artifactOf('model', { a: '1' }, says), ID)

    const finished = await ben.finishArtifact('model', ID)

    expect(finished).toMatchObject({ version: 'v0', created: false })
    const version = await (await open()).getArtifact('model')
    expect([await version.metadata(), version.description]).toEqual([says.metadata, 'new'])
    await version.update({ metadata: { epoch: 3 } })
    await ben.finishArtifact('model', ID)
    await ann.finishArtifact(new Artifact('model', { metadata: { epoch: 4 } }), ID)
    expect(await (await lading.getArtifact('model')).metadata()).toEqual({ epoch: 3 })
  })

  test('finish is idempotent: the same run gets the same version again, by name and by its artifact', async () => {
    const { lading } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    const artifact = artifactOf('model', { a: '1' })
    const first = await ann.finishArtifact(artifact, { ...ID, aliases: ['prod'] })

    const again = await ann.finishArtifact('model', { ...ID, aliases: ['late'] })
    const oncemore = await ann.finishArtifact(artifact, ID)

    expect(again).toEqual(first)
    expect(oncemore).toEqual(first)
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v0', prod: 'v0' })
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('two runs that finish at once get one version', async () => {
    const { lading, open } = await createWorld(kind)
    const [ann, ben] = [await lading.init({ id: 'ann' }), await (await open()).init({ id: 'ben' })]
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    await ben.upsertArtifact(artifactOf('model', { b: '1' }), ID)

    const finished = await Promise.all([ann.finishArtifact('model', ID), ben.finishArtifact('model', ID)])

    expect(finished.map(({ version, created, round }) => [version, created, round])).toEqual([
      ['v0', true, 0],
      ['v0', true, 0],
    ])
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('a finish by a run that knows nothing of a round that is over is NOT_FOUND, and makes no version', async () => {
    const { lading, open } = await createWorld(kind)
    const [ann, ben] = [await lading.init({ id: 'ann' }), await (await open()).init({ id: 'ben' })]
    await refusal('NOT_FOUND', () => ben.finishArtifact('model', ID))
    await ann.finishArtifact(artifactOf('model', { a: '1' }), ID)

    const error = await refusal('NOT_FOUND', () => ben.finishArtifact('model', ID))

    expect(error.detail).toContain('no run has given')
    expect((await all(lading.artifact('model').versions())).length).toBe(1)
  })

  test('a run that only finishes does so round after round', async () => {
    const { lading, open } = await createWorld(kind)
    const [worker, closer] = [await lading.init({ id: 'worker' }), await (await open()).init({ id: 'closer' })]
    for (const round of [0, 1, 2]) {
      const part = artifactOf('model', { f: `${round}` })
      if (round > 0) await refusal('ALREADY_FINISHED', () => worker.upsertArtifact(part, ID))
      await worker.upsertArtifact(part, ID)

      expect(await closer.finishArtifact('model', ID)).toMatchObject({ round, version: `v${round}` })
      expect(await closer.finishArtifact('model', ID)).toMatchObject({ round, version: `v${round}` })
    }
  })

  test('drafts lists the open ones, with their runs, parts and type', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    const part = (run: Run, distributedId: string, content: string) =>
      run.upsertArtifact(artifactOf('model', { [run.id]: content }, { type: 'model' }), { distributedId })
    await part(ann, 'open/one', '1')
    await part(ann, 'open/one', '2')
    await part(ben, 'open/one', '1')
    for (const id of ['finished', 'abandoned', 'again']) await part(ann, id, id)
    await ann.finishArtifact('model', { distributedId: 'finished' })
    await ann.finishArtifact('model', { distributedId: 'again' })
    await part(ann, 'again', 'more')
    await ann.abandonArtifact('model', { distributedId: 'abandoned' })

    const listed = await all(lading.drafts('model'))

    const facts = { project: 'demo', name: 'model', type: 'model', closing: false }
    const runOf = (id: string) => ({ project: 'demo', id, name: id })
    expect(listed.sort((a, b) => (a.distributedId < b.distributedId ? -1 : 1))).toEqual([
      { ...facts, distributedId: 'again', round: 1, parts: 1, runs: [runOf('ann')] },
      { ...facts, distributedId: 'open/one', round: 0, parts: 3, runs: [runOf('ann'), runOf('ben')] },
    ])
    expect(await all(lading.drafts('other'))).toEqual([])
    expect(await all(lading.drafts('model', { project: 'elsewhere' }))).toEqual([])
  })

  test('abandon ends a draft without a version; the next upsert opens the next round', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await refusal('NOT_FOUND', () => lading.abandon('model', ID))
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    await ben.upsertArtifact(artifactOf('model', { b: '1' }), ID)

    await lading.abandon('model', ID)

    expect((await refusal('CONFLICT', () => ben.finishArtifact('model', ID))).detail).toContain('abandoned')
    await refusal('ALREADY_FINISHED', () => ann.upsertArtifact(artifactOf('model', { a: '2' }), ID))
    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
    expect(await openIds(lading)).toEqual([])
    for (const [run, path] of [[ann, 'a'] as const, [ben, 'b'] as const]) {
      expect(await run.upsertArtifact(artifactOf('model', { [path]: '3' }), ID)).toMatchObject({ round: 1 })
    }
    await ben.finishArtifact('model', ID)
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ a: '3', b: '3' })
  })

  test('a run abandons the round that it has given parts to', async () => {
    const { lading } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)

    await ann.abandonArtifact('model', ID)

    expect(await ann.upsertArtifact(artifactOf('model', { a: '2' }), ID)).toMatchObject({ round: 1 })
    await refusal('NOT_FOUND', () => ann.abandonArtifact('model', { distributedId: 'other' }))
  })

  test('a round that another run has finished cannot be abandoned; the next upsert opens the next one', async () => {
    const { lading } = await createWorld(kind)
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    await ben.finishArtifact('model', ID)

    await refusal('CONFLICT', () => ann.abandonArtifact('model', ID))

    expect(await ann.upsertArtifact(artifactOf('model', { a: '2' }), ID)).toMatchObject({ round: 1 })
    expect(await contentOf(await lading.getArtifact('model'))).toEqual({ a: '1' })
  })

  test('drafts of other artifacts and of other ids have nothing to do with each other', async () => {
    const { lading } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    for (const [name, distributedId] of [['a', '1'] as const, ['a', '2'] as const, ['b', '1'] as const]) {
      await ann.upsertArtifact(artifactOf(name, { f: `${name}${distributedId}` }), { distributedId })
    }

    await ann.finishArtifact('a', { distributedId: '2' })

    expect(await contentOf(await lading.getArtifact('a'))).toEqual({ f: 'a2' })
    await refusal('NOT_FOUND', () => lading.getArtifact('b'))
    expect([await openIds(lading, 'a'), await openIds(lading, 'b')]).toEqual([['1'], ['1']])
  })

  test('a patch can be a part: it brings the entries of its base, and only new bytes travel', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { base: 'x'.repeat(10_000) }, { type: 'model' }))
    const [ann, ben] = await runs(lading, 'ann', 'ben')
    const draft = await (await lading.getArtifact('model')).newDraft()
    let most = 0

    await ann.upsertArtifact(draft.addFile(bytesOf('new'), 'patch'), {
      ...ID,
      onProgress: ({ bytes }) => (most = bytes),
    })
    await ben.upsertArtifact(artifactOf('model', { other: 'o' }), ID)
    await ben.finishArtifact('model', ID)

    const version = await lading.getArtifact('model')
    expect([version.version, most, version.derivedFrom]).toEqual(['v1', 3, null])
    expect(Object.keys(await contentOf(version))).toEqual(['base', 'other', 'patch'])
    const elsewhere = await lading.init({ project: 'elsewhere', group: 'night' })
    const another = await (await lading.getArtifact('model')).newDraft()
    await refusal('INVALID', () => elsewhere.upsertArtifact(another))
    await refusal('INVALID', () => elsewhere.finishArtifact(another))
  })

  test('a run that is finished is CLOSED', async () => {
    const { lading } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    await ann.finish()

    await refusal('CLOSED', () => ann.upsertArtifact(artifactOf('model', { a: '1' }), ID))
    await refusal('CLOSED', () => ann.finishArtifact('model', ID))
    await refusal('CLOSED', () => ann.abandonArtifact('model', ID))
  })

  test('twenty runs at once: every acknowledged part is in the version', async () => {
    const { lading, open } = await createWorld(kind)
    const handles = [lading, await open(), await open(), await open()]
    const workers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => handles[index % 4]!.init({ id: `r${index}`, group: 'night' })),
    )

    await Promise.all(
      workers.map(async (run, index) => {
        await run.upsertArtifact(artifactOf('model', { [`${index}/1`]: `one of ${index}`, shared: 'same' }))
        await run.upsertArtifact(artifactOf('model', { [`${index}/2`]: `two of ${index}` }))
      }),
    )
    const finished = await Promise.all(workers.slice(0, 5).map((run) => run.finishArtifact('model')))

    expect(new Set(finished.map(({ version, fileCount }) => `${version} ${fileCount}`))).toEqual(new Set(['v0 41']))
    const version = await lading.getArtifact('model')
    expect(await version.verify()).toMatchObject({ ok: true })
    expect((await producers(version)).length).toBe(20)
  })

  test('stopped in the middle an upsert leaves no part, and the next one works', async () => {
    const { lading, file, at, keys } = await createWorld(kind)
    const [ann] = await runs(lading, 'ann')
    for (const name of ['a', 'b', 'c']) await file(`data/${name}`, Buffer.alloc(2 * 1024 * 1024, name))
    const stop = new AbortController()
    const artifact = new Artifact('model').addDir(at('data'))

    await refusal('ABORTED', () =>
      ann.upsertArtifact(artifact, { ...ID, signal: stop.signal, onProgress: () => stop.abort() }),
    )

    expect(await openIds(lading)).toEqual([])
    expect((await keys()).filter((key) => /parts\/|staging|tmp/.test(key))).toEqual([])
    expect(await ann.upsertArtifact(artifact, ID)).toMatchObject({ round: 0, fileCount: 3 })
    await refusal('ABORTED', () => ann.finishArtifact('model', { ...ID, signal: AbortSignal.abort() }))
    expect(await ann.finishArtifact('model', ID)).toMatchObject({ version: 'v0' })
  })
})

/** A run of this id, on a handle of its own. */
async function runOf(open: () => Promise<Lading>): Promise<Run> {
  return (await open()).init({ id: 'cid' })
}

/** Runs with these ids. */
function runs<T extends readonly string[]>(lading: Lading, ...ids: T): Promise<{ [K in keyof T]: Run }> {
  return Promise.all(ids.map((id) => lading.init({ id }))) as unknown as Promise<{ [K in keyof T]: Run }>
}

async function openIds(lading: Lading, name = 'model'): Promise<string[]> {
  return (await all(lading.drafts(name))).map(({ distributedId }) => distributedId)
}

async function contentOf(version: Version): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for (const { path } of await version.entries()) content[path] = await (await version.file(path)).text()
  return content
}

async function producers(version: Version): Promise<string[]> {
  return (await version.producedBy()).map(({ id }) => id).sort()
}

async function* streamOf(content: string): AsyncGenerator<Uint8Array> {
  yield bytesOf(content)
}

function large(filling: string): Record<string, string> {
  return { note: filling.repeat(20_000) }
}
