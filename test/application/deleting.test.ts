import { describe, expect, test } from 'vitest'
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

  test('a deleted artifact is hidden until it is logged again; numbers go on, type and aliases do not come back', async () => {
    const { lading } = await threeVersions(kind)
    await lading.setAlias('model:v0', 'prod')
    await lading.save(artifactOf('other', { f: '1' }))

    await lading.artifact('model').delete()

    expect((await all(lading.artifacts())).map(({ key }) => key.artifact)).toEqual(['other'])
    await refusal('NOT_FOUND', () => lading.getArtifact('model:v0'))
    await refusal('NOT_FOUND', () => lading.artifact('model').assertExists())
    expect(await lading.artifact('model').aliases()).toEqual({})
    expect((await lading.save(artifactOf('model', { f: '0' }))).version).toBe('v3')
    expect((await all(lading.artifacts())).map(({ key }) => key.artifact)).toEqual(['model', 'other'])
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

  test('a description of what was never logged is NOT_FOUND', async () => {
    const { lading } = await createWorld(kind)
    await refusal('NOT_FOUND', () => lading.artifact('model').update({ description: 'x' }))
  })
})
