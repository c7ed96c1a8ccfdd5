import { createHash } from 'node:crypto'
import * as nodeFs from 'node:fs'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, it } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import type { UserFileSystem } from '../../../src/adapters/fs/user-file-system.ts'
import { sha256 } from '../../../src/domain/digest.ts'
import type { TargetFolder } from '../../../src/ports/files.ts'
import type { FileState } from '../../../src/ports/file-state.ts'
import { errno, fsWith, pattern, plant, temporaryFolder, treeOf } from './user-files-kit.ts'

const isWindows = process.platform === 'win32'
const isLinux = process.platform === 'linux'

async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** A folder to download into, and one beside it where nothing may ever be written. */
function createPlace(fs?: UserFileSystem) {
  const parent = temporaryFolder()
  const [root, outside] = [join(parent, 'root'), join(parent, 'outside')]
  mkdirSync(outside)
  return { parent, root, outside, target: createFiles(fs).target(root) }
}

/** What a store puts into a folder of these contents, and as what it is then found. `before` is called at the last moment. */
async function putInto(
  target: TargetFolder,
  contents: Readonly<Record<string, string>>,
  before = () => undefined as void,
) {
  const store = createFsObjectStore({ root: join(temporaryFolder(), 'store'), durability: 'none' })
  const paths = Object.keys(contents)
  const places = await target.places(paths, {})
  const objects = paths.map((path, index) => {
    const bytes = Buffer.from(contents[path]!)
    return { key: `o/${index}`, digest: sha256(bytes), sizeBytes: bytes.length, place: places.of(index), bytes }
  })
  for (const { key, bytes } of objects) await store.put(key, bytes, {})
  before()
  const put = await store.bulk.deliverAll(objects, { maker: places.maker })
  await store.close()
  return { put, states: paths.map((_, index) => places.stateOf(index)) }
}

function fieldsOf({ dev, ino, sizeBytes, mtimeNs, ctimeNs }: FileState): FileState {
  return { dev, ino, sizeBytes, mtimeNs, ctimeNs }
}

