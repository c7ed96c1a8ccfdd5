import { describe, expect, test } from 'vitest'
import type { BlobWant } from '../../src/ports/blob-store.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { NOTHING_CONDEMNED, bytesOf, condemning, digestOf, openBlobs, readAll, sourceOf } from './blob-fixtures.ts'

const MIB = 1024 * 1024
const CONTENT = bytesOf(1, 2 * MIB + 5)
const DIGEST = digestOf(CONTENT)
const NAME = `blobs/${DIGEST.slice(0, 2)}/${DIGEST}`
const WANT: BlobWant = { digest: DIGEST, sizeBytes: CONTENT.length }
const OPTIONS = { collection: NOTHING_CONDEMNED }

describe('read', () => {
  test('streams a blob in chunks', async () => {
    const { blobs } = await openWithContent()
    const lengths: number[] = []

    await blobs.read([WANT], async (_, chunks) => void (await each(chunks, (chunk) => lengths.push(chunk.length))), {})

    expect(lengths).toEqual([MIB, MIB, 5])
  })

  test('answers every want with its index', async () => {
    const { blobs } = openBlobs()
    const contents = Array.from({ length: 100 }, (_, seed) => bytesOf(seed, seed * 10))
    const stored = await blobs.ingest(
      contents.map((bytes) => sourceOf(bytes)),
      OPTIONS,
    )

    expect(await readAll(blobs, stored)).toEqual(contents)
  })

  test('verifies a blob whose size is not known', async () => {
    const { blobs, objects } = await openWithContent()
    const damaged = { digest: digestOf(bytesOf(2, 9)), sizeBytes: null }
    await objects.putIfAbsent(keyOf(damaged), bytesOf(3, 9), {})

    expect((await readAll(blobs, [{ ...WANT, sizeBytes: null }])).map(digestOf)).toEqual([DIGEST])
    await expect(readAll(blobs, [damaged])).rejects.toMatchObject({ code: 'CORRUPT', key: damaged.digest })
  })

  test('answers ranges without verifying them', async () => {
    const { blobs } = await openWithContent()

    const contents = await readAll(blobs, [
      { ...WANT, range: { from: 3, to: 9 } },
      { ...WANT, range: { from: CONTENT.length - 2 } },
      { ...WANT, range: { last: 3 } },
      { ...WANT, range: { from: CONTENT.length + 10, to: CONTENT.length + 20 } },
      { ...WANT, sizeBytes: null, range: { from: 3, to: 9 } },
    ])

    expect(contents).toEqual([
      CONTENT.subarray(3, 9),
      CONTENT.subarray(-2),
      CONTENT.subarray(-3),
      new Uint8Array(),
      CONTENT.subarray(3, 9),
    ])
  })

  test('rejects NOT_FOUND, naming the digest', async () => {
    const { blobs } = openBlobs()

    const reading = readAll(blobs, [WANT])

    await expect(reading).rejects.toThrow(`read ${DIGEST} (memory): NOT_FOUND`)
  })

  test('finds a blob under the name of the newest epoch when the plain one is gone', async () => {
    const { blobs, calls } = openBlobs()
    await blobs.ingest([sourceOf(CONTENT)], { collection: condemning(NAME) })
    await blobs.ingest([sourceOf(CONTENT)], { collection: { ...condemning(NAME), epoch: 12 } })
    calls.length = 0

    const contents = await readAll(blobs, [WANT, WANT])

    expect(contents.map(digestOf)).toEqual([DIGEST, DIGEST])
    expect(calls.filter((call) => call.startsWith('list'))).toEqual([`list p/demo/${NAME.slice(0, 9)}`])
    expect(calls.filter((call) => call.includes(`${NAME}.12`))).toHaveLength(2)
    expect(calls.filter((call) => call.includes(`${NAME}.3`))).toEqual([])
  })

  test('falls back to an older name when the newest goes while it looks', async () => {
    const { blobs } = openBlobs({ driver: (objects) => withoutKey(objects, `p/demo/${NAME}.12`) })
    await blobs.ingest([sourceOf(CONTENT)], { collection: condemning(NAME) })
    await blobs.ingest([sourceOf(CONTENT)], { collection: { ...condemning(NAME), epoch: 12 } })

    expect((await readAll(blobs, [WANT])).map(digestOf)).toEqual([DIGEST])
  })
})

