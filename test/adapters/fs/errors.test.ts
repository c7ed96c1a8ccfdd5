import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileHandle, FileSystem } from '../../../src/adapters/fs/client.ts'
import { toLadingError } from '../../../src/adapters/fs/errors.ts'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import { checkedObjectStore } from '../../../src/ports/facade/object-store.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'

const ROOT = '/disk/store'

describe('an errno', () => {
  test.each([
    ['ENOSPC', 'UNAVAILABLE', 'UNAVAILABLE'],
    ['EDQUOT', 'UNAVAILABLE', 'UNAVAILABLE'],
    ['EMFILE', 'UNAVAILABLE', 'UNAVAILABLE'],
    ['ENFILE', 'UNAVAILABLE', 'UNAVAILABLE'],
    ['EROFS', 'UNAUTHORIZED', 'UNAUTHORIZED'],
    ['EACCES', 'UNAUTHORIZED', 'UNAUTHORIZED'],
    ['EPERM', 'UNAUTHORIZED', 'UNAUTHORIZED'],
    ['ENOTDIR', 'INVALID', 'INVALID'],
    ['ENAMETOOLONG', 'INVALID', 'INVALID'],
    ['EOPNOTSUPP', 'UNSUPPORTED', 'UNSUPPORTED'],
    ['EIO', 'UNAVAILABLE', 'UNKNOWN_OUTCOME'],
    ['ESTALE', 'UNAVAILABLE', 'UNKNOWN_OUTCOME'],
  ])('%s is %s when nothing can have happened, else %s', (errno, none, possible) => {
    expect(toLadingError(failure(errno), 'none').code).toBe(none)
    expect(toLadingError(failure(errno), 'possible').code).toBe(possible)
  })

  test('stays the cause, and its text the detail', () => {
    const cause = failure('ENOSPC')

    const error = toLadingError(cause, 'none')

    expect(error.cause).toBe(cause)
    expect(error.detail).toContain('the disk is full')
    expect(error.detail).toContain(cause.message)
    expect(error.next).toContain('free some space')
  })
})