describe('a file written into a target folder', () => {
  it('has its bytes, in folders made for it', async () => {
    const { root, target } = createPlace()

    const state = await target.write('a/b/c.txt', chunksOf('one', 'two'), {})

    expect(readFileSync(join(root, 'a/b/c.txt'), 'utf8')).toBe('onetwo')
    expect(state).toEqual((await target.inspect('a/b/c.txt', {}))?.state)
    expect(state!.mtimeNs % 1_000_000_000n).toBe(0n)
    expect(treeOf(root)).toEqual(['a', 'a/b', 'a/b/c.txt'])
    expect(target.root).toBe(root)
  })

  it.skipIf(isWindows)('has the mode 0644 less the umask', async () => {
    const { root, target } = createPlace()

    await target.write('a', chunksOf('a'), {})

    expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o644 & ~process.umask())
  })

  it.each([
    ['no chunk', []],
    ['an empty chunk', [0]],
    ['small chunks', [1, 10, 100, 1000, 7]],
    ['more small chunks than are gathered', Array.from({ length: 300 }, () => 8191)],
    ['small chunks around a large one', [10, 20, 400_000, 30]],
    ['large chunks', [2_000_000, 1_500_000]],
  ])('is right for %s in one reused buffer', async (_, sizes) => {
    const { root, target } = createPlace()
    const bytes = pattern(sizes.reduce((sum, size) => sum + size, 0))

    await target.write('a', reusing(bytes, sizes), {})

    expect(readFileSync(join(root, 'a')).equals(bytes)).toBe(true)
  })

  it('is right on a disk that takes a few bytes at a time', async () => {
    const fs = withHandles((handle) => {
      const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<unknown>
      return { write: (bytes: Buffer, at: number, length: number) => write(bytes, at, Math.min(length, 7), null) }
    })
    const { root, target } = createPlace(fs)

    await target.write('a', chunksOf(pattern(1000)), {})

    expect(readFileSync(join(root, 'a')).equals(pattern(1000))).toBe(true)
  })

  it('is written as well on a disk that takes no times', async () => {
    const { root, target } = createPlace(withHandles(() => ({ utimes: () => Promise.reject(errno('EPERM')) })))

    await target.write('a', chunksOf('a'), {})

    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('a')
  })

  it('replaces what was there, and only under this name', async () => {
    const { root, parent, target } = createPlace()
    plant(root, { a: 'before' })
    linkSync(join(root, 'a'), join(parent, 'other-name'))

    await target.write('a', chunksOf('after'), {})

    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('after')
    expect(readFileSync(join(parent, 'other-name'), 'utf8')).toBe('before')
  })

  it.each(['-rf', 'a ', '🚢.bin', 'x'.repeat(255), '.lading-mine'])('can be called %j', async (name) => {
    const { root, target } = createPlace()

    await target.write(name, chunksOf('x'), {})

    expect(treeOf(root)).toEqual([name])
  })

  it.each(['', '/etc/x', '../x', 'a/../../x', 'a//b', './a', 'a/.', 'a\\b', 'a\nb', 'a\0b'])(
    'cannot be called %j',
    async (path) => {
      const { parent, target } = createPlace()

      await expect(target.write(path, chunksOf('x'), {})).rejects.toMatchObject({ code: 'INVALID' })
      await expect(target.inspect(path, {})).rejects.toMatchObject({ code: 'INVALID' })

      expect(treeOf(parent)).toEqual(['outside'])
    },
  )

  it('is INVALID, by name, when the disk cannot have the name', async () => {
    const { root, target } = createPlace()
    const name = 'x'.repeat(300)

    const written = target.write(name, chunksOf('x'), {})

    await expect(written).rejects.toMatchObject({ code: 'INVALID', key: join(root, name) })
    expect(treeOf(root)).toEqual([])
  })

  it('costs few calls of the system beside many others in its folder', async () => {
    const calls = { mkdir: 0, lstat: 0, realpath: 0 }
    const { target } = createPlace(counting(calls))

    for (let index = 0; index < 50; index++) await target.write(`a/b/c/d/${index}`, chunksOf('x'), {})

    expect(calls.mkdir).toBe(5)
    // For what is in its place, and for the state that the file has afterwards; by path also for what was made where.
    expect(calls.lstat).toBe(5 + 50 + 50 + (isLinux ? 0 : 50))
    expect(calls.realpath).toBe(5 + (isLinux ? 0 : 3 * 50))
  })

  it('can be written at the same time as others in the same new folders', async () => {
    const { root, target } = createPlace()
    const names = Array.from({ length: 40 }, (_, index) => `a/b${index % 3}/${index}`)

    await Promise.all(names.map((name) => target.write(name, chunksOf(name), {})))

    expect(names.map((name) => readFileSync(join(root, name), 'utf8'))).toEqual(names)
  })

  it('is written and inspected on memfs', async () => {
    const fs = createFsFromVolume(Volume.fromJSON({ '/home': null }, '/'))
    const target = createFiles(fs as unknown as UserFileSystem).target('/home/root')

    await target.write('a/b', chunksOf('one', 'two'), {})

    expect(fs.readFileSync('/home/root/a/b', 'utf8')).toBe('onetwo')
    expect((await target.inspect('a/b', {}))?.state.sizeBytes).toBe(6)
    expect(fs.readdirSync('/home/root/a')).toEqual(['b'])
  })
})

