import { execFileSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import type { UserFileSystem } from '../../../src/adapters/fs/user-file-system.ts'
import type { FoundFile } from '../../../src/ports/files.ts'
import { errno, fsWith, plant, readAll, temporaryFolder } from './user-files-kit.ts'

const isWindows = process.platform === 'win32'
const isLinux = process.platform === 'linux'

interface WalkSettings {
  readonly fs?: UserFileSystem
  readonly keep?: (path: string) => boolean
  readonly signal?: AbortSignal
}

/** The paths that a walk finds, sorted. */
async function filesIn(walk: AsyncIterable<Iterable<FoundFile>>): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = []
  for await (const files of walk) found.push(...files)
  return found
}

async function walk(folder: string, { fs, ...options }: WalkSettings = {}): Promise<string[]> {
  const paths: string[] = []
  for await (const files of createFiles(fs).walk(folder, options)) for (const { path } of files) paths.push(path)
  return paths.toSorted()
}

describe('a walk', () => {
  it('finds every file with its size and bytes, and no empty folder', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'a.txt': 'a', 'b/c.txt': 'see', 'b/d/e.txt': '', '.hidden': 'h' })
    mkdirSync(join(folder, 'empty/deep'), { recursive: true })
    const found: [string, number, string][] = []

    for (const file of await filesIn(createFiles().walk(folder, {}))) {
      found.push([file.path, file.sizeBytes, (await readAll(file.source.read({}))).toString()])
    }

    expect(found.toSorted()).toEqual([
      ['.hidden', 1, 'h'],
      ['a.txt', 1, 'a'],
      ['b/c.txt', 3, 'see'],
      ['b/d/e.txt', 0, ''],
    ])
  })

  it('finds each of many files once, looking at a bounded number at a time', async () => {
    const folder = temporaryFolder()
    const names = Array.from({ length: 700 }, (_, index) => `${index % 3 === 0 ? '' : `f${index % 7}/`}${index}`)
    plant(folder, Object.fromEntries(names.map((name) => [name, name])))
    let [now, most] = [0, 0]
    const fs = fsWith({
      lstat: (async (path: string) => {
        most = Math.max(most, ++now)
        return nodeFs.promises.lstat(path).finally(() => now--)
      }) as UserFileSystem['promises']['lstat'],
    })

    const paths = await walk(folder, { fs })

    expect(paths).toEqual(names.toSorted())
    expect(most).toBeGreaterThan(10)
    expect(most).toBeLessThanOrEqual(256)
  })

  it('finds each of more files than one thread lists at once, and links and folders among them', async () => {
    const folder = temporaryFolder()
    const names = Array.from({ length: 2_600 }, (_, index) => `f${index % 40}/deep/${index}`)
    plant(folder, Object.fromEntries(names.map((name) => [name, name])))
    if (!isWindows) for (let index = 0; index < 150; index++) symlinkSync('0', join(folder, `f0/deep/link-${index}`))
    const links = isWindows ? [] : Array.from({ length: 150 }, (_, index) => `f0/deep/link-${index}`)

    const paths = await walk(folder)

    expect(paths).toEqual([...names, ...links].toSorted())
  })

  it('does not look at a file that is not kept, whatever it is', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'keep.bin': 'k', 'skip.txt': 's', 'deep/keep.bin': 'k' })
    symlinkSync('nowhere', join(folder, 'skip-dangling'))
    symlinkSync('/', join(folder, 'skip-outside'))
    symlinkSync('.', join(folder, 'skip-loop'))
    if (!isWindows) execFileSync('mkfifo', [join(folder, 'skip-fifo')])
    const looked: string[] = []
    const fs = fsWith({
      lstat: ((path: string) => {
        looked.push(path)
        return nodeFs.promises.lstat(path)
      }) as UserFileSystem['promises']['lstat'],
      open: () => Promise.reject(new Error('opened')),
    })

    const paths = await walk(folder, { fs, keep: (path) => path.endsWith('.bin') })

    expect(paths).toEqual(['deep/keep.bin', 'keep.bin'])
    expect(looked.filter((path) => path.endsWith('skip.txt'))).toEqual([])
  })

  it.each([
    ['a leading dash', '-rf'],
    ['a newline', 'a\nb'],
    ['a space at the end', 'a '],
    ['255 bytes', 'x'.repeat(255)],
    ['the replacement character', 'a\uFFFDb'],
    ['an emoji', '🚢.bin'],
  ])('spells a name with %s as the disk does', async (_, name) => {
    const folder = temporaryFolder()
    plant(folder, { [name]: 'x' })

    expect(await walk(folder)).toEqual([name])
  })

  it.skipIf(!isLinux)('keeps names apart that differ in normalisation only', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'caf\u00E9': 'composed', 'cafe\u0301': 'decomposed' })

    expect(await walk(folder)).toEqual(['cafe\u0301', 'caf\u00E9'])
  })

  it.skipIf(!isLinux).each([
    ['file', (path: Buffer) => writeFileSync(path, 'x')],
    ['folder', (path: Buffer) => mkdirSync(path)],
  ])('rejects INVALID for a %s whose name is not UTF-8', async (_, make) => {
    const folder = temporaryFolder()
    make(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]))

    await expect(walk(folder)).rejects.toMatchObject({ code: 'INVALID', key: join(folder, 'bad-\uFFFD') })
  })

  it.skipIf(!isLinux)('passes over a file whose name is not UTF-8 when it is not kept', async () => {
    const folder = temporaryFolder()
    plant(folder, { good: 'g' })
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]), 'x')

    expect(await walk(folder, { keep: (path) => path === 'good' })).toEqual(['good'])
  })

  it('rejects UNAUTHORIZED, naming it, for a folder that may not be read', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'private/a': 'a', b: 'b' })
    const fs = fsWith({
      readdir: ((path: string, options: object) =>
        path.endsWith('private')
          ? Promise.reject(errno('EACCES'))
          : nodeFs.promises.readdir(path, options)) as UserFileSystem['promises']['readdir'],
    })

    const walked = walk(folder, { fs })

    await expect(walked).rejects.toMatchObject({ code: 'UNAUTHORIZED', key: join(folder, 'private') })
  })

  it.each([
    ['a missing folder', 'missing'],
    ['a file', 'file'],
  ])('rejects NOT_FOUND for %s', async (_, name) => {
    const folder = temporaryFolder()
    plant(folder, { file: 'f' })

    await expect(walk(join(folder, name))).rejects.toMatchObject({ code: 'NOT_FOUND', key: join(folder, name) })
  })

  it('stops with ABORTED when the signal fires, with nothing under way any more', async () => {
    const folder = temporaryFolder()
    plant(folder, Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index % 20}/${index}`, 'x'])))
    let underWay = 0
    const fs = fsWith({
      lstat: ((path: string) => {
        underWay++
        return nodeFs.promises.lstat(path).finally(() => underWay--)
      }) as UserFileSystem['promises']['lstat'],
    })
    const abort = new AbortController()
    const files = createFiles(fs).walk(folder, { signal: abort.signal })[Symbol.asyncIterator]()
    await files.next()

    abort.abort()
    const drained = (async () => {
      while (!(await files.next()).done);
    })()

    await expect(drained).rejects.toMatchObject({ code: 'ABORTED' })
    expect(underWay).toBe(0)
  })

  it('does nothing when the signal has fired already', async () => {
    await expect(walk('nowhere', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('walks memfs', async () => {
    const fs = createFsFromVolume(Volume.fromJSON({ '/data/a': 'a', '/data/b/c': 'c' }, '/'))

    expect(await walk('/data', { fs: fs as unknown as UserFileSystem })).toEqual(['a', 'b/c'])
  })
})

describe.skipIf(isWindows)('a walk over links', () => {
  it('follows links to files and folders inside the walked folder', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'data/a.txt': 'alpha', 'data/deep/b.txt': 'b' })
    symlinkSync('data/a.txt', join(folder, 'to-file'))
    symlinkSync(join(folder, 'data'), join(folder, 'to-folder'))
    symlinkSync('to-file', join(folder, 'to-link'))
    linkSync(join(folder, 'data/a.txt'), join(folder, 'hard'))

    const paths = await walk(folder)

    const direct = ['data/a.txt', 'data/deep/b.txt', 'hard', 'to-file']
    expect(paths).toEqual([...direct, 'to-folder/a.txt', 'to-folder/deep/b.txt', 'to-link'])
  })

  it('reads what a link leads to', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'data/a.txt': 'alpha' })
    symlinkSync('data/a.txt', join(folder, 'link'))

    const keep = (path: string) => path === 'link'
    for (const { path, sizeBytes, source } of await filesIn(createFiles().walk(folder, { keep }))) {
      expect([path, sizeBytes, (await readAll(source.read({}))).toString()]).toEqual(['link', 5, 'alpha'])
    }
  })

  it('walks a folder that is named by a link', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'real/a': 'a', 'real/b': 'b' })
    symlinkSync(join(folder, 'real/a'), join(folder, 'real/link'))
    symlinkSync('real', join(folder, 'named'))

    expect(await walk(join(folder, 'named'))).toEqual(['a', 'b', 'link'])
  })

  it('follows two folders that link to a third', async () => {
    const folder = temporaryFolder()
    plant(folder, { 'shared/s': 's', 'one/1': '1', 'two/2': '2' })
    symlinkSync('../shared', join(folder, 'one/link'))
    symlinkSync('../shared', join(folder, 'two/link'))

    expect(await walk(folder)).toEqual(['one/1', 'one/link/s', 'shared/s', 'two/2', 'two/link/s'])
  })

  it.each([
    ['to itself', { 'a/link': 'link' }, /\/link$/],
    ['to the walked folder', { 'a/link': '..' }, /\/a\/link$/],
    ['to its own folder', { 'a/link': '.' }, /\/a\/link$/],
    ['through two folders', { 'a/link': '../b', 'b/link': '../a' }, /\/link$/],
    ['from below a link to above it', { 'x/y/z/link': '../../../x', top: 'x/y' }, /\/link$/],
    ['in a ring of links', { 'a/one': 'two', 'a/two': 'one' }, /\/(one|two)$/],
  ])('rejects INVALID, naming it, for a loop %s', async (_, links, name) => {
    const folder = temporaryFolder()
    plant(folder, { 'a/file': 'a', 'b/file': 'b', 'x/y/z/file': 'z' })
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(folder, path))

    const walked = walk(folder)

    await expect(walked).rejects.toMatchObject({
      code: 'INVALID',
      key: expect.stringMatching(name),
      detail: expect.stringContaining('loop'),
    })
  })

  it.each([
    ['a file outside', '../outside/secret'],
    ['a folder outside', '../outside'],
    ['a folder whose name begins as the walked one', '../inside-not'],
    ['a device', '/dev/null'],
  ])('rejects INVALID, naming it, for a link that leaves for %s', async (_, target) => {
    const parent = temporaryFolder()
    plant(parent, { 'inside/a': 'a', 'outside/secret': 's', 'inside-not/b': 'b' })
    symlinkSync(target, join(parent, 'inside/link'))

    await expect(walk(join(parent, 'inside'))).rejects.toMatchObject({
      code: 'INVALID',
      key: join(parent, 'inside/link'),
      detail: expect.stringContaining('out of the folder'),
    })
  })

  it('rejects INVALID, naming it, for a link to nothing', async () => {
    const folder = temporaryFolder()
    symlinkSync('nowhere', join(folder, 'link'))

    await expect(walk(folder)).rejects.toMatchObject({
      code: 'INVALID',
      key: join(folder, 'link'),
      detail: expect.stringContaining('nothing'),
    })
  })

  it.each([
    ['a FIFO', 'fifo'],
    ['a link to a FIFO', 'link'],
  ])('rejects INVALID, naming it, for %s', async (_, name) => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [join(folder, 'fifo')])
    symlinkSync('fifo', join(folder, 'link'))

    await expect(walk(folder, { keep: (path) => path === name })).rejects.toMatchObject({
      code: 'INVALID',
      key: join(folder, name),
      detail: expect.stringContaining('FIFO'),
    })
  })

  it('rejects INVALID, naming it, for a socket', async () => {
    const folder = temporaryFolder()
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))

    await expect(walk(folder)).rejects.toMatchObject({
      code: 'INVALID',
      key: join(folder, 'socket'),
      detail: expect.stringContaining('socket'),
    })
  })

  it('rejects a file that vanishes between listing and looking', async () => {
    const folder = temporaryFolder()
    plant(folder, { a: 'a' })
    const fs = fsWith({
      readdir: (async (path: string, options: object) => {
        const entries = await nodeFs.promises.readdir(path, options)
        for (const name of readdirSync(path)) rmSync(join(path, name))
        return entries
      }) as UserFileSystem['promises']['readdir'],
    })

    await expect(walk(folder, { fs })).rejects.toMatchObject({ code: 'NOT_FOUND', key: join(folder, 'a') })
  })
})
