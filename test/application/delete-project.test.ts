import { describe, expect, test } from 'vitest'
import type { Progress } from '../../src/index.ts'
import { all, artifactOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

/** A project with three artifacts, one of two versions, and another project. */
async function filledWorld(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  const { lading } = world
  for (const name of ['a', 'b', 'c']) await lading.save(artifactOf(name, { f: name }), { aliases: ['prod'] })
  await lading.save(artifactOf('a', { f: 'more' }))
  await lading.save(artifactOf('a', { f: 'other' }), { project: 'other' })
  return world
}

describe.each(KINDS)('deleting a project in %s', (kind) => {
  test('deletes each of its artifacts; the project stays listed, others stay as they are', async () => {
    const { lading, open } = await filledWorld(kind)
    const seen: Progress[] = []

    const result = await lading.deleteProject('demo', { onProgress: (progress) => seen.push(progress) })

    expect(result.project).toBe('demo')
    expect(result.deleted.toSorted()).toEqual(['a', 'b', 'c'])
    expect(seen.at(-1)).toEqual({ phase: 'delete', files: 3, filesTotal: 3, bytes: 0, bytesTotal: 0 })
    const fresh = await open()
    expect(await all(fresh.artifacts())).toEqual([])
    expect((await all(fresh.projects())).map(({ name }) => name)).toEqual(['demo', 'other'])
    for (const ref of ['a', 'a:v0', 'a:prod', 'b']) await refusal('NOT_FOUND', () => fresh.getArtifact(ref))
    expect((await fresh.getArtifact('other/a')).version).toBe('v0')
  })

  test('may be repeated, and numbers go on when a name is logged again', async () => {
    const { lading } = await filledWorld(kind)
    await lading.deleteProject('demo')

    expect(await lading.deleteProject('demo')).toEqual({ project: 'demo', deleted: [] })

    expect((await lading.save(artifactOf('a', { f: 'a' }))).version).toBe('v2')
    expect((await lading.deleteProject('demo')).deleted).toEqual(['a'])
  })

  test('stops at the signal, and the next one does the rest', async () => {
    const { lading } = await filledWorld(kind)
    for (let n = 0; n < 20; n++) await lading.save(artifactOf(`many-${n}`, { f: 'x' }))
    const stop = new AbortController()

    await refusal('ABORTED', () =>
      lading.deleteProject('demo', { signal: stop.signal, onProgress: () => stop.abort() }),
    )

    const left = await all(lading.artifacts())
    expect(left.length).toBeGreaterThan(0)
    expect(left.length).toBeLessThan(23)
    expect((await lading.deleteProject('demo')).deleted).toHaveLength(left.length)
  })

  test('that was never there is NOT_FOUND, and a bad name INVALID', async () => {
    const { lading } = await filledWorld(kind)

    await refusal('NOT_FOUND', () => lading.deleteProject('Demo-2'))
    await refusal('INVALID', () => lading.deleteProject('../demo'))
    await refusal('INVALID', () => lading.deleteProject(undefined as unknown as string))
  })
})