describe('a write that fails', () => {
  it('passes on what the chunks reject with, and leaves the file that was there', async () => {
    const { root, target } = createPlace()
    plant(root, { a: 'before' })
    const broken = new Error('the line is dead')

    const written = target.write('a', failing(broken), {})

    await expect(written).rejects.toBe(broken)
    expect(treeOf(root)).toEqual(['a'])
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('before')
  })

  it.each([0, 1, 2, 3])('leaves nothing when the signal fires at chunk %i', async (at) => {
    const { root, target } = createPlace()
    const abort = new AbortController()
    let closed = false
    async function* chunks() {
      try {
        for (let index = 0; index < 4; index++) {
          if (index === at) abort.abort()
          yield pattern(300_000)
        }
      } finally {
        closed = true
      }
    }

    const written = target.write('a', chunks(), { signal: abort.signal })

    await expect(written).rejects.toMatchObject({ code: 'ABORTED' })
    expect(treeOf(root)).toEqual([])
    expect(closed).toBe(true)
  })

  it('does nothing at all when the signal has fired already', async () => {
    const { parent, target } = createPlace()

    const written = target.write('a', chunksOf('x'), { signal: AbortSignal.abort() })

    await expect(written).rejects.toMatchObject({ code: 'ABORTED' })
    expect(treeOf(parent)).toEqual(['outside'])
  })

  it.each([
    ['ENOSPC', 'UNAVAILABLE'],
    ['EDQUOT', 'UNAVAILABLE'],
    ['EFBIG', 'INVALID'],
    ['EWHATEVER', 'UNAVAILABLE'],
  ])('leaves nothing after %s in the middle', async (system, code) => {
    let count = 0
    const fs = withHandles((handle) => {
      const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<unknown>
      return { write: (...args: unknown[]) => (++count > 1 ? Promise.reject(errno(system)) : write(...args)) }
    })
    const { root, target } = createPlace(fs)

    const written = target.write('a', chunksOf('one', 'two'), {})

    await expect(written).rejects.toMatchObject({ code, key: join(root, 'a') })
    expect(treeOf(root)).toEqual([])
  })

  it.each([
    ['EACCES', 'UNAUTHORIZED'],
    ['EROFS', 'UNAUTHORIZED'],
    ['EMFILE', 'UNAVAILABLE'],
  ])('names the file when it cannot be made: %s', async (system, code) => {
    const open = (path: string, ...how: never[]) =>
      path.endsWith('.part') ? Promise.reject(errno(system)) : nodeFs.promises.open(path, ...how)
    const { root, target } = createPlace(fsWith({ open: open as never }))

    const written = target.write('a', chunksOf('one'), {})

    await expect(written).rejects.toMatchObject({ code, key: join(root, 'a') })
  })

  it('says that the disk is read-only when its own folder cannot be made', async () => {
    // Made with `recursive`, Node answers ENOENT on such a disk.
    const mkdir = (_: unknown, options?: unknown) => Promise.reject(errno(options ? 'ENOENT' : 'EROFS'))
    const { root, target } = createPlace(fsWith({ mkdir }))

    await expect(target.write('a', chunksOf('a'), {})).rejects.toMatchObject({ code: 'UNAUTHORIZED', key: root })
  })
})