describe('on a failing disk', () => {
  test.each([
    ['open', 'ENOSPC', 'UNAVAILABLE', 'the disk is full'],
    ['mkdir', 'EACCES', 'UNAUTHORIZED', 'denies access'],
    ['mkdir', 'EROFS', 'UNAUTHORIZED', 'read-only'],
    ['write', 'ENOSPC', 'UNAVAILABLE', 'the disk is full'],
    ['write', 'EIO', 'UNAVAILABLE', 'the file system failed'],
    ['sync', 'EIO', 'UNAVAILABLE', 'the file system failed'],
    ['close', 'EDQUOT', 'UNAVAILABLE', 'the quota is used up'],
    ['open', 'EMFILE', 'UNAVAILABLE', 'too many open files'],
    ['open', 'EROFS', 'UNAUTHORIZED', 'read-only'],
    ['open', 'EACCES', 'UNAUTHORIZED', 'denies access'],
    ['link', 'EIO', 'UNKNOWN_OUTCOME', 'failed half-way'],
    ['link', 'ENOSPC', 'UNAVAILABLE', 'the disk is full'],
    ['link', 'EPERM', 'UNAUTHORIZED', 'hard links'],
    ['link', 'ENOTSUP', 'UNSUPPORTED', 'cannot do this'],
  ])('a creation whose %s answers %s is %s, and leaves nothing', async (call, errno, code, words) => {
    const disk = createFailingDisk()
    disk.fail(call, errno)

    const error = await failureOf(disk.store.putIfAbsent('p/a', text('x'), {}))

    disk.heal()
    expect(error).toMatchObject({ code, adapter: 'fs', key: 'p/a', operation: 'putIfAbsent' })
    expect(error.message).toContain(words)
    expect(error.next).toBeTruthy()
    expect(await disk.store.get('p/a', {})).toBeNull()
    expect(await keysOf(disk.store)).toEqual([])
  })

  test('a folder that cannot be synced leaves the outcome open: the object is there', async () => {
    const disk = createFailingDisk()
    disk.fail('syncFolder', 'EIO')

    const error = await failureOf(disk.store.putIfAbsent('p/a', text('x'), {}))

    disk.heal()
    expect(error.code).toBe('UNKNOWN_OUTCOME')
    expect(await keysOf(disk.store)).toEqual(['p/a'])
    expect(await disk.store.putIfAbsent('p/a', text('x'), {})).toBe('exists')
  })

  test('a sync that failed is done again', async () => {
    const disk = createFailingDisk()
    const staged = await disk.store.stage({})
    await staged.write(text('x'))
    await staged.publish('p/a')
    disk.fail('syncFolder', 'EIO')
    const error = await failureOf(disk.store.sync(['p/a'], {}))
    disk.heal()
    const before = disk.folderSyncs

    await disk.store.sync(['p/a'], {})

    expect(error.code).toBe('UNKNOWN_OUTCOME')
    // p, store, disk and /: none of them is taken for durable.
    expect(disk.folderSyncs - before).toBe(4)
  })

  test('a sync that fails is not told of while others of its call still run', async () => {
    const ended: string[] = []
    const { store } = createFailingDisk({
      async beforeFolderSync(path) {
        if (path.endsWith('/a')) throw failure('EIO')
        for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
        ended.push(basename(path))
      },
    })
    for (const key of ['a/x', 'b/x']) {
      const staged = await store.stage({})
      await staged.write(text('x'))
      await staged.publish(key)
    }

    const error = await failureOf(store.sync(['a/x', 'b/x'], {}))

    expect(error.code).toBe('UNKNOWN_OUTCOME')
    expect(ended).toEqual(['b'])
  })

  test.each(['EINVAL', 'ENOTSUP'])('a file system that answers %s to the sync of a folder is served', async (errno) => {
    const disk = createFailingDisk()
    disk.fail('syncFolder', errno)

    expect(await disk.store.putIfAbsent('p/a', text('x'), {})).not.toBe('exists')
  })

  test('a folder above the store that may not be opened is taken for durable', async () => {
    const disk = createFailingDisk()
    disk.fail('open', 'EACCES', { path: '/disk' })

    expect(await disk.store.putIfAbsent('p/a', text('x'), {})).not.toBe('exists')
  })

  test('a read that fails is UNAVAILABLE and names the key', async () => {
    const disk = createFailingDisk()
    await disk.store.putIfAbsent('p/a', text('x'), {})
    disk.fail('read', 'EIO')

    const error = await failureOf(disk.store.get('p/a', {}))

    expect(error).toMatchObject({ code: 'UNAVAILABLE', adapter: 'fs', key: 'p/a' })
  })

  test('a folder that denies access does not look empty', async () => {
    const disk = createFailingDisk()
    await disk.store.putIfAbsent('p/a', text('x'), {})
    disk.fail('readdir', 'EACCES')
    disk.fail('open', 'EACCES')

    const listed = await failureOf(disk.store.list('p/', { depth: 'all', limit: 9 }))
    const read = await failureOf(disk.store.get('p/a', {}))

    expect([listed.code, read.code]).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED'])
  })

  test.each(['EPERM', 'EMLINK'])('a copy that may not be a link (%s) copies the bytes', async (errno) => {
    const disk = createFailingDisk()
    await disk.store.putIfAbsent('a', text('content'), {})
    disk.fail('link', errno, { times: 1 })

    expect(await disk.store.copy('a', 'b', {})).toBe('created')
    expect(Buffer.from((await disk.store.get('b', {}))!.bytes).toString()).toBe('content')
  })

  test('a delete that fails leaves the outcome open', async () => {
    const disk = createFailingDisk()
    await disk.store.putIfAbsent('a', text('x'), {})
    disk.fail('unlink', 'EIO')

    expect((await failureOf(disk.store.delete(['a'], {}))).code).toBe('UNKNOWN_OUTCOME')
  })

  test('a temporary file that cannot be removed does not undo what was created', async () => {
    const disk = createFailingDisk()
    disk.fail('unlink', 'EIO')

    expect(await disk.store.putIfAbsent('a', text('x'), {})).not.toBe('exists')
  })
})

describe('a root that is no folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lading-root-'))
    await writeFile(join(folder, 'file'), 'mine')
  })
  afterEach(() => rm(folder, { recursive: true }))

  test.each(['file', 'file/below'])('is INVALID for %s, to every call, and is left alone', async (root) => {
    const store = checkedObjectStore(createFsObjectStore({ root: join(folder, root) }))

    const calls = [
      () => store.get('a', {}),
      () => store.stat('a', {}),
      () => store.list('', { depth: 'all', limit: 1 }),
      () => store.putIfAbsent('a', text('x'), {}),
      () => store.put('a', text('x'), {}),
      () => store.delete(['a'], {}),
    ]

    for (const call of calls) expect((await failureOf(call())).code).toBe('INVALID')
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('mine')
  })
})

