import { describe, expect, test } from 'vitest'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import {
  NOTHING_CONDEMNED,
  bytesOf,
  condemning,
  digestOf,
  keysOf,
  openBlobs,
  readAll,
  sourceOf,
} from './blob-fixtures.ts'

const CONTENT = bytesOf(1, 300_000)
const DIGEST = digestOf(CONTENT)
const NAME = `blobs/${DIGEST.slice(0, 2)}/${DIGEST}`
const KEY = `p/demo/${NAME}`
const OPTIONS = { collection: NOTHING_CONDEMNED }

describe.each([
  { staging: true, readsOfOne: 1 },
  { staging: false, readsOfOne: 2 },
])('ingest, staging: $staging', ({ staging, readsOfOne }) => {
  test('stores a source under its SHA-256', async () => {
    const { blobs, objects } = openBlobs({ staging })
    const source = sourceOf(CONTENT)

    const stored = await blobs.ingest([source], OPTIONS)

    expect(stored).toEqual([{ digest: DIGEST, sizeBytes: 300_000, location: null }])
    expect(source.reads).toBe(readsOfOne)
    expect(await keysOf(objects)).toEqual([KEY])
    expect((await readAll(blobs, stored)).map(digestOf)).toEqual([DIGEST])
  })

  test('says in its capabilities how often it reads', () => {
    const { store } = openBlobs({ staging })

    expect(store.capabilities).toEqual({
      adapter: 'memory',
      onePass: staging,
      packBelowBytes: 0,
      blobBytesMax: 2 ** 32,
    })
    expect(Object.isFrozen(store.capabilities)).toBe(true)
  })

  test('stores an empty source, and one whose size is not known', async () => {
    const { blobs } = openBlobs({ staging })
    const sources = [sourceOf(new Uint8Array()), sourceOf(CONTENT, { sizeBytes: null })]

    const stored = await blobs.ingest(sources, OPTIONS)

    expect(stored.map(({ sizeBytes }) => sizeBytes)).toEqual([0, 300_000])
    expect(await readAll(blobs, stored)).toEqual([new Uint8Array(), CONTENT])
  })

  test('stores equal sources once', async () => {
    const { blobs, calls } = openBlobs({ staging })

    const stored = await blobs.ingest([sourceOf(CONTENT), sourceOf(CONTENT), sourceOf(CONTENT)], OPTIONS)

    expect(stored.map(({ digest }) => digest)).toEqual([DIGEST, DIGEST, DIGEST])
    expect(calls.filter((call) => call.endsWith(KEY))).toHaveLength(1)
  })

  test('changes nothing when it is repeated', async () => {
    const { blobs, objects } = openBlobs({ staging })
    const first = await blobs.ingest([sourceOf(CONTENT)], OPTIONS)
    const before = await objects.stat(KEY, {})

    const second = await blobs.ingest([sourceOf(CONTENT)], OPTIONS)

    expect(second).toEqual(first)
    expect(await objects.stat(KEY, {})).toEqual(before)
  })

  test('writes nothing that is known to be present', async () => {
    const { blobs, calls } = openBlobs({ staging })

    const stored = await blobs.ingest([sourceOf(CONTENT)], { ...OPTIONS, known: new Map([[DIGEST, null]]) })

    expect(stored).toEqual([{ digest: DIGEST, sizeBytes: 300_000, location: null }])
    expect(calls.filter((call) => /^(put|publish|sync)/.test(call))).toEqual([])
  })

  test('writes another name while the plain one is condemned, whatever is said to be known', async () => {
    const { blobs, objects } = openBlobs({ staging })

    const collection = condemning(NAME)
    const stored = await blobs.ingest([sourceOf(CONTENT)], { collection, known: new Map([[DIGEST, null]]) })

    expect(await keysOf(objects)).toEqual([`${KEY}.3`])
    expect((await readAll(blobs, stored)).map(digestOf)).toEqual([DIGEST])
  })

  test('does not rely on a known blob one of whose other names is condemned', async () => {
    const { blobs, objects } = openBlobs({ staging })

    const collection = condemning(`${NAME}.2`)
    await blobs.ingest([sourceOf(CONTENT)], { collection, known: new Map([[DIGEST, null]]) })

    expect(await keysOf(objects)).toEqual([KEY])
  })

  test('rejects UNAVAILABLE when the name of this epoch is condemned too', async () => {
    const { blobs, objects } = openBlobs({ staging })

    const ingested = blobs.ingest([sourceOf(CONTENT)], { collection: condemning(NAME, `${NAME}.3`) })

    await expect(ingested).rejects.toMatchObject({ code: 'UNAVAILABLE', operation: 'ingest', adapter: 'memory' })
    expect(await keysOf(objects)).toEqual([])
  })

  test('reports each byte once', async () => {
    const { blobs } = openBlobs({ staging })
    const counts: number[] = []
    const known = new Map([[DIGEST, null]])
    const sources = [sourceOf(CONTENT), sourceOf(bytesOf(2, 1_000)), sourceOf(bytesOf(2, 1_000))]

    await blobs.ingest(sources, { ...OPTIONS, known, onBytes: (count) => counts.push(count) })

    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(302_000)
    expect(counts.every((count) => count > 0)).toBe(true)
  })

  test.each([299_999, 300_001])('rejects CONFLICT when a source of 300,000 bytes announced %i', async (sizeBytes) => {
    const { blobs, objects } = openBlobs({ staging })

    const ingested = blobs.ingest([sourceOf(CONTENT, { sizeBytes })], OPTIONS)

    await expect(ingested).rejects.toMatchObject({ code: 'CONFLICT', operation: 'ingest' })
    expect(await keysOf(objects)).toEqual([])
  })

  test('stops all sources at the first failure, and shows nothing of the failed one', async () => {
    const { blobs, objects } = openBlobs({ staging })
    const failure = new Error('disk on fire')
    const failing = { sizeBytes: 4, read: () => failingAfter(new Uint8Array(2), failure) }
    const late = Array.from({ length: 100 }, (_, index) => sourceOf(bytesOf(index, 10)))

    const ingested = blobs.ingest([failing, ...late], OPTIONS)

    await expect(ingested).rejects.toBe(failure)
    expect(late.at(-1)!.reads).toBe(0)
    expect((await keysOf(objects)).join()).not.toContain(digestOf(new Uint8Array(2)))
  })

  test('rejects ABORTED when the signal fires between two chunks, and shows nothing', async () => {
    const { blobs, objects } = openBlobs({ staging })
    const abort = new AbortController()
    const source = {
      sizeBytes: 20,
      async *read() {
        yield bytesOf(1, 10)
        abort.abort(new Error('enough'))
        yield bytesOf(2, 10)
      },
    }

    const ingested = blobs.ingest([source], { ...OPTIONS, signal: abort.signal })

    await expect(ingested).rejects.toMatchObject({ code: 'ABORTED', operation: 'ingest' })
    expect(await keysOf(objects)).toEqual([])
  })
})

