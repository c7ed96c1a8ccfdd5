import { chmod, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import type { NodeFileSystem } from '../../src/adapters/fs/index.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { Artifact, createPorts, createStore } from '../../src/index.ts'
import { errno, watchedFs } from '../support/faulty-fs.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { artifactOf, createWorld } from './world.ts'
import type { World } from './world.ts'

/** So many that they travel in bulk. */
const MANY = Array.from({ length: 40 }, (_, n) => [`many/${n % 4}/${n}.txt`, `content ${n}`] as const)
const BLOB = `p/demo/blobs/${sha256('alpha').slice(0, 2)}/${sha256('alpha')}`
const LARGE = 'x'.repeat(3 * 1024 * 1024)

/** What befalls a stored blob. */
const MISHAPS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'one bit flipped': async (path) => writeFile(path, 'Content 7'),
  'cut short': (path) => truncate(path, 3),
  emptied: (path) => truncate(path, 0),
  deleted: (path) => rm(path),
  'moved to a disk that is not there, with a link in its place': async (path) => {
    await rm(path)
    await symlink(join(path, '../../not-mounted'), path)
  },
  'cut short, with a time of whole seconds': async (path) => {
    await truncate(path, 3)
    await utimes(path, 1_700_000_000, 1_700_000_000)
  },
}

describe.each(['folder', 'sqlite'] as const)('logging good bytes again in %s', (kind) => {
  test.each(Object.entries(MISHAPS))('heals a small blob that was %s', async (_name, mishap) => {
    const world = await manyWorld(kind)
    const { log, blobPath } = world
    await befall(await blobPath(sha256('content 7')), mishap)

    const again = await log('many')

    expect(again).toMatchObject({ version: 'v0', created: false })
    expect(await verified(world)).toEqual([])
  })

  test('heals a blob of few, and a large one', async () => {
    const world = await healingWorld(kind)
    await world.file('few/small.txt', 'small')
    await world.file('few/large.bin', LARGE)
    await world.log('few')
    for (const mishap of [scratched, MISHAPS['cut short, with a time of whole seconds']!]) {
      for (const content of ['small', LARGE]) await befall(await world.blobPath(sha256(content)), mishap)

      await world.log('few')

      expect(await verified(world)).toEqual([])
    }
  })

  test.each(Object.entries(MISHAPS))('heals the blob of a file that it does not read, %s', async (_name, mishap) => {
    const world = await healingWorld(kind, { cached: true })
    await world.file('known/a.txt', 'content 7')
    // Times that are younger than some moments are not trusted.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000)
    onTestFinished(() => clock.mockRestore())
    await world.log('known')
    await befall(await world.blobPath(sha256('content 7')), mishap)

    await world.log('known')

    expect(await verified(world)).toEqual([])
  })

  test('stores a sound blob anew whose times were lost, and leaves it alone from then on', async () => {
    const { log, blobPath } = await manyWorld(kind)
    const path = await blobPath(sha256('content 7'))
    await utimes(path, 1_700_000_000.5, 1_700_000_000.5)

    const [lost] = [await stat(path), await log('many')]
    const [stored] = [await stat(path), await log('many')]

    expect(stored.ino).not.toBe(lost.ino)
    expect((await stat(path)).ino).toBe(stored.ino)
  })

  test('leaves sound blobs alone', async () => {
    const { log, blobPath } = await manyWorld(kind)
    const path = await blobPath(sha256('content 7'))
    const before = await stat(path)

    await log('many')

    expect(await stat(path)).toEqual(before)
  })
})

test('on a disk that takes no times nothing looks changed', async () => {
  const root = '/store'
  const inner = createFsFromVolume(new Volume()) as NodeFileSystem
  const fs = watchedFs(({ name }) => {
    if (name === 'utimes') throw errno('EPERM')
  }, inner)
  const lading = createStore(createPorts(createFsObjectStore({ root, fs })), { project: 'demo' })
  const log = () => lading.save(artifactOf('model', { a: 'alpha' }))
  const inode = async () => (await createFsObjectStore({ root, fs }).stat(BLOB, {}))?.etag

  await log()
  const before = await inode()

  expect(await log()).toMatchObject({ version: 'v0', created: false })
  expect([before, typeof before]).toEqual([await inode(), 'string'])
})

interface HealingWorld extends World {
  log(folder: string): Promise<{ readonly version: string; readonly created: boolean }>
  /** Where a blob lies on the disk. */
  blobPath(digest: string): Promise<string>
}

async function healingWorld(kind: 'folder' | 'sqlite', { cached = false } = {}): Promise<HealingWorld> {
  const cache = cached ? temporaryFolder() : false
  const world = await createWorld(kind, { cache })
  return {
    ...world,
    log: async (folder) => (await world.open()).save(new Artifact('model').addDir(world.at(folder))),
    blobPath: async (digest) =>
      world.at(
        join(
          '..',
          'store',
          (await world.keys()).find((key) => key.endsWith(digest))!,
        ),
      ),
  }
}

async function manyWorld(kind: 'folder' | 'sqlite'): Promise<HealingWorld> {
  const world = await healingWorld(kind)
  for (const [path, content] of MANY) await world.file(path, content)
  await world.log('many')
  return world
}

const scratched = (path: string) => writeFile(path, 'X', { flag: 'r+' })

async function befall(path: string, mishap: (path: string) => Promise<unknown>): Promise<void> {
  await chmod(path, 0o644)
  await mishap(path)
}

/** Paths that are not as they were logged. */
async function verified({ open }: World): Promise<string[]> {
  const { differences } = await (await (await open()).getArtifact('model')).verify()
  return differences.map(({ path }) => path)
}
