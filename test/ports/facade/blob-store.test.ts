import { describe, expect, test } from 'vitest'
import type { Digest } from '../../../src/domain/digest.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import type { BlobItem, BlobStore, BlobWant, Collection, ProjectBlobs } from '../../../src/ports/blob-store.ts'
import type { ByteRange } from '../../../src/ports/object-store.ts'
import { checkedBlobStore } from '../../../src/ports/facade/blob-store.ts'

const DIGEST = 'ab'.repeat(32) as Digest
const PACK = `packs/${DIGEST}`
const SOURCE = { sizeBytes: null, read: () => chunksOf(new Uint8Array(3)) }
const COLLECTION: Collection = { epoch: 0, state: 'swept', condemned: new Set() }
const WRITE = { collection: COLLECTION, pack: false }
const sink = async () => {}

describe('arguments that no adapter sees: INVALID', () => {
  const wants: Record<string, BlobWant> = {
    'a digest in capitals': { digest: DIGEST.toUpperCase() as Digest, sizeBytes: 1 },
    'a negative size': { digest: DIGEST, sizeBytes: -1 },
    'half a byte': { digest: DIGEST, sizeBytes: 0.5 },
    'a location that is no pack': { digest: DIGEST, sizeBytes: 1, location: at(`blobs/ab/${DIGEST}`) },
    'a location outside the project': { digest: DIGEST, sizeBytes: 1, location: at(`../other/${PACK}`) },
    'a negative offset': { digest: DIGEST, sizeBytes: 1, location: { ...at(PACK), offset: -1 } },
    'a location without size': { digest: DIGEST, sizeBytes: null, location: { ...at(PACK), sizeBytes: Number.NaN } },
    'a range that ends before it begins': want({ from: 2, to: 1 }),
    'a range that begins before the blob': want({ from: -1 }),
    'a range of no number': want({ last: Number.NaN }),
  }
  const items: Record<string, Partial<BlobItem>> = {
    'no digest': { digest: 'x' as Digest },
    'no size': { sizeBytes: Number.NaN },
    'more bytes than the store takes': { sizeBytes: 101 },
    'a source of another size': { sizeBytes: 4, source: { ...SOURCE, sizeBytes: 3 } },
  }
  const calls: Record<string, (blobs: ProjectBlobs) => Promise<unknown>> = {
    ...mapValues(wants, (wanted) => (blobs) => blobs.read([wanted], sink, {})),
    ...mapValues(items, (item) => (blobs) => {
      return blobs.write([{ digest: DIGEST, sizeBytes: 3, source: SOURCE, ...item }], WRITE)
    }),
    ...mapValues(items, (item) => (blobs) => {
      const given = { digest: DIGEST, sizeBytes: 3, source: SOURCE, location: null, ...item }
      return blobs.repair([given], { collection: COLLECTION })
    }),
    'a repair at a location that is no pack': (blobs) => {
      const given = { digest: DIGEST, sizeBytes: 1, source: { ...SOURCE, sizeBytes: 1 }, location: at('heads/x') }
      return blobs.repair([given], { collection: COLLECTION })
    },
    'a source larger than the store takes': (blobs) => blobs.ingest([{ ...SOURCE, sizeBytes: 101 }], WRITE),
    'a negative epoch': (blobs) => blobs.ingest([], { collection: { ...COLLECTION, epoch: -1 } }),
    'names condemned in no epoch': (blobs) => blobs.write([], { ...WRITE, collection: condemned(PACK) }),
    'no digest to look for': (blobs) => blobs.present(['' as Digest], WRITE),
    'an odd name to delete': (blobs) => blobs.delete(['blobs/../heads/x'], {}),
    'an empty page': (blobs) => blobs.list({ limit: 0 }),
    'a page that is too long': (blobs) => blobs.list({ limit: 1_001 }),
  }

  test.each(Object.entries(calls))('%s', async (_, call) => {
    const { store, seen } = fakeStore({})

    await expect(call(store.in('demo'))).rejects.toMatchObject({ code: 'INVALID', adapter: 'fake' })
    expect(seen).toEqual([])
  })

  test('a project whose name breaks the rule', () => {
    const { store } = fakeStore({})

    expect(() => store.in('../demo')).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })

  test('a source that gives no bytes', async () => {
    const { store } = fakeStore({ ingest: takeFirst })
    const source = { sizeBytes: null, read: () => chunksOf('text' as unknown as Uint8Array) }

    await expect(store.in('demo').ingest([source], WRITE)).rejects.toMatchObject({ code: 'INVALID' })
  })
})

