import { describe, expect, test } from 'vitest'
import { isLadingError } from '../../src/index.ts'
import { artifactOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

async function threeVersions(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  for (const content of ['0', '1', '2']) await world.lading.save(artifactOf('model', { f: content }))
  return world
}

describe.each(KINDS)('aliases in %s', (kind) => {
  test('an alias moves to any version, by number, alias, digest or the name alone', async () => {
    const { lading } = await threeVersions(kind)
    const { digest } = await lading.getArtifact('model:v1')
    const target = async () => (await lading.getArtifact('model:prod')).version

    await lading.setAlias('model:v0', 'prod')
    expect(await target()).toBe('v0')
    await lading.setAlias(`model@${digest}`, 'prod')
    expect(await target()).toBe('v1')
    await lading.setAlias('demo/model', 'prod')
    expect(await target()).toBe('v2')
    await lading.setAlias('model:v0', 'old')
    await lading.setAlias('model:old', 'prod')

    expect(await target()).toBe('v0')
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v2', old: 'v0', prod: 'v0' })
  })

  test('expect: the move lands only from there; CONFLICT names what is there', async () => {
    const { lading } = await threeVersions(kind)
    await lading.setAlias('model:v0', 'prod', { expect: null })

    await refusal('CONFLICT', () => lading.setAlias('model:v1', 'prod', { expect: null }))
    const error = await refusal('CONFLICT', () => lading.setAlias('model:v1', 'prod', { expect: 'v2' }))
    await lading.setAlias('model:v1', 'prod', { expect: 'v0' })
    await refusal('CONFLICT', () => lading.removeAlias('model', 'prod', { expect: 'v0' }))

    expect(error.detail).toBe('expected v2, found v0')
    expect((await lading.getArtifact('model:prod')).version).toBe('v1')
  })

  test('of several writers that expect the same, one wins', async () => {
    const { lading, open } = await threeVersions(kind)
    const handles = await Promise.all([0, 1, 2].map(() => open()))

    const moves = await Promise.allSettled(
      handles.map((handle, n) => handle.setAlias(`model:v${n}`, 'prod', { expect: null })),
    )

    const won = moves.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []))
    expect(won.length).toBe(1)
    for (const move of moves) if (move.status === 'rejected') expect(isLadingError(move.reason, 'CONFLICT')).toBe(true)
    expect((await lading.getArtifact('model:prod')).n).toBe(won[0])
  })

  test('a removed alias names nothing; removing it again changes nothing', async () => {
    const { lading } = await threeVersions(kind)
    await lading.setAlias('model:v0', 'prod')

    await lading.removeAlias('model', 'prod', { expect: 'v0' })
    await lading.removeAlias('model', 'prod')

    await refusal('NOT_FOUND', () => lading.getArtifact('model:prod'))
  })

  test('a run moves aliases in its own project, and the history names it; a finished one is CLOSED', async () => {
    const { lading } = await threeVersions(kind)
    const run = await lading.init({ id: 'r1', name: 'promote' })

    await run.setAlias('model:v0', 'prod', { expect: null })
    await refusal('CONFLICT', () => run.setAlias('model:v1', 'prod', { expect: 'v2' }))
    await run.removeAlias('model', 'prod', { expect: 'v0' })
    await run.finish()
    await refusal('CLOSED', () => run.setAlias('model:v0', 'prod'))
    await refusal('CLOSED', () => run.removeAlias('model', 'prod'))

    const by = { project: 'demo', id: 'r1', name: 'promote' }
    expect(await lading.aliasHistory('demo/model', 'prod')).toMatchObject([
      { from: null, to: 0, run: by },
      { from: 0, to: null, run: by },
    ])
  })

  test('nothing that was answered can be changed from outside', async () => {
    const { lading, open } = await threeVersions(kind)
    await lading.setAlias('model:v0', 'prod')
    const [move] = await lading.aliasHistory('model', 'prod')

    expect(Reflect.set(move!, 'alias', 'other')).toBe(kind === 'sqlite')
    await lading.setAlias('model:v1', 'prod')

    const moves = await (await open()).aliasHistory('model', 'prod')
    expect(moves.map(({ from, to }) => [from, to])).toEqual([
      [null, 0],
      [0, 1],
    ])
  })

  test('what is about an artifact takes no version, and no bad alias', async () => {
    const { lading } = await threeVersions(kind)
    await lading.setAlias('model:v0', 'prod')

    for (const ref of ['model:v99', 'model:latest', 'demo/model:prod', `model@${'0'.repeat(64)}`]) {
      await refusal('INVALID', () => lading.removeAlias(ref, 'prod'))
      await refusal('INVALID', () => lading.aliasHistory(ref, 'prod'))
    }
    await refusal('INVALID', () => lading.aliasHistory('model', '../x'))
    await refusal('INVALID', () => lading.aliasHistory('absent', '../x'))

    expect((await lading.getArtifact('model:prod')).version).toBe('v0')
  })

  test('latest cannot be set, moved or removed by hand; vN is no alias', async () => {
    const { lading } = await threeVersions(kind)
    for (const alias of ['latest', 'v1', 'pending-0', 'a b']) {
      await refusal('INVALID', () => lading.setAlias('model:v0', alias))
      await refusal('INVALID', () => lading.removeAlias('model', alias))
    }
    await refusal('INVALID', () => lading.setAlias('model:v0', 'prod', { expect: 'prod' }))
  })

  test('an alias never points at what is not there', async () => {
    const { lading } = await threeVersions(kind)
    await (await lading.getArtifact('model:v1')).delete()
    for (const ref of ['model:v1', 'model:v9', 'model:nothing', `model@${'0'.repeat(64)}`, 'absent']) {
      await refusal('NOT_FOUND', () => lading.setAlias(ref, 'prod'))
    }
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v2' })

    await lading.save(artifactOf('model', { f: '3' }), { supersede: true })
    await refusal('NOT_FOUND', () => lading.setAlias('model:v0', 'prod'))
    expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v3' })
  })

  test('the history tells when, from, to and by which run, also beyond what head remembers', async () => {
    const { lading } = await threeVersions(kind)
    const run = await lading.init({ id: 'r1', name: 'train' })
    await run.logArtifact(artifactOf('model', { f: '1' }), { aliases: ['prod', 'other'] })
    for (let i = 0; i < 40; i++) await lading.setAlias(`model:v${i % 2 === 0 ? 0 : 2}`, 'prod')
    await lading.removeAlias('model', 'prod')

    const moves = await lading.aliasHistory('model', 'prod')

    expect(moves.length).toBe(42)
    expect(moves[0]).toMatchObject({
      alias: 'prod',
      from: null,
      to: 1,
      run: { project: 'demo', id: 'r1', name: 'train' },
    })
    expect(moves.at(-1)).toMatchObject({ from: 2, to: null, run: null })
    moves.slice(1).forEach(({ from }, index) => expect(from).toBe(moves[index]!.to))
    for (const { at } of moves) expect(new Date(at).toISOString()).toBe(at)
    expect((await lading.artifact('model').history()).length).toBe(43)
  })
})
