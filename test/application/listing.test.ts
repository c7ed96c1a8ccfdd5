import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../src/index.ts'
import { all, artifactOf, createWorld, KINDS, refusal } from './world.ts'

describe.each(KINDS)('reading %s', (kind) => {
  test('an empty store lists nothing, and reading writes nothing', async () => {
    const { lading, keys } = await createWorld(kind)

    expect([await all(lading.projects()), await all(lading.artifacts()), await all(lading.runs())]).toEqual([
      [],
      [],
      [],
    ])
    expect(await all(lading.artifact('model').versions())).toEqual([])
    expect(await lading.artifact('model').aliases()).toEqual({})
    await refusal('NOT_FOUND', () => lading.artifact('model').assertExists())
    expect(await keys()).toEqual([])
  })

  test('projects and artifacts come by name; artifacts of one type where it is given', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '1' }, { type: 'model' }))
    await lading.save(artifactOf('data', { f: '1' }, { type: 'any / type ☃' }))
    await lading.save(artifactOf('Upper', { f: '1' }, { type: 'model' }))
    await lading.save(artifactOf('other', { f: '1' }), { project: 'another' })
    await lading.init({ project: 'only-runs', id: 'r1' })

    const names = async (options = {}) => (await all(lading.artifacts(options))).map(({ name }) => name)

    expect((await all(lading.projects())).map(({ name }) => name)).toEqual(['another', 'demo', 'only-runs'])
    expect(await names()).toEqual(['Upper', 'data', 'model'])
    expect(await names({ type: 'model' })).toEqual(['Upper', 'model'])
    expect(await names({ type: 'any / type ☃' })).toEqual(['data'])
    expect(await names({ type: 'none' })).toEqual([])
    expect(await names({ project: 'another' })).toEqual(['other'])
    await lading.artifact('model').assertExists()
  })

  test('an artifact whose versions were deleted one by one is not listed, until it is logged again', async () => {
    const { lading } = await createWorld(kind)
    for (const content of ['1', '2']) await lading.save(artifactOf('model', { f: content }, { type: 'model' }))
    for (const ref of ['model:v0', 'model:v1']) await (await lading.getArtifact(ref)).delete({ aliases: true })

    expect([await all(lading.artifacts()), await all(lading.artifacts({ type: 'model' }))]).toEqual([[], []])
    await refusal('NOT_FOUND', () => lading.artifact('model').assertExists())

    expect((await lading.save(artifactOf('model', { f: '3' }))).version).toBe('v2')
    expect((await all(lading.artifacts())).map(({ name }) => name)).toEqual(['model'])
    await lading.artifact('model').assertExists()
  })

  test('versions come newest first, or oldest first, over several pages', async () => {
    const { lading } = await createWorld(kind)
    // A page has 100 rows. On disk the second one is not worth the time: paging is not the adapter's.
    const count = kind === 'memory' ? 105 : 9
    for (let i = 0; i < count; i++) await lading.save(artifactOf('model', { f: `${i}` }))
    await (await lading.getArtifact('model:v5')).delete()
    const numbers = Array.from({ length: count }, (_, n) => n).filter((n) => n !== 5)
    const listed = async (newestFirst: boolean) =>
      (await all(lading.artifact('model').versions({ newestFirst }))).map(({ n }) => n)

    expect(await listed(true)).toEqual(numbers.toReversed())
    expect(await listed(false)).toEqual(numbers)
  })

  test('a version tells what it is', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: 'four' }, { type: 'model', description: 'mine' }), { aliases: ['prod'] })

    const version = await lading.getArtifact('model:prod')

    expect(version).toMatchObject({
      project: 'demo',
      name: 'model',
      n: 0,
      version: 'v0',
      ref: 'demo/model:v0',
      type: 'model',
      aliases: ['latest', 'prod'],
      description: 'mine',
      size: 4,
      fileCount: 1,
      derivedFrom: null,
    })
    expect(new Date(version.createdAt).toISOString()).toBe(version.createdAt)
  })

  test('refs: name, latest, number, alias and digest, with or without their project', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '0' }), { aliases: ['prod'] })
    const { digest } = await lading.save(artifactOf('model', { f: '1' }))
    const found = async (ref: string) => (await lading.getArtifact(ref)).version

    for (const ref of ['model', 'model:latest', 'model:v1', `model@${digest}`, 'demo/model'])
      expect(await found(ref)).toBe('v1')
    for (const ref of ['model:v0', 'model:prod', 'demo/model:prod']) expect(await found(ref)).toBe('v0')
    for (const ref of [
      'model:v2',
      'model:nothing',
      'absent',
      'other/model',
      `model@${'0'.repeat(64)}`,
      'model:pending-1',
    ]) {
      await refusal('NOT_FOUND', () => lading.getArtifact(ref))
    }
    for (const ref of ['', ':v1', 'a b', 'model:v01', 'a/b/c', 'model@12', 'model:']) {
      await refusal('INVALID', () => lading.getArtifact(ref))
    }
  })
})