describe('a closed store', () => {
  test('rejects every call with CLOSED', async () => {
    const { store, seen } = fakeStore({})
    const blobs = store.in('demo')
    await store.close()

    for (const call of [
      blobs.ingest([], WRITE),
      blobs.write([], WRITE),
      blobs.present([], WRITE),
      blobs.read([], sink, {}),
      blobs.delete([], {}),
      blobs.list({ limit: 1 }),
      store.in('demo').list({ limit: 1 }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'CLOSED', adapter: 'fake' })
    }
    expect(seen).toEqual(['close'])
  })

  test('closes once, after the calls under way have settled', async () => {
    const listing = Promise.withResolvers<{ blobs: [] }>()
    const { store, seen } = fakeStore({ list: () => listing.promise })
    const blobs = store.in('demo')

    const listed = blobs.list({ limit: 1 })
    const closed = [store.close(), store.close()]
    await Promise.resolve()
    const before = [...seen]
    listing.resolve({ blobs: [] })
    await Promise.all(closed)

    expect(before).toEqual(['list'])
    expect(seen).toEqual(['list', 'close'])
    await expect(listed).resolves.toEqual({ blobs: [] })
  })
})

describe('errors', () => {
  const failing = (reason: unknown) => () => Promise.reject(reason)

  test('that an adapter did not name are UNAVAILABLE for a reading, UNKNOWN_OUTCOME for a write', async () => {
    const cause = new Error('socket hang up')
    const { store } = fakeStore({ list: failing(cause), delete: failing(cause), ingest: failing('odd') })
    const blobs = store.in('demo')

    const [listed, deleted] = [blobs.list({ limit: 1 }), blobs.delete([PACK], {})]

    await expect(listed).rejects.toMatchObject({ code: 'UNAVAILABLE', operation: 'list', adapter: 'fake', cause })
    await expect(deleted).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME', operation: 'delete', cause })
    await expect(blobs.ingest([], WRITE)).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME', detail: 'odd' })
  })

  test('that it named keep their code, and are given operation and adapter', async () => {
    const { store } = fakeStore({ list: failing(new LadingError('UNAUTHORIZED', { detail: 'no', key: 'k' })) })

    await expect(store.in('demo').list({ limit: 1 })).rejects.toThrow('list k (fake): UNAUTHORIZED: no')
  })

  test('of the caller’s own source come back as they are, whatever was put around them', async () => {
    const failure = new TypeError('mine')
    const { store } = fakeStore({
      async write(items) {
        return takeFirst(items.map(({ source }) => source)).catch((cause) => {
          throw new LadingError('UNKNOWN_OUTCOME', { detail: 'a part', cause })
        })
      },
    })
    const source = { sizeBytes: null, read: () => chunksOf(new Uint8Array(1), failure) }

    const written = store.in('demo').write([{ digest: DIGEST, sizeBytes: 3, source }], WRITE)

    await expect(written).rejects.toBe(failure)
  })

  test('after the signal has fired are ABORTED, unless the adapter knows better', async () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const { store } = fakeStore({
      async list() {
        first.abort()
        throw new DOMException('stop', 'AbortError')
      },
      async delete() {
        second.abort()
        throw new LadingError('UNKNOWN_OUTCOME', { detail: 'sent, no answer' })
      },
    })
    const blobs = store.in('demo')

    const [listed, deleted] = [
      blobs.list({ limit: 1, signal: first.signal }),
      blobs.delete([PACK], { signal: second.signal }),
    ]

    await expect(listed).rejects.toMatchObject({ code: 'ABORTED', operation: 'list' })
    await expect(deleted).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME', operation: 'delete' })
  })
})

function fakeStore(overrides: Partial<ProjectBlobs>): { store: BlobStore; seen: string[] } {
  const seen: string[] = []
  const answers: Omit<ProjectBlobs, never> = {
    ingest: async () => [],
    write: async () => [],
    present: async () => new Set(),
    read: async () => {},
    repair: async () => [],
    delete: async () => {},
    list: async () => ({ blobs: [] }),
    ...overrides,
  }
  const noting = mapValues(answers, (method: (...args: never[]) => unknown, name) => (...args: never[]) => {
    seen.push(name)
    return method(...args)
  })
  const store: BlobStore = {
    capabilities: { adapter: 'fake', onePass: true, packBelowBytes: 0, blobBytesMax: 100 },
    in: () => noting as unknown as ProjectBlobs,
    close: async () => void seen.push('close'),
  }
  return { store: checkedBlobStore(store), seen }
}

async function takeFirst(sources: readonly { read(options: object): AsyncIterable<Uint8Array> }[]): Promise<[]> {
  for await (const chunk of sources[0]!.read({})) void chunk
  return []
}

async function* chunksOf(chunk: Uint8Array, failure?: Error): AsyncGenerator<Uint8Array> {
  yield chunk
  if (failure) throw failure
}

function at(pack: string) {
  return { pack, offset: 0, sizeBytes: 1 }
}

function want(range: ByteRange): BlobWant {
  return { digest: DIGEST, sizeBytes: 10, range }
}

function condemned(...names: string[]): Collection {
  return { ...COLLECTION, condemned: new Set(names) }
}

function mapValues<T, U>(
  values: Readonly<Record<string, T>> | object,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value as T, key)]))
}