describe('options', () => {
  test.each([
    [{ root: '' }, 'root'],
    [{ root: 'a\0b' }, 'root'],
    [{ root: 'a', durability: 'some' as 'none' }, 'durability'],
  ])('%j are INVALID', (options, name) => {
    expect(() => createFsObjectStore(options)).toThrow(
      expect.objectContaining({ code: 'INVALID', detail: expect.stringContaining(name) }),
    )
  })

  test('fix a relative root to the working directory of that moment', async () => {
    const fs = createFsFromVolume(new Volume())
    const store = createFsObjectStore({ root: 'relative', fs })

    await store.putIfAbsent('a', text('x'), {})

    expect(fs.existsSync(join(process.cwd(), 'relative', 'a'))).toBe(true)
  })
})

interface FailingDisk {
  readonly store: ObjectStore
  readonly folderSyncs: number
  /** From now on a call answers this errno, for ever or so many times; an `open` perhaps of one path alone. */
  fail(call: string, errno: string, options?: { readonly times?: number; readonly path?: string }): void
  heal(): void
}

interface DiskOptions {
  readonly beforeFolderSync?: (path: string) => Promise<void>
}

/** A disk in memory whose calls can be made to fail. */
function createFailingDisk({ beforeFolderSync }: DiskOptions = {}): FailingDisk {
  const inner = createFsFromVolume(new Volume()).promises as unknown as FileSystem
  const failing = new Map<string, { errno: string; times: number; path: string | undefined }>()
  let folderSyncs = 0

  const check = (call: string, path?: string): void => {
    const due = failing.get(call)
    if (!due || (due.path !== undefined && due.path !== path) || due.times-- <= 0) return
    throw failure(due.errno)
  }
  const guarded = <T extends object, K extends keyof T & string>(
    target: T,
    methods: readonly K[],
    flags: string | number = '',
  ): T => {
    const wrap =
      (name: K) =>
      async (...args: unknown[]) => {
        const call = name === 'sync' && flags === 'r' ? 'syncFolder' : name
        if (call === 'syncFolder') folderSyncs++
        // A file that cannot be closed properly is closed nevertheless.
        if (call !== 'close') check(call)
        const answer = await (target[name] as (...args: unknown[]) => Promise<unknown>)(...args)
        if (call === 'close') check(call)
        return answer
      }
    return Object.fromEntries(methods.map((name) => [name, wrap(name)])) as T
  }
  const promises: FileSystem = {
    ...guarded(bound(inner), ['link', 'rename', 'unlink', 'utimes', 'mkdir', 'stat', 'readdir', 'opendir']),
    async open(path, flags): Promise<FileHandle> {
      check('open', path)
      // The mode is left out, because memfs denies the first write to a read-only file.
      const handle = await inner.open(path, flags)
      const sync = handle.sync.bind(handle)
      if (flags === 'r' && beforeFolderSync) handle.sync = () => beforeFolderSync(path).then(sync)
      return guarded(bound(handle), ['write', 'read', 'stat', 'chmod', 'sync', 'close'], flags)
    },
  }
  return {
    store: checkedObjectStore(createFsObjectStore({ root: ROOT, fs: { promises } })),
    get folderSyncs() {
      return folderSyncs
    },
    fail: (call, errno, { times = Infinity, path } = {}) => void failing.set(call, { errno, times, path }),
    heal: () => failing.clear(),
  }
}

/** Methods that can be called without their object. */
function bound<T extends object>(target: T): T {
  return new Proxy(target, { get: (inner, name) => (Reflect.get(inner, name) as () => unknown).bind(inner) })
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  return (await store.list('', { depth: 'all', limit: 99 })).entries.map(({ key }) => key)
}

async function failureOf(call: Promise<unknown>): Promise<LadingError> {
  const error: unknown = await call.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(LadingError)
  return error as LadingError
}

function failure(errno: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${errno}: as the disk says`), { code: errno })
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

test('a root behind a link that leads to nothing is NOT_FOUND, at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-dangling-'))
  try {
    await symlink(join(folder, 'nowhere', 'at-all'), join(folder, 'link'))
    const store = createFsObjectStore({ root: join(folder, 'link', 'store') })

    await expect(store.putIfAbsent('a', new Uint8Array(1), {})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