describe('a damaged blob', () => {
  const flipped = CONTENT.slice()
  flipped[7]! ^= 1

  test.each([
    ['a flipped byte', flipped, `expected SHA-256 ${DIGEST}, found ${digestOf(flipped)}`],
    ['too few bytes', CONTENT.subarray(1), `expected ${CONTENT.length} bytes, found ${CONTENT.length - 1}`],
    ['too many bytes', new Uint8Array(Buffer.concat([CONTENT, Buffer.alloc(1)])), 'found more'],
    ['no bytes', new Uint8Array(), 'found 0'],
  ])('with %s is CORRUPT, and never whole in a sink', async (_, stored, detail) => {
    const { blobs, objects } = openBlobs()
    await objects.putIfAbsent(`p/demo/${NAME}`, stored, {})
    let taken = 0

    const reading = blobs.read([WANT], (_index, chunks) => each(chunks, ({ length }) => (taken += length)), {})

    await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', key: DIGEST, operation: 'read', adapter: 'memory' })
    await expect(reading).rejects.toThrow(detail)
    expect(taken).toBeLessThan(CONTENT.length)
  })

  test('is CORRUPT also for a sink that hides it', async () => {
    const { blobs, objects } = openBlobs()
    await objects.putIfAbsent(`p/demo/${NAME}`, flipped, {})
    const hiding = (_index: number, chunks: AsyncIterable<Uint8Array>) => each(chunks, () => {}).catch(() => {})

    await expect(blobs.read([WANT], hiding, {})).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  test('is handed out as a range', async () => {
    const { blobs, objects } = openBlobs()
    await objects.putIfAbsent(`p/demo/${NAME}`, flipped, {})

    expect(await readAll(blobs, [{ ...WANT, range: { from: 7, to: 8 } }])).toEqual([flipped.subarray(7, 8)])
  })

  test('that is too short for a range is CORRUPT', async () => {
    const { blobs, objects } = openBlobs()
    await objects.putIfAbsent(`p/demo/${NAME}`, CONTENT.subarray(0, 10), {})

    const reading = readAll(blobs, [{ ...WANT, range: { from: 5, to: 15 } }])

    await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', key: DIGEST })
  })

  test('of no bytes is verified', async () => {
    const { blobs, objects } = openBlobs()
    const lying = { digest: DIGEST, sizeBytes: 0 }
    await objects.putIfAbsent(`p/demo/${NAME}`, new Uint8Array(), {})

    await expect(readAll(blobs, [lying])).rejects.toMatchObject({ code: 'CORRUPT' })
  })
})

describe('a failing sink', () => {
  test('stops the reading with its own error, when those that were started are done', async () => {
    const { blobs } = openBlobs()
    const stored = await blobs.ingest(
      Array.from({ length: 100 }, (_, seed) => sourceOf(bytesOf(seed, 10))),
      OPTIONS,
    )
    const failure = new Error('disk full')
    const [started, settled] = [new Set<number>(), new Set<number>()]

    const reading = blobs.read(
      stored,
      async (index, chunks) => {
        started.add(index)
        if (index === 3) throw failure
        await each(chunks, () => {}).finally(() => settled.add(index))
      },
      {},
    )

    await expect(reading).rejects.toBe(failure)
    expect(started.size).toBeLessThan(100)
    expect(settled.size).toBe(started.size - 1)
  })

  test('that takes nothing, or stops early, lets the store close its streams', async () => {
    const streams = { opened: 0, closed: 0 }
    const { blobs } = openBlobs({ driver: (objects) => countingStreams(objects, streams) })
    const [stored] = await blobs.ingest([sourceOf(CONTENT)], OPTIONS)

    await blobs.read(
      [stored!, stored!, stored!],
      async (index, chunks) => {
        if (index === 0) return
        for await (const chunk of chunks) if (index === 1 && chunk.length > 0) return
      },
      {},
    )

    expect(streams).toEqual({ opened: 3, closed: 3 })
  })
})

describe('an abort', () => {
  test('stops the reading with ABORTED', async () => {
    const { blobs } = await openWithContent()
    const abort = new AbortController()

    const reading = blobs.read([WANT], (_index, chunks) => each(chunks, () => abort.abort()), { signal: abort.signal })

    await expect(reading).rejects.toMatchObject({ code: 'ABORTED', operation: 'read' })
  })

  test('before the call lets nothing begin', async () => {
    const { blobs, calls } = await openWithContent()
    calls.length = 0

    const reading = blobs.read([WANT], async () => {}, { signal: AbortSignal.abort() })

    await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
    expect(calls).toEqual([])
  })
})

async function openWithContent() {
  const opened = openBlobs()
  await opened.blobs.ingest([sourceOf(CONTENT)], OPTIONS)
  return opened
}

function keyOf({ digest }: BlobWant): string {
  return `p/demo/blobs/${digest.slice(0, 2)}/${digest}`
}

async function each(chunks: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => void): Promise<void> {
  for await (const chunk of chunks) take(chunk)
}

/** A driver that lists a key but can no longer read it. */
function withoutKey(objects: ObjectStore, missing: string): ObjectStore {
  return { ...objects, read: async (key, options) => (key === missing ? null : objects.read(key, options)) }
}

/** A driver whose streams hold something from the moment they are opened. */
function countingStreams(objects: ObjectStore, streams: { opened: number; closed: number }): ObjectStore {
  return {
    ...objects,
    async read(key, options) {
      const chunks = await objects.read(key, options)
      if (!chunks) return null
      streams.opened++
      return closing(chunks, () => streams.closed++)
    },
  }
}

async function* closing(chunks: AsyncIterable<Uint8Array>, close: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } finally {
    close()
  }
}
