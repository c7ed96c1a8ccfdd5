import { execFile, execFileSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { appendFileSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import type { UserFileSystem } from '../../../src/adapters/fs/user-file-system.ts'
import { errno, fsWith, pattern, plant, readAll, temporaryFolder } from './user-files-kit.ts'

const MIB = 1024 * 1024
const isWindows = process.platform === 'win32'

/** A file of three chunks and a bit, last changed long ago, so that any change shows in its times. */
function plantLarge(): { path: string; bytes: Buffer } {
  const [path, bytes] = [join(temporaryFolder(), 'weights.bin'), pattern(3 * MIB + 5)]
  writeFileSync(path, bytes)
  utimesSync(path, 1_000_000_000, 1_000_000_000)
  return { path, bytes }
}

async function openLarge(fs?: UserFileSystem) {
  const { path, bytes } = plantLarge()
  const { source } = await createFiles(fs).file(path)
  return { path, bytes, source, chunks: source.read({})[Symbol.asyncIterator]() }
}

async function drain(chunks: AsyncIterator<Uint8Array>): Promise<void> {
  while (!(await chunks.next()).done);
}

describe('a file as a source', () => {
  it.each([0, 1, 4095, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 5])('gives its %i bytes, twice', async (length) => {
    const folder = temporaryFolder()
    plant(folder, { 'model.bin': pattern(length) })

    const file = await createFiles().file(join(folder, 'model.bin'))
    const [first, second] = [await readAll(file.source.read({})), await readAll(file.source.read({}))]

    expect([file.path, file.sizeBytes, file.source.sizeBytes]).toEqual(['model.bin', length, length])
    expect([first.equals(pattern(length)), second.equals(pattern(length))]).toEqual([true, true])
  })

  it('reads in chunks of one MiB', async () => {
    const { source } = await openLarge()
    const sizes: number[] = []

    for await (const chunk of source.read({})) sizes.push(chunk.length)

    expect(sizes).toEqual([MIB, MIB, MIB, 5])
  })

  it('survives a disk that answers a few bytes at a time', async () => {
    const folder = temporaryFolder()
    plant(folder, { a: pattern(1000) })
    const fs = withHandles((handle) => {
      const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<unknown>
      return {
        read: (into: Buffer, at: number, length: number, from: number) => read(into, at, Math.min(length, 7), from),
      }
    })

    const { source } = await createFiles(fs).file(join(folder, 'a'))

    expect((await readAll(source.read({}))).equals(pattern(1000))).toBe(true)
  })

  it.each([
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['shrinks', (path: string) => truncateSync(path, MIB)],
    ['is emptied', (path: string) => truncateSync(path, 0)],
    ['vanishes', (path: string) => rmSync(path)],
    ['is overwritten in place', (path: string) => writeFileSync(path, pattern(3 * MIB + 5).reverse(), { flag: 'r+' })],
    [
      'is replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, pattern(3 * MIB + 5))
        renameSync(`${path}.new`, path)
      },
    ],
  ])('rejects CONFLICT, naming the file, when it %s while it is read', async (_, change) => {
    const { path, chunks } = await openLarge()
    await chunks.next()

    change(path)

    await expect(drain(chunks)).rejects.toMatchObject({ code: 'CONFLICT', key: path })
  })

  it('never hands out the last chunk of a file that changed', async () => {
    const { path, bytes, chunks } = await openLarge()
    let given = (await chunks.next()).value!.length
    appendFileSync(path, 'more')

    await expect(
      (async () => {
        for (let step = await chunks.next(); !step.done; step = await chunks.next()) given += step.value.length
      })(),
    ).rejects.toMatchObject({ code: 'CONFLICT' })

    expect(given).toBeLessThan(bytes.length)
  })

  it('rejects NOT_FOUND, naming the file, when it is gone before it is opened', async () => {
    const { path, source } = await openLarge()
    rmSync(path)

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'NOT_FOUND', key: path })
  })

  it('rejects CONFLICT when the file has another size than it was found with', async () => {
    const { path, source } = await openLarge()
    appendFileSync(path, 'more')

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'CONFLICT', key: path })
  })

  it('rejects CONFLICT when a second read would see other bytes', async () => {
    const { path, source } = await openLarge()
    await readAll(source.read({}))
    writeFileSync(path, pattern(3 * MIB + 5).reverse(), { flag: 'r+' })

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'CONFLICT', key: path })
  })

  it.skipIf(isWindows)('does not follow a link that has taken the place of the file', async () => {
    const { path, source } = await openLarge()
    renameSync(path, `${path}.moved`)
    symlinkSync(`${path}.moved`, path)

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'CONFLICT', key: path })
  })

  it.skipIf(isWindows)('does not wait for a FIFO that has taken the place of the file', async () => {
    const { path, source } = await openLarge()
    rmSync(path)
    execFileSync('mkfifo', [path])

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'CONFLICT', key: path })
  })

  it.skipIf(process.platform !== 'linux')('refuses a file of the kernel that says it is empty', async () => {
    const { source } = await createFiles().file('/proc/self/status')

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it('rejects UNAUTHORIZED for a file that may not be read', async () => {
    const { path, source } = await openLarge(fsWith({ open: () => Promise.reject(errno('EACCES')) }))

    await expect(readAll(source.read({}))).rejects.toMatchObject({ code: 'UNAUTHORIZED', key: path })
  })

  it('rejects UNAVAILABLE when the disk fails in the chunk that is read ahead', async () => {
    let count = 0
    const fs = withHandles((handle) => {
      const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<unknown>
      return { read: (...args: unknown[]) => (++count === 2 ? Promise.reject(errno('EIO')) : read(...args)) }
    })
    const { path, chunks } = await openLarge(fs)

    await chunks.next()
    await new Promise(setImmediate)

    await expect(chunks.next()).rejects.toMatchObject({ code: 'UNAVAILABLE', key: path })
  })

  it('rejects ABORTED between two chunks when the signal fires', async () => {
    const abort = new AbortController()
    const { source } = await openLarge()
    const chunks = source.read({ signal: abort.signal })[Symbol.asyncIterator]()
    await chunks.next()

    abort.abort()

    await expect(chunks.next()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('closes the file at the end, on an error and when the reader stops early', async () => {
    const open = new Set<unknown>()
    const fs = withHandles((handle) => {
      open.add(handle)
      const close = handle.close.bind(handle)
      return { close: () => close().finally(() => open.delete(handle)) }
    })
    const [whole, failing, early] = [await openLarge(fs), await openLarge(fs), await openLarge(fs)]

    await drain(whole.chunks)
    await failing.chunks.next()
    truncateSync(failing.path, 0)
    await expect(drain(failing.chunks)).rejects.toMatchObject({ code: 'CONFLICT' })
    for await (const _ of early.source.read({})) break

    expect(open.size).toBe(0)
  })

  it('reads from memfs', async () => {
    const fs = createFsFromVolume(Volume.fromJSON({ '/data/a.txt': 'alpha', '/data/empty': '' }))
    const files = createFiles(fs as unknown as UserFileSystem)

    const [a, empty] = [await files.file('/data/a.txt'), await files.file('/data/empty')]

    expect((await readAll(a.source.read({}))).toString()).toBe('alpha')
    expect(await readAll(empty.source.read({}))).toHaveLength(0)
  })

  it('needs no more memory for a file of 256 MiB than for a small one', async () => {
    const path = join(temporaryFolder(), 'large.bin')
    writeFileSync(path, '')
    truncateSync(path, 256 * MIB)

    const script = join(import.meta.dirname, 'fixtures/read-large-file.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, path])

    expect(Number(stdout)).toBeLessThan(120 * MIB)
  })
})

describe('the kind of a path', () => {
  it('tells files from folders, through links', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'a/b.txt': 'b' })
    symlinkSync('a', join(folder, 'to-folder'))
    symlinkSync('a/b.txt', join(folder, 'to-file'))
    const files = createFiles()

    const kinds = await Promise.all(
      ['a', 'a/b.txt', 'to-folder', 'to-file'].map((path) => files.kind(join(folder, path))),
    )

    expect(kinds).toEqual(['folder', 'file', 'folder', 'file'])
  })

  it.each([
    ['nothing', 'missing', 'NOT_FOUND'],
    ['something below a file', 'a.txt/b', 'NOT_FOUND'],
    ['a dangling link', 'dangling', 'NOT_FOUND'],
    ['a link to itself', 'loop', 'INVALID'],
    ['a name that is too long', 'x'.repeat(300), 'INVALID'],
    ['a path with a NUL', 'a\0b', 'INVALID'],
  ])('rejects %s, naming it', async (_, name, code) => {
    const folder = temporaryFolder()
    plant(folder, { 'a.txt': 'a' })
    symlinkSync('nowhere', join(folder, 'dangling'))
    symlinkSync('loop', join(folder, 'loop'))
    const path = `${folder}/${name}`

    await expect(createFiles().kind(path)).rejects.toMatchObject({ code, key: path })
    await expect(createFiles().file(path)).rejects.toMatchObject({ code, key: path })
  })

  it('refuses a device, and a folder where a file is wanted', async () => {
    const folder = temporaryFolder()

    await expect(createFiles().kind('/dev/null')).rejects.toMatchObject({ code: 'INVALID', key: '/dev/null' })
    await expect(createFiles().file('/dev/null')).rejects.toMatchObject({ code: 'INVALID', key: '/dev/null' })
    await expect(createFiles().file(folder)).rejects.toMatchObject({ code: 'INVALID', key: folder })
  })

  it.each([
    ['checkpoints/model.bin', 'model.bin'],
    ['data/', 'data'],
    ['/a/b/..', 'a'],
  ])('has a last part: %s → %s', (path, name) => {
    expect(createFiles().basename(path)).toBe(name)
  })

  it('names the folder that "." stands for', () => {
    const [folder, before] = [temporaryFolder(), process.cwd()]
    onTestFinished(() => process.chdir(before))
    process.chdir(folder)

    expect(folder.endsWith(createFiles().basename('.'))).toBe(true)
  })
})

/** The real file system, with some methods of each file it opens replaced. */
function withHandles(replace: (handle: nodeFs.promises.FileHandle) => object): UserFileSystem {
  return fsWith({
    async open(...args) {
      const handle = await nodeFs.promises.open(...args)
      return Object.assign(handle, replace(handle))
    },
  })
}