describe.skipIf(isWindows)('a link in a target folder', () => {
  it.each([
    ['to a folder outside', '../outside'],
    ['to a folder inside', 'real'],
    ['to nothing', '../outside/new'],
  ])('is not gone through where a folder is needed: %s', async (_, to) => {
    const { root, outside, target } = createPlace()
    plant(root, { 'real/x': 'x' })
    symlinkSync(to, join(root, 'link'))

    await expect(target.write('link/deep/a', chunksOf('a'), {})).rejects.toMatchObject({
      code: 'CONFLICT',
      key: join(root, 'link'),
    })
    await expect(target.inspect('link/a', {})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'link') })

    expect(treeOf(outside)).toEqual([])
    expect(treeOf(join(root, 'real'))).toEqual(['x'])
  })

  it.each([
    ['to a file outside', '../outside/secret'],
    ['to nothing', '../outside/new'],
  ])('is not written through: %s', async (_, to) => {
    const { root, outside, target } = createPlace()
    plant(outside, { secret: 'secret' })
    mkdirSync(root)
    symlinkSync(to, join(root, 'link'))

    await expect(target.write('link', chunksOf('a'), {})).rejects.toMatchObject({
      code: 'CONFLICT',
      key: join(root, 'link'),
    })
    await expect(target.inspect('link', {})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'link') })

    expect(treeOf(outside)).toEqual(['secret'])
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret')
    expect(treeOf(root)).toEqual(['link'])
  })

  it('is noticed when it takes the place of a folder that was written into before', async () => {
    const { root, outside, target } = createPlace()
    await target.write('a/b/one', chunksOf('1'), {})
    mkdirSync(join(outside, 'b'))
    renameSync(join(root, 'a'), join(root, 'moved'))
    symlinkSync('../outside', join(root, 'a'))

    const written = target.write('a/b/two', chunksOf('2'), {})

    await expect(written).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(treeOf(outside)).toEqual(['b'])
    await expect(target.write('a/b/two', chunksOf('2'), {})).rejects.toMatchObject({ key: join(root, 'a') })
  })

  it('is noticed when it takes the place of the folder while a file is written', async () => {
    const { root, outside, target } = createPlace()
    async function* chunks() {
      yield Buffer.from('1')
      renameSync(join(root, 'a'), join(root, 'moved'))
      symlinkSync('../outside', join(root, 'a'))
      yield Buffer.from('2')
    }

    const written = target.write('a/one', chunks(), {})

    await expect(written).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(treeOf(outside)).toEqual([])
  })

  it.runIf(isLinux).each([true, false])(
    'is not followed when a file is made behind it; back in time: %s',
    async (isBack) => {
      const { parent, root, outside } = createPlace()
      const open = async (path: string, ...how: never[]) => {
        if (!path.endsWith('.part')) return nodeFs.promises.open(path, ...how)
        renameSync(join(root, 'a'), join(parent, 'moved'))
        symlinkSync('../outside', join(root, 'a'))
        const handle = await nodeFs.promises.open(path, ...how)
        if (isBack) {
          unlinkSync(join(root, 'a'))
          renameSync(join(parent, 'moved'), join(root, 'a'))
        }
        return handle
      }
      const target = createFiles(fsWith({ open: open as never })).target(root)

      const written = target.write('a/one', chunksOf('1'), {})

      if (isBack) await written
      else await expect(written).rejects.toMatchObject({ code: 'CONFLICT' })
      expect(treeOf(outside)).toEqual([])
      expect(treeOf(isBack ? root : parent).filter((path) => path.endsWith('.part'))).toEqual([])
    },
  )

  it.runIf(isLinux)('is not followed when it takes the place of the folder in the midst of a renaming', async () => {
    const { parent, root, outside } = createPlace()
    const rename = async (from: string, to: string) => {
      const found = nodeFs.realpathSync(from)
      renameSync(join(root, 'a'), join(parent, 'moved'))
      symlinkSync('../outside', join(root, 'a'))
      renameSync(found.replace(join(root, 'a'), join(parent, 'moved')), to)
    }
    const target = createFiles(fsWith({ rename: rename as never })).target(root)

    await target.write('a/one', chunksOf('1'), {})

    expect(treeOf(outside)).toEqual([])
    expect(treeOf(join(parent, 'moved'))).toEqual(['one'])
  })

  it('may be the root itself', async () => {
    const { parent, outside } = createPlace()
    symlinkSync('outside', join(parent, 'chosen'))

    await createFiles().target(join(parent, 'chosen')).write('a', chunksOf('a'), {})

    expect(treeOf(outside)).toEqual(['a'])
  })
})

describe('something else in the place of a file or folder', () => {
  it('is CONFLICT, by name: a folder for a file', async () => {
    const { root, target } = createPlace()
    plant(root, { 'a/b': 'b' })

    await expect(target.write('a', chunksOf('a'), {})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'a') })
    await expect(target.inspect('a', {})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'a') })

    expect(treeOf(root)).toEqual(['a', 'a/b'])
  })

  it('is CONFLICT, by name: a file for a folder', async () => {
    const { root, target } = createPlace()
    plant(root, { a: 'a' })

    await expect(target.write('a/b', chunksOf('b'), {})).rejects.toMatchObject({
      code: 'CONFLICT',
      key: join(root, 'a'),
    })
    await expect(target.inspect('a/b', {})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'a') })

    expect(treeOf(root)).toEqual(['a'])
  })

  it('is CONFLICT: a file for the root', async () => {
    const { parent, target } = createPlace()
    plant(parent, { root: 'a file' })

    await expect(target.write('a', chunksOf('a'), {})).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(target.inspect('a', {})).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('is made anew: a folder that was removed after it was written into', async () => {
    const { root, target } = createPlace()
    await target.write('a/one', chunksOf('1'), {})
    nodeFs.rmSync(root, { recursive: true })

    await expect(target.write('a/two', chunksOf('2'), {})).rejects.toMatchObject({ code: 'CONFLICT' })
    await target.write('a/two', chunksOf('2'), {})

    expect(treeOf(root)).toEqual(['a', 'a/two'])
  })
})

