import { execFile } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { gathered, sliceAt } from '../../../../src/adapters/fs/bulk/buffers.ts'
import { putFiles } from '../../../../src/adapters/fs/bulk/put-files.ts'
import { readFiles } from '../../../../src/adapters/fs/bulk/read-files.ts'
import type { SyncFileSystem } from '../../../../src/adapters/fs/bulk/sync-file-system.ts'
import { sha256 } from '../../../../src/domain/digest.ts'
import { errno } from '../user-files-kit.ts'

const text = (content: string): Uint8Array => new TextEncoder().encode(content)

describe('objects that are put in bulk', () => {
  test('are durable before they get their names', async () => {
    const { put, calls } = await putting()

    put({ 'd/a': 'alpha' })

    expect(calls).toEqual([
      'lstat',
      'open',
      'mkdir',
      'open',
      'write',
      'utimes',
      'fsync',
      'close',
      'rename',
      'mkdir',
      'rename',
    ])
  })

  test('are not synced where nothing has to survive a power loss', async () => {
    const { put, calls } = await putting()

    put({ a: 'alpha' }, { durable: false })

    expect(calls).not.toContain('fsync')
  })

  test('cost one look where they are there already', async () => {
    const { put, calls } = await putting()
    put({ a: 'alpha' })
    calls.length = 0

    expect(put({ a: 'alpha' })).toEqual([true])
    expect(calls).toEqual(['lstat'])
  })

  test('are read-only and carry a time of whole seconds', async () => {
    const { put, at } = await putting()

    put({ a: 'alpha' })

    const { mode, mtimeMs } = await stat(at('a'))
    expect([mode & 0o777, mtimeMs % 1_000]).toEqual([0o444, 0])
  })

  test('are left to the ordinary way where a folder or a link is in their place, and leave nothing behind', async () => {
    const { put, at } = await putting()
    await mkdir(at('folder'))
    await writeFile(at('file'), 'in the way')
    await symlink(at('file'), at('link'))

    expect(put({ folder: 'x', link: 'in the way', 'file/below': 'x', fine: 'x' })).toEqual([false, false, false, true])

    expect((await readdir(at('.'))).sort()).toEqual(['file', 'fine', 'folder', 'link', 'staging'])
    expect(await readdir(at('staging'))).toEqual([])
  })

  test('are left to the ordinary way when the disk fails, also where it lets nothing be removed any more', async () => {
    let isReadOnly = false
    const { put, at } = await putting((name) => {
      isReadOnly ||= name === 'fsync'
      if (isReadOnly && name !== 'close') throw errno('EROFS')
    })

    expect(put({ a: 'alpha', b: 'beta' })).toEqual([false, false])

    expect(await readdir(at('.'))).toEqual(['staging'])
  })
})

describe('sources that are read in bulk', () => {
  test('are answered with digest and bytes, an empty one too', async () => {
    const { at } = await putting()
    await writeFile(at('a'), 'alpha')
    await writeFile(at('empty'), '')

    const { slab, digests } = readFiles(nodeFs, {
      paths: [at('empty'), at('a')],
      sizes: [0, 5],
      slab: new Uint8Array(200),
    })

    expect(digests).toEqual([sha256(''), sha256('alpha')])
    expect(new TextDecoder().decode(slab.subarray(0, 5))).toBe('alpha')
  })

  test('are left to the ordinary way when they are not as they were found', async () => {
    const { at } = await putting()
    await writeFile(at('grown'), 'alpha and more')
    await mkdir(at('folder'))
    await symlink(at('grown'), at('link'))

    const paths = ['grown', 'shrunk', 'folder', 'link'].map(at)
    const { digests } = readFiles(nodeFs, { paths, sizes: [5, 99, 0, 14], slab: new Uint8Array(200) })

    expect(digests).toEqual([null, null, null, null])
  })

  test('are left to the ordinary way when they change while they are read', async () => {
    const { at } = await putting()
    await writeFile(at('a'), 'alpha')
    const changing = recorded((name) => {
      if (name === 'read') nodeFs.utimesSync(at('a'), 1, 1)
    })

    expect(readFiles(changing.fs, { paths: [at('a')], sizes: [5], slab: new Uint8Array(200) }).digests).toEqual([null])
  })

  test('are left to the ordinary way when the disk fails as late as they are closed', async () => {
    const { at } = await putting()
    await writeFile(at('a'), 'alpha')
    const closeSync = (file: number): never => {
      nodeFs.closeSync(file)
      throw errno('EIO')
    }

    const { digests } = readFiles({ ...nodeFs, closeSync }, { paths: [at('a')], sizes: [5], slab: new Uint8Array(200) })

    expect(digests).toEqual([null])
  })
})

test('pieces of one memory stay where they are, and others are copied together', () => {
  const memory = new Uint8Array(10).map((_, index) => index)
  const [front, back] = [memory.subarray(0, 4), memory.subarray(4)]
  const [together, apart] = [gathered([back, front]), gathered([front, back.slice()])]

  expect([together.slab.buffer, apart.slab.buffer].map((buffer) => buffer === memory.buffer)).toEqual([true, false])
  for (const [pieces, each] of [
    [back, front],
    [front, back],
  ].map((two, n) => [two, [together, apart][n]!] as const)) {
    expect(pieces.map((_, index) => sliceAt(each, index))).toEqual(pieces)
  }
})

test('where threads are denied the same is done without them', async () => {
  const { at } = await putting()
  await mkdir(at('files'))
  for (let n = 0; n < 40; n++) await writeFile(at(`files/${n}`), `content ${n}`)
  const fixture = join(import.meta.dirname, '..', 'fixtures', 'log-without-threads.ts')
  const denied = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*']

  const { stdout } = await promisify(execFile)(process.execPath, [...denied, fixture, at('files'), at('store')])

  expect(stdout).toBe('v0 40\n')
  const stored = join(at('store'), 'p', 'demo', 'blobs', sha256('content 7').slice(0, 2), sha256('content 7'))
  expect(await readFile(stored, 'utf8')).toBe('content 7')
})

/** A folder, and objects put into it. */
async function putting(onCall?: (name: string) => void) {
  const folder = await mkdtemp(join(tmpdir(), 'lading-bulk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const at = (path: string) => join(folder, path)
  const { fs, calls } = recorded(onCall)
  const put = (objects: Record<string, string>, { durable = true } = {}) =>
    putFiles(fs, {
      paths: Object.keys(objects).map(at),
      ...gathered(Object.values(objects).map(text)),
      temporary: at('staging/1-2'),
      durable,
      marks: true,
    }).written
  return { at, put, calls }
}

/** `node:fs`, whose blocking calls are written down. */
function recorded(onCall: (name: string) => void = () => undefined): { fs: SyncFileSystem; calls: string[] } {
  const calls: string[] = []
  const fs = new Proxy(nodeFs, {
    get(target, property: keyof typeof nodeFs) {
      const found = target[property]
      if (typeof found !== 'function' || !property.endsWith('Sync')) return found
      return (...args: never[]) => {
        const name = property.slice(0, -'Sync'.length)
        calls.push(name)
        onCall(name)
        return (found as (...args: never[]) => unknown)(...args)
      }
    },
  })
  return { fs, calls }
}
