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

    const names = async (options = {}) => (await all(lading.artifacts(options))).map(({ key }) => key.artifact)

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
    expect((await all(lading.artifacts())).map(({ key }) => key.artifact)).toEqual(['model'])
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

test('a store that is opened without a project asks for one', async () => {
  await using lading = await openStore('memory:')
  await refusal('INVALID', () => lading.save(artifactOf('model', { f: '1' })))
  await refusal('INVALID', () => lading.getArtifact('model'))
  await refusal('INVALID', () => lading.artifacts())
  expect((await lading.save(artifactOf('model', { f: '1' }), { project: 'p' })).version).toBe('v0')
  expect((await lading.getArtifact('p/model')).version).toBe('v0')
})
