import * as nodeFs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFsFromVolume, Volume } from 'memfs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import type { NodeFileSystem } from '../../../src/adapters/fs/index.ts'
import type { ByteSource } from '../../../src/ports/bytes.ts'
import type { ByteRange, ListEntry, ObjectStore } from '../../../src/ports/object-store.ts'

const MEBIBYTE = 1024 * 1024

/** The same claims on a real disk and in memory: `files` looks at the disk behind the store's back. */
const DISKS = [
  {
    name: 'node:fs',
    async create() {
      const folder = await mkdtemp(join(tmpdir(), 'lading-fs-'))
      return { fs: nodeFs as NodeFileSystem, files: nodeFs, folder, remove: () => rm(folder, { recursive: true }) }
    },
  },
  {
    name: 'memfs',
    async create() {
      const fs = createFsFromVolume(new Volume())
      fs.mkdirSync('/disk')
      return {
        fs: fs as NodeFileSystem,
        files: fs as unknown as typeof nodeFs,
        folder: '/disk',
        remove: async () => {},
      }
    },
  },
]

describe.each(DISKS)('a store on $name', ({ create }) => {
  let disk: Awaited<ReturnType<typeof create>>
  let root: string
  let store: ObjectStore

  beforeEach(async () => {
    disk = await create()
    root = join(disk.folder, 'not', 'yet', 'there')
    store = open()
  })
  afterEach(() => disk.remove())

  const open = (): ObjectStore => createFsObjectStore({ root, fs: disk.fs })
  const put = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await store.putIfAbsent(key, text(key), {})
  }
  const staging = (): string[] => disk.files.readdirSync(join(root, 'staging'))

  test('is empty before the first write, which makes its folder', async () => {
    expect(await store.get('a', {})).toBeNull()
    expect(await store.read('a', {})).toBeNull()
    expect(await store.stat('a', {})).toBeNull()
    expect(await store.copy('a', 'b', {})).toBeNull()
    expect(await store.list('', { depth: 'all', limit: 10 })).toEqual({ entries: [] })
    await store.delete(['a'], {})
    await store.sync(['a'], {})
    expect(disk.files.existsSync(root)).toBe(false)

    await put('a')

    expect(disk.files.readFileSync(join(root, 'a'), 'utf8')).toBe('a')
  })

  test('keeps an object as a read-only file at the path of its key', async () => {
    await put('p/demo/blobs/ab/abcd')

    const path = join(root, 'p', 'demo', 'blobs', 'ab', 'abcd')
    expect(disk.files.readFileSync(path, 'utf8')).toBe('p/demo/blobs/ab/abcd')
    expect(disk.files.statSync(path).mode & 0o222).toBe(0)
    expect(staging()).toEqual([])
  })

  test('answers one etag for one state, whoever asks', async () => {
    const created = await store.putIfAbsent('a/b', text('one'), {})
    const etag = created === 'exists' ? null : created.etag

    expect(await open().get('a/b', {})).toEqual({ bytes: text('one'), etag })
    expect(await open().stat('a/b', {})).toEqual({ sizeBytes: 3, pristine: false, etag })
    expect((await open().list('a/', { depth: 'all', limit: 1 })).entries).toEqual([
      { kind: 'object', key: 'a/b', sizeBytes: 3, etag },
    ])
    await store.put('a/b', text('two'), {})
    expect((await store.stat('a/b', {}))?.etag).not.toBe(etag)
  })

  test('creates a key once, and leaves what is there', async () => {
    await put('a')

    expect(await store.putIfAbsent('a', text('other'), {})).toBe('exists')
    expect(await content(store, 'a')).toBe('a')
    expect(staging()).toEqual([])
  })

  test('lets one of many racing creations win, over several handles', async () => {
    const handles = Array.from({ length: 16 }, open)

    const answers = await Promise.all(handles.map((each, index) => each.putIfAbsent('p/x/1', text(`${index}`), {})))

    const winners = answers.flatMap((answer, index) => (answer === 'exists' ? [] : [index]))
    expect(winners).toHaveLength(1)
    expect(await content(store, 'p/x/1')).toBe(`${winners[0]}`)
    expect(staging()).toEqual([])
  })

  test('takes bodies from a source, whatever its chunks', async () => {
    const bytes = patterned(3 * MEBIBYTE + 17)
    await store.putIfAbsent('large', sourceOf(bytes, 100_000), {})
    await store.putIfAbsent('empty', sourceOf(new Uint8Array(), 1), {})

    expect(Buffer.compare((await store.get('large', {}))!.bytes, bytes)).toBe(0)
    expect((await store.get('empty', {}))?.bytes).toEqual(new Uint8Array())
  })

  test('leaves nothing behind when a source fails, and passes its error on as it is', async () => {
    const failure = new Error('the source broke')
    const source: ByteSource = {
      sizeBytes: null,
      async *read() {
        yield text('half')
        throw failure
      },
    }

    await expect(store.putIfAbsent('a', source, {})).rejects.toBe(failure)
    expect(await store.get('a', {})).toBeNull()
    expect(staging()).toEqual([])
  })

  test('replaces an object as a whole, with a new file', async () => {
    await put('a')

    await store.put('a', text('new'), {})
    await store.put('b/c', new Uint8Array(), {})

    expect(await content(store, 'a')).toBe('new')
    expect(await content(store, 'b/c')).toBe('')
    expect(staging()).toEqual([])
  })

  test.each<[ByteRange | undefined, number, number]>([
    [undefined, 0, 2_500_000],
    [{ from: 0, to: 10 }, 0, 10],
    [{ from: 1_048_570, to: 1_048_590 }, 1_048_570, 1_048_590],
    [{ from: 5 }, 5, 2_500_000],
    [{ from: 2_499_999, to: 9_999_999 }, 2_499_999, 2_500_000],
    [{ last: 7 }, 2_499_993, 2_500_000],
    [{ last: 9_999_999 }, 0, 2_500_000],
    [{ from: 2_500_000 }, 0, 0],
    [{ from: 9_999_999, to: 10_000_000 }, 0, 0],
  ])('streams the range %j', async (range, from, to) => {
    const bytes = patterned(2_500_000)
    await store.putIfAbsent('large', bytes, {})

    const chunks = await collect((await store.read('large', range ? { range } : {}))!)

    expect(Buffer.compare(Buffer.concat(chunks), bytes.subarray(from, to))).toBe(0)
    for (const chunk of chunks.slice(0, -1)) expect(chunk.length).toBeGreaterThanOrEqual(65_536)
  })

  test('ends a stream that its consumer leaves, and one that is aborted', async () => {
    await store.putIfAbsent('large', patterned(5 * MEBIBYTE), {})
    const aborter = new AbortController()

    for await (const chunk of (await store.read('large', {}))!) if (chunk.length > 0) break
    const aborted = (async () => {
      for await (const chunk of (await store.read('large', { signal: aborter.signal }))!) aborter.abort(chunk.length)
    })()

    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('never ends a stream early without an error', async () => {
    await store.putIfAbsent('large', patterned(5 * MEBIBYTE), {})

    const reading = (async () => {
      for await (const chunk of (await store.read('large', {}))!) {
        if (chunk.length > 0) truncate(disk.files, join(root, 'large'))
      }
    })()

    await expect(reading).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  test('says so when an object goes away between its size and its bytes', async () => {
    await store.putIfAbsent('large', patterned(5 * MEBIBYTE), {})
    const chunks = (await store.read('large', {}))!
    await store.delete(['large'], {})

    await expect(collect(chunks)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('lists all keys in code-point order of the whole key', async () => {
    await put('a/b', 'a-b', 'a0', 'a/b.c/d', 'a.b', 'B/1', 'a/A')

    const page = await store.list('', { depth: 'all', limit: 100 })

    expect(page.entries.map(({ key }) => key)).toEqual(['B/1', 'a-b', 'a.b', 'a/A', 'a/b', 'a/b.c/d', 'a0'])
    expect(page.cursor).toBeUndefined()
  })

  test('lists direct children, with folders where keys are deeper', async () => {
    await put('p/a/b', 'p/a-b', 'p/a0', 'p/a/c/d', 'q')

    const page = await store.list('p/', { depth: 'children', limit: 100 })

    expect(page.entries.map(({ kind, key }) => [kind, key])).toEqual([
      ['object', 'p/a-b'],
      ['folder', 'p/a/'],
      ['object', 'p/a0'],
    ])
  })

  test.each(['all', 'children'] as const)('pages through %s, whatever the size of a page', async (depth) => {
    const keys = ['a/b', 'a-b', 'a0', 'a/b.c/d', 'a/b.c/e/f', 'a/z', 'b']
    await put(...keys)
    const whole = (await store.list('', { depth, limit: 100 })).entries

    for (const limit of [1, 2, 3, 6, 7]) expect(await listAll(store, depth, limit)).toEqual(whole)
  })

  test('goes on behind its cursor when that key is gone, and others came', async () => {
    await put('a/1', 'a/3', 'b/1', 'b/2')
    const first = await store.list('', { depth: 'all', limit: 2 })

    await store.delete(['a/3'], {})
    await put('a/2', 'a/4')
    const second = await store.list('', { depth: 'all', limit: 10, cursor: first.cursor })

    expect(first.entries.map(({ key }) => key)).toEqual(['a/1', 'a/3'])
    expect(second.entries.map(({ key }) => key)).toEqual(['a/4', 'b/1', 'b/2'])
  })

  test('lists neither a folder without objects nor what is not its own', async () => {
    await put('p/a/b/c', 'p/d')
    await store.delete(['p/a/b/c'], {})
    disk.files.writeFileSync(join(root, 'p', 'Ünïcode'), '')
    disk.files.writeFileSync(join(root, 'p', '.nfs0000000000c0ffee'), '')
    disk.files.symlinkSync(join(root, 'p', 'd'), join(root, 'p', 'link'))

    expect((await store.list('p/', { depth: 'children', limit: 9 })).entries.map(({ key }) => key)).toEqual(['p/d'])
    expect((await store.list('p/', { depth: 'all', limit: 9 })).entries.map(({ key }) => key)).toEqual(['p/d'])
  })

  test('lists below a key that is an object, or is not there, as empty', async () => {
    await put('a')

    expect(await store.list('a/', { depth: 'all', limit: 9 })).toEqual({ entries: [] })
    expect(await store.list('nothing/here/', { depth: 'children', limit: 9 })).toEqual({ entries: [] })
    expect(await store.get('a/b', {})).toBeNull()
  })

  test('takes a folder for no object', async () => {
    await put('a/b')

    expect(await store.get('a', {})).toBeNull()
    expect(await store.read('a', {})).toBeNull()
    expect(await store.stat('a', {})).toBeNull()
    await store.delete(['a'], {})
    expect(await content(store, 'a/b')).toBe('a/b')
  })

  test('never puts an object in the place of a folder', async () => {
    await put('a/b')

    await expect(store.put('a', text('x'), {})).rejects.toMatchObject({ code: 'INVALID' })
    await expect(store.putIfAbsent('a', text('x'), {})).rejects.toMatchObject({ code: 'INVALID' })
    expect(await content(store, 'a/b')).toBe('a/b')
    expect(staging()).toEqual([])
  })

  test('shows staged bytes below staging/ alone until they are published', async () => {
    const staged = await store.stage({})
    await staged.write(text('hello '))
    await staged.write(text('world'))
    const before = (await store.list('', { depth: 'all', limit: 9 })).entries.map(({ key }) => key)

    expect(before).toHaveLength(1)
    expect(before[0]).toMatch(/^staging\//)
    expect(await staged.publish('p/x')).toBe('created')
    expect(await content(store, 'p/x')).toBe('hello world')
    expect(staging()).toEqual([])
    await staged.discard()
    expect(await content(store, 'p/x')).toBe('hello world')
  })

  test('publishes over nothing that is there, and an object of no bytes too', async () => {
    await put('taken')
    const [late, empty] = [await store.stage({}), await store.stage({})]
    await late.write(text('late'))

    // What was created without staging carries no mark.
    expect(await late.publish('taken')).toBe('suspect')
    expect(await empty.publish('empty')).toBe('created')
    expect(await content(store, 'taken')).toBe('taken')
    expect(await content(store, 'empty')).toBe('')
    await late.discard()
    expect(staging()).toEqual([])
  })

  test('does nothing for a staged object before its first bytes, and drops them on request', async () => {
    const staged = await store.stage({})
    expect(disk.files.existsSync(root)).toBe(false)
    await staged.discard()
    await staged.write(text('x'))

    await staged.discard()

    expect(staging()).toEqual([])
  })

  test('makes nothing visible after an abort', async () => {
    const aborter = new AbortController()
    const { signal } = aborter
    const staged = await store.stage({ signal })
    await staged.write(text('x'))
    aborter.abort()

    await expect(staged.write(text('y'))).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(staged.publish('a')).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(store.putIfAbsent('a', text('x'), { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(store.put('a', text('x'), { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(store.list('', { depth: 'all', limit: 1, signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await staged.discard()
    expect(await store.get('a', {})).toBeNull()
    expect(staging()).toEqual([])
  })

  test('stops a body at the chunk where the signal fires', async () => {
    const aborter = new AbortController()
    const source: ByteSource = {
      sizeBytes: null,
      async *read() {
        yield text('one')
        aborter.abort()
        yield text('two')
      },
    }

    const answer = store.putIfAbsent('a', source, { signal: aborter.signal })

    await expect(answer).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await store.get('a', {})).toBeNull()
    expect(staging()).toEqual([])
  })

  test('copies under a free key alone', async () => {
    await put('a', 'taken')

    expect(await store.copy('a', 'b/c', {})).toBe('created')
    expect(await store.copy('a', 'taken', {})).toBe('exists')
    expect(await store.copy('missing', 'd', {})).toBeNull()
    await store.delete(['a'], {})
    expect(await content(store, 'b/c')).toBe('a')
    expect(await content(store, 'taken')).toBe('taken')
  })

  test('deletes what is there and does not mind what is not', async () => {
    await put('a', 'b/c', 'd')

    await store.delete(['a', 'b/c', 'missing', 'a/below', 'x/y'], {})

    expect((await listAll(store, 'all', 9)).map(({ key }) => key)).toEqual(['d'])
  })

  test('denies what its capabilities deny', async () => {
    const tip = store.batch.tip({})
    const swap = store.compareAndSwap('a', text('x'), 'etag', {})

    await expect(tip).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await expect(swap).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

async function content(store: ObjectStore, key: string): Promise<string | null> {
  const found = await store.get(key, {})
  return found && Buffer.from(found.bytes).toString()
}

async function listAll(store: ObjectStore, depth: 'all' | 'children', limit: number): Promise<ListEntry[]> {
  const entries: ListEntry[] = []
  let cursor: string | undefined
  do {
    const page = await store.list('', { depth, limit, cursor })
    expect(page.entries.length).toBeLessThanOrEqual(limit)
    entries.push(...page.entries)
    cursor = page.cursor
  } while (cursor !== undefined)
  return entries
}

/** Copies each chunk and then asks for the next, which may reuse it. */
async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const copies: Uint8Array[] = []
  for await (const chunk of chunks) copies.push(chunk.slice())
  return copies
}

function truncate(files: typeof nodeFs, path: string): void {
  files.chmodSync(path, 0o600)
  files.truncateSync(path, 3 * MEBIBYTE)
}

/** No two 64 KiB of it are alike, so that swapped or repeated chunks show. */
function patterned(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  for (let index = 0; index < sizeBytes; index++) bytes[index] = index * 31 + (index >>> 16) * 7
  return bytes
}

/** One buffer for all chunks, as a source is allowed to have. */
function sourceOf(bytes: Uint8Array, chunkBytes: number): ByteSource {
  return {
    sizeBytes: bytes.length,
    async *read() {
      const buffer = new Uint8Array(chunkBytes)
      for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
        const part = bytes.subarray(offset, offset + chunkBytes)
        buffer.set(part)
        yield buffer.subarray(0, part.length)
      }
    },
  }
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
