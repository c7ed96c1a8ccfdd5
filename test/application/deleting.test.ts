import { describe, expect, test } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { systemClock } from '../../src/adapters/system/index.ts'
import { createPorts, createStore } from '../../src/index.ts'
import { all, artifactOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

async function threeVersions(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  for (const content of ['0', '1', '2']) await world.lading.save(artifactOf('model', { f: content }))
  return world
}

describe.each(KINDS)('deleting in %s', (kind) => {
  test('a deleted version is gone, its number is not used again, and its content is a new version', async () => {
    const { lading } = await threeVersions(kind)
    const version = await lading.getArtifact('model:v1')

    await version.delete()
    await version.delete()

    const error = await refusal('NOT_FOUND', () => lading.getArtifact('model:v1'))
    expect(error.detail).toContain('deleted')
    await refusal('NOT_FOUND', () => lading.getArtifact(`model@${version.digest}`))
    expect(await lading.save(artifactOf('model', { f: '1' }))).toMatchObject({ version: 'v3', created: true })
    expect((await lading.getArtifact(`model@${version.digest}`)).version).toBe('v3')
  })

  test('while an alias points at it, latest included, it is CONFLICT that names them; with aliases they go too', async () => {
    const { lading } = await threeVersions(kind)
    await lading.setAlias('model:v1', 'prod')
    await lading.setAlias('model:v1', 'best')

    const aliased = await refusal('CONFLICT', async () => (await lading.getArtifact('model:v1')).delete())
    const latest = await refusal('CONFLICT', async () => (await lading.getArtifact('model')).delete())
    await (await lading.getArtifact('model:v1')).delete({ aliases: true })

    expect(aliased.detail).toMatch(/prod/)
    expect(aliased.detail).toMatch(/best/)
    expect(latest.detail).toMatch(/latest/)
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v2' })
    expect((await lading.aliasHistory('model', 'prod')).at(-1)).toMatchObject({ from: 1, to: null })
  })

  test('latest falls back to the newest live version, and to nothing', async () => {
    const { lading } = await threeVersions(kind)
    await (await lading.getArtifact('model:v1')).delete()

    await (await lading.getArtifact('model')).delete({ aliases: true })
    expect((await lading.getArtifact('model')).version).toBe('v0')
    await (await lading.getArtifact('model')).delete({ aliases: true })

    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
    expect(await all(lading.artifact('model').versions())).toEqual([])
    expect((await lading.save(artifactOf('model', { f: '2' }))).version).toBe('v3')
  })

  test('of a delete and a move to the same version one wins; no alias ever dangles', async () => {
    const { lading, open } = await threeVersions(kind)
    const other = await open()
    const doomed = await lading.getArtifact('model:v1')

    const [deleted, moved] = await Promise.allSettled([doomed.delete(), other.setAlias('model:v1', 'prod')])

    expect([deleted.status, moved.status].toSorted()).toEqual(['fulfilled', 'rejected'])
    const aliases = await lading.artifact('model').aliases()
    expect(aliases).toEqual(moved.status === 'fulfilled' ? { latest: 'v2', prod: 'v1' } : { latest: 'v2' })
  })

  test('a deleted artifact is hidden until it is logged again; numbers go on, the type stays, aliases do not come back', async () => {
    const { lading } = await threeVersions(kind)
    await lading.setAlias('model:v0', 'prod')
    await lading.save(artifactOf('other', { f: '1' }))

    await lading.artifact('model').delete()

    expect((await all(lading.artifacts())).map(({ name }) => name)).toEqual(['other'])
    await refusal('NOT_FOUND', () => lading.getArtifact('model:v0'))
    await refusal('NOT_FOUND', () => lading.artifact('model').assertExists())
    expect(await lading.artifact('model').aliases()).toEqual({})
    await refusal('CONFLICT', () => lading.save(artifactOf('model', { f: '0' }, { type: 'dataset' })))
    expect((await lading.save(artifactOf('model', { f: '0' }))).version).toBe('v3')
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v3' })
    expect((await all(lading.artifacts())).map(({ name }) => name)).toEqual(['model', 'other'])
    expect((await all(lading.projects())).map(({ name }) => name)).toEqual(['demo'])
  })

  test('what was never logged cannot be deleted', async () => {
    const { lading } = await createWorld(kind)
    await refusal('NOT_FOUND', () => lading.artifact('model').delete())
  })

  test('stored bytes are not touched: the same content of another artifact stays whole', async () => {
    const { lading } = await threeVersions(kind)
    await lading.save(artifactOf('other', { f: '1' }))
    await (await lading.getArtifact('model:v1')).delete()
    expect(await (await lading.getArtifact('other')).verify()).toMatchObject({ ok: true, verified: 1 })
  })
})

describe.each(KINDS)('the blobs in %s', (kind) => {
  test('are not touched when a version, an artifact, a project or what is superseded is deleted', async () => {
    const { lading, keys } = await threeVersions(kind)
    const blobs = async () => (await keys()).filter((key) => /blobs\/.*[0-9a-f]{64}$/.test(key))
    const before = await blobs()
    expect(before.length).toBeGreaterThanOrEqual(6)

    await (await lading.getArtifact('model:v0')).delete()
    expect(await blobs()).toEqual(before)
    await lading.save(artifactOf('model', { f: '2' }), { supersede: true })
    await lading.artifact('model').delete()
    await lading.deleteProject('demo')

    expect(await blobs()).toEqual(before)
  })
})

describe.each(KINDS)('updating in %s', (kind) => {
  test('the metadata of one version: content, digest and other versions stay; null removes it', async () => {
    const { lading } = await threeVersions(kind)
    const version = await lading.getArtifact('model:v1')

    await version.update({ metadata: { loss: 0.5 } })
    expect(await version.metadata()).toEqual({ loss: 0.5 })
    expect(await (await lading.getArtifact('model')).metadata()).toBe(null)
    expect((await lading.getArtifact('model:v1')).digest).toBe(version.digest)
    await version.update({ metadata: { notes: 'x'.repeat(100_000) } })
    expect(await version.metadata()).toEqual({ notes: 'x'.repeat(100_000) })
    await version.update({ metadata: null })

    expect(await version.metadata()).toBe(null)
    await refusal('INVALID', () => version.update({ metadata: { a: Infinity } }))
  })

  test('metadata, as a log of known content replaces it: only where it is given and differs', async () => {
    const { lading } = await threeVersions(kind)
    const logged = (metadata?: object) =>
      lading.save(artifactOf('model', { f: '1' }, metadata === undefined ? {} : { metadata }))
    await logged({ loss: 0.5 })

    expect(await logged()).toMatchObject({ version: 'v1', created: false })

    const version = await lading.getArtifact('model:v1')
    expect(await version.metadata()).toEqual({ loss: 0.5 })
    await logged({})
    expect(await version.metadata()).toEqual({ loss: 0.5 })
    expect((await version.newDraft()).metadata).toEqual({ loss: 0.5 })
  })

  test('the description: of the artifact, for all versions, and carried into a draft', async () => {
    const { lading } = await threeVersions(kind)

    await lading.artifact('model').update({ description: 'a model' })
    await lading.save(artifactOf('model', { f: '1' }))
    for (const ref of ['model:v0', 'model']) expect((await lading.getArtifact(ref)).description).toBe('a model')
    expect((await (await lading.getArtifact('model:v0')).newDraft()).description).toBe('a model')
    await lading.save(artifactOf('model', { f: '1' }, { description: 'another' }))

    expect((await lading.getArtifact('model')).description).toBe('another')
    await lading.artifact('model').update({ description: '' })
    expect((await lading.getArtifact('model')).description).toBe('')
  })

  test('a description of what was never logged is NOT_FOUND', async () => {
    const { lading } = await createWorld(kind)
    await refusal('NOT_FOUND', () => lading.artifact('model').update({ description: 'x' }))
  })
})

test('large metadata is not sent once its blob may no longer be relied on: UNAVAILABLE, and nothing is changed', async () => {
  let [nowMs, stepMs] = [0, 0]
  const clock = { ...systemClock, monotonicMs: () => (nowMs += stepMs) }
  const ports = createPorts(createMemoryObjectStore(), { clock })
  await using lading = createStore(ports, { clock, project: 'demo' })
  await lading.save(artifactOf('model', { f: '1' }, { metadata: { loss: 1 } }))
  const version = await lading.getArtifact('model')
  stepMs = 4 * 24 * 60 * 60 * 1_000

  await refusal('UNAVAILABLE', () => version.update({ metadata: { notes: 'x'.repeat(100_000) } }))
  await version.update({ metadata: { loss: 0.5 } })

  expect(await version.metadata()).toEqual({ loss: 0.5 })
})