describe('ingest', () => {
  test('syncs the names of a whole batch together, those that were there included', async () => {
    const { blobs, calls } = openBlobs()
    await blobs.ingest([sourceOf(bytesOf(0, 10))], OPTIONS)

    await blobs.ingest(
      Array.from({ length: 20 }, (_, index) => sourceOf(bytesOf(index, 10))),
      OPTIONS,
    )

    expect(calls.filter((call) => call.startsWith('sync'))).toEqual(['sync 1', 'sync 20'])
    expect(calls.at(-1)).toBe('sync 20')
  })

  test('asks for a chunk only when the store has taken the one before', async () => {
    const order: string[] = []
    const source = {
      sizeBytes: 2,
      async *read() {
        for (const part of [0, 1]) {
          order.push(`ask ${part}`)
          yield bytesOf(part, 1)
        }
      },
    }
    const { blobs } = openBlobs({ driver: (objects) => slowToTake(objects, order) })

    await blobs.ingest([source], OPTIONS)

    expect(order).toEqual(['ask 0', 'begin', 'end', 'ask 1', 'begin', 'end'])
  })

  test('discards what it staged when the store cannot publish it', async () => {
    const { blobs, calls, objects } = openBlobs({ driver: unpublishable })

    const ingested = blobs.ingest([sourceOf(CONTENT)], OPTIONS)

    await expect(ingested).rejects.toMatchObject({
      code: 'UNKNOWN_OUTCOME',
      operation: 'publish',
      cause: { message: 'no answer' },
    })
    expect(calls).toContain('discard')
    expect(await keysOf(objects)).toEqual([])
  })

  test('rejects CONFLICT when a source changes between its two readings', async () => {
    const { blobs, objects } = openBlobs({ staging: false })
    let reads = 0
    const source = {
      sizeBytes: 10,
      async *read() {
        yield bytesOf(reads++, 10)
      },
    }

    const ingested = blobs.ingest([source], OPTIONS)

    await expect(ingested).rejects.toMatchObject({ code: 'CONFLICT', key: digestOf(bytesOf(0, 10)) })
    expect(await keysOf(objects)).toEqual([])
  })

  test('keeps projects apart', async () => {
    const { store, blobs } = openBlobs()
    const stored = await blobs.ingest([sourceOf(CONTENT)], OPTIONS)

    const elsewhere = readAll(store.in('other'), stored)

    await expect(elsewhere).rejects.toMatchObject({ code: 'NOT_FOUND', key: DIGEST })
    expect(await store.in('other').present([DIGEST], OPTIONS)).toEqual(new Set())
  })
})

async function* failingAfter(chunk: Uint8Array, failure: Error): AsyncGenerator<Uint8Array> {
  yield chunk
  throw failure
}

function slowToTake(objects: ObjectStore, order: string[]): ObjectStore {
  return {
    ...objects,
    async stage(options) {
      const staged = await objects.stage(options)
      return {
        ...staged,
        async write(chunk) {
          order.push('begin')
          await new Promise((resolve) => setImmediate(resolve))
          await staged.write(chunk)
          order.push('end')
        },
      }
    },
  }
}

function unpublishable(objects: ObjectStore): ObjectStore {
  return {
    ...objects,
    async stage(options) {
      const staged = await objects.stage(options)
      return { ...staged, publish: () => Promise.reject(new Error('no answer')) }
    },
  }
}