describe('files that a store puts into a target folder', () => {
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`a/b${index % 3}/${index}`, `file ${index}`]),
  )

  it('have their bytes, in folders made for them, and the states that are told', async () => {
    const { root, target } = createPlace()

    const { put, states } = await putInto(target, many)

    expect(put).toEqual(Object.keys(many).map(() => true))
    for (const [path, content] of Object.entries(many)) expect(readFileSync(join(root, path), 'utf8')).toBe(content)
    const found = await target.inspectAll(Object.keys(many), {})
    expect(states.map((state) => state && fieldsOf(state))).toEqual(
      found.map((file) => file !== 'unknown' && file && fieldsOf(file.state)),
    )
    expect(states.every((state) => state!.mtimeNs % 1_000_000_000n === 0n)).toBe(true)
  })

  it('have no state while no store has put them there', async () => {
    const { target } = createPlace()

    const places = await target.places(['a', 'b'], {})

    expect([places.stateOf(0), places.stateOf(1), places.stateOf(2)]).toEqual([null, null, null])
  })

  it('have no place on a file system that threads have no part in', async () => {
    const { target } = createPlace(fsWith({}))
    await target.write('a/one', chunksOf('1'), {})

    const places = await target.places(['a/one', 'b'], {})

    expect([places.of(0), places.of(1), places.of(2)]).toEqual([null, null, null])
    expect(await target.inspectAll(['a/one', 'none'], {})).toEqual(['unknown', 'unknown'])
  })

  it('are none at all', async () => {
    const { parent, target } = createPlace()

    const places = await target.places([], {})

    expect(places.of(0)).toBeNull()
    expect(await target.inspectAll([], {})).toEqual([])
    expect(treeOf(parent)).toEqual(['outside'])
  })

  it.skipIf(isWindows)(
    'are left out where a link or a folder is in the place of one; nothing lies elsewhere',
    async () => {
      for (const path of ['link', 'folder'] as const) {
        const { root, outside, target } = createPlace()
        plant(root, { 'folder/x': 'x' })
        symlinkSync('../outside/new', join(root, 'link'))

        const { put, states } = await putInto(target, { a: 'a', [path]: 'x', z: 'z' })

        expect([put, states[1]]).toEqual([[true, false, true], null])
        expect(treeOf(outside)).toEqual([])
        expect(await target.inspectAll([path], {})).toEqual(['unknown'])
      }
    },
  )

  it.skipIf(isWindows)('have no places, by name, where a link has the place of their folder', async () => {
    const { root, outside, target } = createPlace()
    mkdirSync(root)
    symlinkSync('../outside', join(root, 'linked'))

    const places = target.places(['a', 'linked/x'], {})

    await expect(places).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'linked') })
    expect(treeOf(outside)).toEqual([])
  })

  it.skipIf(isWindows)('are left out when a link has taken the place of their folder, which is told then', async () => {
    const { root, outside, target } = createPlace()
    await putInto(target, { 'a/one': '1' })
    const swap = () => {
      renameSync(join(root, 'a'), join(root, 'moved'))
      symlinkSync('../outside', join(root, 'a'))
    }

    const { put, states } = await putInto(target, { 'a/two': '2', 'a/three': '3', b: 'b' }, swap)

    expect([put, states.slice(0, 2)]).toEqual([
      [false, false, true],
      [null, null],
    ])
    expect(treeOf(outside)).toEqual([])
    const written = target.write('a/two', chunksOf('2'), {})
    await expect(written).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(target.places(['a/two'], {})).rejects.toMatchObject({ key: join(root, 'a') })
  })

  it.each(['', '/etc/x', '../x', 'a\0b'])('cannot be called %j', async (path) => {
    const { parent, target } = createPlace()

    await expect(target.places([path], {})).rejects.toMatchObject({ code: 'INVALID' })
    await expect(target.inspectAll([path], {})).rejects.toMatchObject({ code: 'INVALID' })

    expect(treeOf(parent)).toEqual(['outside'])
  })

  it('have no places when the signal has fired', async () => {
    const { parent, target } = createPlace()
    const signal = AbortSignal.abort()

    await expect(target.places(['a'], { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(target.inspectAll(['a'], { signal })).rejects.toMatchObject({ code: 'ABORTED' })

    expect(treeOf(parent)).toEqual(['outside'])
  })

  it('let a sweep find what was left behind in the folders that they were looked for in', async () => {
    const { root, target } = createPlace()
    plant(root, { 'a/.lading-0123456789abcdef.part': 'half', 'a/b': 'b' })
    utimesSync(join(root, 'a/.lading-0123456789abcdef.part'), 0, 0)

    await target.inspectAll(['a/b'], {})
    await target.sweep({})

    expect(treeOf(root)).toEqual(['a', 'a/b'])
  })
})

describe('inspecting a target folder', () => {
  it('tells what a continued download has to write', async () => {
    const { root, target } = createPlace()
    plant(root, { 'a/intact': 'intact', 'a/changed': 'chang3d' })
    const digestOf = (text: string) => createHash('sha256').update(text).digest('hex')

    const intact = await target.inspect('a/intact', {})
    const changed = await target.inspect('a/changed', {})

    expect([intact?.state.sizeBytes, await intact?.digest({})]).toEqual([6, digestOf('intact')])
    expect([changed?.state.sizeBytes, await changed?.digest({})]).toEqual([7, digestOf('chang3d')])
    expect(await target.inspect('a/missing', {})).toBeNull()
    expect(await target.inspect('b/missing', {})).toBeNull()
  })

  it('makes nothing, not even the root', async () => {
    const { root, target } = createPlace()

    expect(await target.inspect('a/b', {})).toBeNull()

    expect(existsSync(root)).toBe(false)
  })

  it('finds a file that was written after its folder was looked for in vain', async () => {
    const { target } = createPlace()
    await target.inspect('a/b', {})
    await target.write('a/b', chunksOf('b'), {})

    expect((await target.inspect('a/b', {}))?.state.sizeBytes).toBe(1)
  })

  it('gives no digest of another file that has come to the same path, of the same size', async () => {
    const { root, target } = createPlace()
    plant(root, { 'a/f': 'old', 'b/f': 'new' })
    const file = await target.inspect('a/f', {})

    renameSync(join(root, 'a'), join(root, 'c'))
    renameSync(join(root, 'b'), join(root, 'a'))

    await expect(file!.digest({})).rejects.toMatchObject({ code: 'CONFLICT', key: join(root, 'a', 'f') })
  })

  it('stops a digest when the signal fires', async () => {
    const { root, target } = createPlace()
    plant(root, { a: 'a' })
    const file = await target.inspect('a', {})

    await expect(file!.digest({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('a sweep', () => {
  const leftover = '.lading-0123456789abcdef.part'
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)

  it('removes old temporary files from the root and the folders gone through, and nothing else', async () => {
    const { root, target } = createPlace()
    const files = ['', 'seen/', 'unseen/'].flatMap((at) => [`${at}${leftover}`, `${at}.lading-notes.part`, `${at}mine`])
    plant(root, Object.fromEntries(files.map((path) => [path, 'x'])))
    for (const path of files) utimesSync(join(root, path), hoursAgo(2), hoursAgo(2))
    plant(root, { 'seen/.lading-fedcba9876543210.part': 'still written' })
    await target.inspect('seen/mine', {})

    await target.sweep({})

    const gone = [leftover, `seen/${leftover}`]
    const left = [...files.filter((path) => !gone.includes(path)), 'seen/.lading-fedcba9876543210.part']
    expect(treeOf(root)).toEqual([...left, 'seen', 'unseen'].toSorted())
  })

  it('is fine where there is nothing', async () => {
    const { parent, target } = createPlace()

    await target.sweep({})

    expect(treeOf(parent)).toEqual(['outside'])
  })

  it.skipIf(isWindows)('does not go through a link that has taken the place of a folder', async () => {
    const { root, outside, target } = createPlace()
    await target.write('a/one', chunksOf('1'), {})
    plant(outside, { [leftover]: 'x' })
    utimesSync(join(outside, leftover), hoursAgo(2), hoursAgo(2))
    renameSync(join(root, 'a'), join(root, 'moved'))
    symlinkSync('../outside', join(root, 'a'))

    await target.sweep({})

    expect(treeOf(outside)).toEqual([leftover])
  })

  it('leaves what belongs to somebody else', async () => {
    const { root, target } = createPlace(fsWith({ rm: () => Promise.reject(errno('EPERM')) }))
    plant(root, { [leftover]: 'x' })
    utimesSync(join(root, leftover), hoursAgo(2), hoursAgo(2))

    await target.sweep({})

    expect(treeOf(root)).toEqual([leftover])
  })
})

describe('the naming of a disk', () => {
  it.skipIf(!isLinux)('keeps all names apart on Linux, and the probe leaves nothing behind', async () => {
    const { parent, target } = createPlace()

    expect(await target.naming()).toEqual({ caseSensitive: true, normalises: false })

    expect(treeOf(parent)).toEqual(['outside'])
  })

  it.each([
    ['folds case', (name: string) => name.toLowerCase(), { caseSensitive: false, normalises: false }],
    ['normalises', (name: string) => name.normalize('NFD'), { caseSensitive: true, normalises: true }],
    ['does both', (name: string) => name.normalize('NFD').toLowerCase(), { caseSensitive: false, normalises: true }],
    ['does neither', (name: string) => name, { caseSensitive: true, normalises: false }],
  ])('is found out on a disk that %s', async (_, fold, naming) => {
    const { parent, target } = createPlace(folding(fold))

    expect(await target.naming()).toEqual(naming)

    expect(treeOf(parent)).toEqual(['outside'])
  })

  it('is asked of the disk once', async () => {
    let count = 0
    const fs = fsWith({
      writeFile: (...args: Parameters<typeof nodeFs.promises.writeFile>) => {
        count++
        return nodeFs.promises.writeFile(...args)
      },
    })
    const { target } = createPlace(fs)

    await Promise.all([target.naming(), target.naming()])
    await target.naming()

    expect(count).toBe(1)
  })

  it('is taken to keep all names apart where nothing can be written', async () => {
    const { target } = createPlace(fsWith({ writeFile: () => Promise.reject(errno('EROFS')) }))

    expect(await target.naming()).toEqual({ caseSensitive: true, normalises: false })
  })

  it('is asked again after the disk failed', async () => {
    let isBroken = true
    const fs = fsWith({
      writeFile: (...args: Parameters<typeof nodeFs.promises.writeFile>) =>
        isBroken ? Promise.reject(errno('ENOSPC')) : nodeFs.promises.writeFile(...args),
    })
    const { target } = createPlace(fs)

    await expect(target.naming()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    isBroken = false

    expect(await target.naming()).toHaveProperty('caseSensitive')
  })
})

/** The bytes in chunks of these sizes, each in the same buffer, which is spoilt as soon as the next one is asked for. */
async function* reusing(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, ...sizes))
  let from = 0
  for (const size of sizes) {
    buffer.set(bytes.subarray(from, from + size))
    yield buffer.subarray(0, size)
    buffer.fill(0xee)
    from += size
  }
}

async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one')
  throw error
}

/** The real file system, with some methods of each file it opens replaced. */
function withHandles(replace: (handle: nodeFs.promises.FileHandle) => object): UserFileSystem {
  return fsWith({
    async open(...args) {
      const handle = await nodeFs.promises.open(...args)
      return Object.assign(handle, replace(handle))
    },
  })
}

/** The real file system, counting calls by name. */
function counting(calls: Record<'mkdir' | 'lstat' | 'realpath', number>): UserFileSystem {
  const counted = (Object.keys(calls) as (keyof typeof calls)[]).map((name) => [
    name,
    (...args: unknown[]) => {
      calls[name]++
      return (nodeFs.promises[name] as (...args: unknown[]) => Promise<unknown>)(...args)
    },
  ])
  return fsWith(Object.fromEntries(counted))
}

/** The real file system, as a disk that takes some names for the same. */
function folding(foldName: (name: string) => string): UserFileSystem {
  const fold = (path: string) => join(dirname(path), foldName(basename(path)))
  return fsWith({
    writeFile: ((path: string, ...rest: [string]) =>
      nodeFs.promises.writeFile(fold(path), ...rest)) as UserFileSystem['promises']['writeFile'],
    lstat: ((path: string) => nodeFs.promises.lstat(fold(path))) as UserFileSystem['promises']['lstat'],
    rm: (path, options) => nodeFs.promises.rm(fold(path as string), options),
  })
}