describe.each(KINDS)('names in %s', (kind) => {
  test('that differ only in case are different, but on a disk that cannot tell them apart: there the second is CONFLICT', async () => {
    const { lading, file, at } = await createWorld(kind)
    await file('probe', '')
    const isRefused = kind === 'folder' && existsSync(at('PROBE'))
    await lading.save(artifactOf('model', { f: '1' }), { aliases: ['prod'] })
    const second = () => lading.save(artifactOf('Model', { f: '2' }), { aliases: ['Prod'] })

    if (isRefused) await refusal('CONFLICT', second)
    else expect((await second()).version).toBe('v0')

    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v0', prod: 'v0' })
    await refusal('NOT_FOUND', () => lading.getArtifact('model:Prod'))
    expect(await (await (await lading.getArtifact('model')).file('f')).text()).toBe('1')
    if (!isRefused) expect(await lading.artifact('Model').aliases()).toEqual({ Prod: 'v0', latest: 'v0' })
  })
})

test.each(['', 'sqlite:'])('opening a store and reading it makes nothing on the disk: %s', async (scheme) => {
  const { at, file } = await createWorld('memory')
  await file('here/f', '1')

  await using lading = await openStore(`${scheme}${at('here/store')}`, { project: 'demo' })
  await all(lading.projects())
  await all(lading.drafts('model'))
  await refusal('NOT_FOUND', () => lading.getArtifact('model'))

  expect(await readdir(at('here'))).toEqual(['f'])
})

describe.each(KINDS)('a closed store: %s', (kind) => {
  test('refuses every call with CLOSED, closing again is fine', async () => {
    const { open, at } = await createWorld(kind)
    const lading = await open()
    await lading.save(artifactOf('model', { f: '1' }))
    const [run, version] = [await lading.init({ id: 'r1', group: 'night' }), await lading.getArtifact('model')]
    const file = await version.file('f')

    await lading.close()
    await lading.close()

    const draft = () => artifactOf('model', { f: '2' })
    for (const call of [
      () => lading.init(),
      () => lading.save(draft()),
      () => lading.getArtifact('model'),
      () => lading.setAlias('model', 'prod'),
      () => lading.removeAlias('model', 'prod'),
      () => lading.aliasHistory('model', 'prod'),
      () => all(lading.projects()),
      () => all(lading.artifacts()),
      () => all(lading.runs()),
      () => all(lading.drafts('model')),
      () => lading.abandon('model', { distributedId: 'night' }),
      () => lading.deleteProject('demo'),
      () => all(lading.artifact('model').versions()),
      () => lading.artifact('model').update({ description: 'x' }),
      () => lading.artifact('model').delete(),
      () => run.logArtifact(draft()),
      () => run.useArtifact('model'),
      () => run.upsertArtifact(draft()),
      () => run.finishArtifact('model'),
      () => run.inputs(),
      () => run.finish(),
      () => version.download({ root: at('out') }),
      () => version.checkout(at('out')),
      () => version.verify(),
      () => version.update({ metadata: null }),
      () => version.lineage(),
      () => version.delete(),
      () => file.bytes(),
    ]) {
      await refusal('CLOSED', call).catch((cause: unknown) => {
        throw new Error(String(call), { cause })
      })
    }
  })
})

describe.each(KINDS)('a pending version in %s, which keeps none', (kind) => {
  test('is NOT_FOUND, and the error says what pending is; no alias can have such a name', async () => {
    const { lading } = await createWorld(kind)
    await lading.save(artifactOf('model', { f: '0' }))

    for (const call of [
      () => lading.getArtifact('model:pending-1'),
      () => lading.getArtifact('absent:pending-0'),
      () => lading.setAlias('model:pending-1', 'prod'),
    ]) {
      const error = await refusal('NOT_FOUND', call)
      expect(error.detail).toBe('no such pending version: one that was logged offline and has no number yet')
      expect(error.key).toMatch(/^demo\/(model|absent):pending-[01]$/)
    }

    await refusal('INVALID', () => lading.setAlias('model', 'pending-1'))
    await refusal('INVALID', () => lading.removeAlias('model:pending-1', 'prod'))
  })
})

test('a store that is opened without a project asks for one', async () => {
  await using lading = await openStore('memory:')
  await refusal('INVALID', () => lading.save(artifactOf('model', { f: '1' })))
  await refusal('INVALID', () => lading.getArtifact('model'))
  await refusal('INVALID', () => lading.artifacts())
  expect((await lading.save(artifactOf('model', { f: '1' }), { project: 'p' })).version).toBe('v0')
  expect((await lading.getArtifact('p/model')).version).toBe('v0')
})
