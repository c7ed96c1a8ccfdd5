import { spawnSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import type { UserFileSystem } from '../../../src/adapters/fs/user-file-system.ts'
import { errno, fsWith, plant, temporaryFolder, treeOf } from './user-files-kit.ts'

const isWindows = process.platform === 'win32'

/** A folder of a version, and one beside it from which nothing may ever be removed. */
function createPlace(files: Readonly<Record<string, string>>, fs?: UserFileSystem) {
  const parent = temporaryFolder()
  const [root, outside] = [join(parent, 'root'), join(parent, 'outside')]
  plant(root, files)
  plant(outside, { foreign: 'theirs', 'deep/foreign': 'theirs' })
  return { parent, root, outside, target: createFiles(fs).target(root) }
}

/**
 * The real file system, on which something happens right before the first of these calls on a path that ends so. An open
 * folder that is removed from has a path of its own: only names tell there.
 */
function disturbed(name: 'unlink' | 'rmdir' | 'readdir', end: string, disturb: () => void): UserFileSystem {
  let isOver = false
  const call = nodeFs.promises[name] as (path: string, ...rest: unknown[]) => Promise<unknown>
  const replaced = (path: string, ...rest: unknown[]) => {
    if (!isOver && path.endsWith(end)) {
      isOver = true
      disturb()
    }
    return call(path, ...rest)
  }
  return fsWith({ [name]: replaced })
}

const keepNothing = () => false

describe('pruning a folder', () => {
  it('removes what is not kept, then empty folders, and tells all of it in order', async () => {
    const { root, target } = createPlace({ 'a/keep': '', 'a/x': '', 'b/c/d': '', e: '' })
    mkdirSync(join(root, 'void'))

    const removed = await target.prune((path) => path === 'a/keep', {})

    expect(removed).toEqual(['a/x', 'b/', 'b/c/', 'b/c/d', 'e', 'void/'])
    expect(treeOf(root)).toEqual(['a', 'a/keep'])
  })

  it('leaves the root itself, and is fine where there is none', async () => {
    const { parent, root, target } = createPlace({ x: '' })

    await target.prune(keepNothing, {})

    expect(treeOf(root)).toEqual([])
    expect(await createFiles().target(join(parent, 'absent')).prune(keepNothing, {})).toEqual([])
  })

  it('asks of no path that a version could not have less than of others', async () => {
    const { root, target } = createPlace({ 'a\nb': '', 'c\\d': '', '\u{1f6a2}': '', '-rf': '' })
    const asked: string[] = []

    await target.prune((path) => asked.push(path) === 0, {})

    expect(asked.toSorted()).toEqual(['-rf', 'a\nb', 'c\\d', '\u{1f6a2}'].toSorted())
    expect(treeOf(root)).toEqual([])
  })

  it.skipIf(isWindows)('stops when a link takes the place of a folder, and removes nothing behind it', async () => {
    let swap = () => {}
    const place = createPlace(
      { 'a/deep/foreign': '', 'a/foreign': '' },
      disturbed('readdir', 'a/deep', () => swap()),
    )
    const { root, outside, target } = place
    swap = () => {
      renameSync(join(root, 'a'), join(root, 'moved'))
      symlinkSync('../outside', join(root, 'a'))
    }

    await expect(target.prune(keepNothing, {})).rejects.toMatchObject({ code: 'CONFLICT' })

    expect(treeOf(outside)).toEqual(['deep', 'deep/foreign', 'foreign'])
  })

  it.skipIf(process.platform !== 'linux')(
    'removes nothing behind a link that comes in between look and removal',
    async () => {
      for (const [name, end] of [
        ['unlink', '/foreign'],
        ['rmdir', '/deep'],
      ] as const) {
        let swap = () => {}
        const { root, outside, target } = createPlace(
          { 'a/foreign': '', 'a/deep/x': '' },
          disturbed(name, end, () => swap()),
        )
        rmSync(join(outside, 'deep/foreign'))
        swap = () => {
          renameSync(join(root, 'a'), join(root, 'moved'))
          symlinkSync('../outside', join(root, 'a'))
        }

        await expect(target.prune(keepNothing, {})).rejects.toMatchObject({ code: 'CONFLICT' })

        expect(treeOf(outside)).toEqual(['deep', 'foreign'])
      }
    },
  )

  it('is CONFLICT when something is put into a folder that is being emptied', async () => {
    let put = () => {}
    const { root, target } = createPlace(
      { 'a/x': '' },
      disturbed('rmdir', '/a', () => put()),
    )
    put = () => writeFileSync(join(root, 'a/new'), 'mine')

    await expect(target.prune(keepNothing, {})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'a') })

    expect(readFileSync(join(root, 'a/new'), 'utf8')).toBe('mine')
  })

  it('minds nobody who removes the same', async () => {
    let remove = () => {}
    const { root, target } = createPlace(
      { 'a/x': '', b: '' },
      disturbed('unlink', '/x', () => remove()),
    )
    remove = () => nodeFs.unlinkSync(join(root, 'a/x'))

    expect(await target.prune(keepNothing, {})).toEqual(['a/', 'b'])
  })

  it('is UNAUTHORIZED, by name, for what may not be removed or looked into', async () => {
    for (const name of ['unlink', 'rmdir', 'readdir'] as const) {
      const { root, target } = createPlace({ 'a/x': '' }, fsWith({ [name]: () => Promise.reject(errno('EACCES')) }))
      const key = { unlink: join(root, 'a/x'), rmdir: join(root, 'a'), readdir: `${root}/` }[name]
      const error: unknown = await target.prune(keepNothing, {}).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'UNAUTHORIZED', key: expect.stringContaining(key.replace(/\/$/, '')) })
    }
  })

  it('stops when the signal fires', async () => {
    const { root, target } = createPlace({ a: '', b: '', c: '' })
    const stop = new AbortController()
    const keep = () => {
      stop.abort()
      return false
    }

    await expect(target.prune(keep, { signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' })

    expect(treeOf(root).length).toBe(2)
  })
})

describe('a folder to be pruned', () => {
  it('is CONFLICT where another disk is mounted in it', async () => {
    const lstat = async (path: string) => {
      const stats = await nodeFs.promises.lstat(path)
      if (path.endsWith('mounted')) stats.dev += 1
      return stats
    }
    const { root, target } = createPlace({ 'a/mounted/x': '' }, fsWith({ lstat } as never))

    const error = { code: 'CONFLICT', key: join(root, 'a/mounted') }
    await expect(target.assertExpendable({})).rejects.toMatchObject(error)
    await expect(target.prune(keepNothing, {})).rejects.toMatchObject(error)

    expect(treeOf(root)).toEqual(['a', 'a/mounted', 'a/mounted/x'])
  })

  it.skipIf(isWindows)('is not held up by a FIFO that takes the place of what may be the mark of a store', async () => {
    let swap = () => {}
    const lstat = async (path: string) => {
      const stats = await nodeFs.promises.lstat(path)
      if (path.endsWith('lading.json')) swap()
      return stats
    }
    const { root, target } = createPlace({ 'a/lading.json': '{}' }, fsWith({ lstat } as never))
    swap = () => {
      rmSync(join(root, 'a/lading.json'))
      spawnSync('mkfifo', [join(root, 'a/lading.json')])
    }

    await expect(target.assertExpendable({})).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is not read for the mark of a store where that would be far too large', async () => {
    const { root, target } = createPlace({ 'lading.json': '' })
    truncateSync(join(root, 'lading.json'), 5_000_000_000)

    await target.assertExpendable({})
  })

  it.skipIf(process.platform !== 'linux')('is CONFLICT where a folder of the same disk is mounted in it', async () => {
    let place = ''
    const readFile = async () =>
      `25 1 8:1 / / rw - ext4 d rw\n26 25 8:1 /x ${place.replaceAll(' ', '\\040')} rw - ext4 d rw\n`
    const { root, target } = createPlace({ 'a b/x': '' }, fsWith({ readFile } as never))
    place = join(root, 'a b')

    await expect(target.assertExpendable({})).rejects.toMatchObject({ code: 'CONFLICT', key: place })

    place = `${root}-beside`
    await target.assertExpendable({})
  })

  it('may be absent', async () => {
    const { parent } = createPlace({})
    await createFiles().target(join(parent, 'absent/deep')).assertExpendable({})
  })
})

describe('making way for a file', () => {
  it.each([
    ['nothing', {}, []],
    ['a file', { 'a/b': 'x' }, []],
    ['a folder', { 'a/b/c/d': 'x', 'a/b/e': 'x', 'a/f': 'x' }, ['a/b/', 'a/b/c/', 'a/b/c/d', 'a/b/e']],
    ['a file where a folder is needed', { a: 'x' }, ['a']],
  ])('where there is %s removes just that', async (_, files, removed) => {
    const { target } = createPlace(files)
    mkdirSync(target.root, { recursive: true })

    expect(await target.clear('a/b', {})).toEqual(removed)

    await target.write('a/b', (async function* () {})(), {})
  })

  it.skipIf(isWindows)('removes a link to a folder, and not what it leads to', async () => {
    const { root, outside, target } = createPlace({ x: '' })
    symlinkSync('../outside', join(root, 'a'))

    expect(await target.clear('a/foreign', {})).toEqual(['a'])

    expect(treeOf(outside)).toEqual(['deep', 'deep/foreign', 'foreign'])
  })

  it.each(['', '../x', '/x', 'a/../b'])('of %j is INVALID', async (path) => {
    const { target } = createPlace({})
    await expect(target.clear(path, {})).rejects.toMatchObject({ code: 'INVALID' })
  })
})
