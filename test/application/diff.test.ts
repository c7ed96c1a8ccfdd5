import { describe, expect, test } from 'vitest'
import { artifactOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

async function logged(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  await world.lading.save(artifactOf('model', { config: '{}', notes: 'one', weights: '1234' }))
  await world.lading.save(artifactOf('model', { config: '{}', vocab: 'a b', weights: '123456' }), { aliases: ['prod'] })
  await world.lading.save(artifactOf('other', { config: '{}' }), { project: 'elsewhere' })
  return world
}

describe.each(KINDS)('comparing versions in %s', (kind) => {
  test('says what was added, removed, changed and left, with sizes', async () => {
    const { lading } = await logged(kind)

    const diff = await lading.diff('model:v0', 'model:prod')

    expect(diff.added).toMatchObject([{ path: 'vocab', size: 3 }])
    expect(diff.removed).toMatchObject([{ path: 'notes', size: 3 }])
    expect(diff.changed).toMatchObject([{ path: 'weights', before: { size: 4 }, after: { size: 6 } }])
    expect(diff.unchanged).toMatchObject([{ path: 'config', size: 2 }])
    expect(diff.bytes).toEqual({ added: 3, removed: 3, changedBefore: 4, changedAfter: 6, unchanged: 2 })
  })

  test('takes refs and versions, of one artifact or two', async () => {
    const { lading } = await logged(kind)
    const [old, other] = [await lading.getArtifact('model:v0'), await lading.getArtifact('elsewhere/other')]

    expect(await lading.diff(old, 'model')).toEqual(await lading.diff('model:v0', 'model'))
    expect(await old.diff(other)).toEqual(await lading.diff('model:v0', 'elsewhere/other'))
    expect((await old.diff(other)).removed.map(({ path }) => path)).toEqual(['notes', 'weights'])
    expect(await lading.diff('other', other, { project: 'elsewhere' })).toMatchObject({ added: [], removed: [] })
  })

  test('of what is not there is NOT_FOUND, and of what is no version INVALID', async () => {
    const { lading } = await logged(kind)
    const version = await lading.getArtifact('model')
    const nothing = undefined as never

    expect((await refusal('NOT_FOUND', () => lading.diff('model', 'model:v9'))).key).toBe('demo/model:v9')
    await refusal('INVALID', () => lading.diff(nothing, 'model'))
    await refusal('INVALID', () => lading.diff('model', 'a b'))
    expect((await refusal('INVALID', () => version.diff('model' as never))).message).toContain('lading.diff')
    await refusal('ABORTED', () => lading.diff('model:v0', 'model', { signal: AbortSignal.abort() }))
  })
})
