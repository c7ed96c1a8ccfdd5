import { expect, test } from 'vitest'
import type { BlobWant, ProjectBlobs, WholeBlob } from '../../src/ports/blob-store.ts'
import { checkedBlobStore } from '../../src/ports/facade/blob-store.ts'
import type { BulkObjects, ObjectStore } from '../../src/ports/object-store.ts'
import { NOTHING_CONDEMNED, bytesOf, digestOf, openBlobs, sourceOf } from './blob-fixtures.ts'
import type { TestStore } from './blob-fixtures.ts'

const COUNT = 40
const CONTENTS = Array.from({ length: COUNT }, (_, seed) => bytesOf(seed, 100 + seed))
const WANTS: readonly BlobWant[] = CONTENTS.map((bytes) => ({ digest: digestOf(bytes), sizeBytes: bytes.length }))

/** A store in memory that reads in bulk what `answer` lets through. */
async function openFilled(answer: (bytes: Uint8Array, position: number) => Uint8Array | null): Promise<TestStore> {
  const driver = (objects: ObjectStore): ObjectStore => {
    const readAll: BulkObjects['readAll'] = (keys, options) =>
      Promise.all(
        keys.map(async (key, position) => {
          const found = await objects.get(key, options)
          return found && answer(found.bytes.slice(), position)
        }),
      )
    const capabilities = { ...objects.capabilities, bulk: true }
    return { ...objects, capabilities, bulk: { ...objects.bulk, readAll } }
  }
  const store = openBlobs({ driver })
  await store.blobs.ingest(
    CONTENTS.map((bytes) => sourceOf(bytes)),
    { collection: NOTHING_CONDEMNED },
  )
  store.calls.length = 0
  return store
}

/** What was handed over: together, and one by one. */
async function read(blobs: ProjectBlobs, wants: readonly BlobWant[]) {
  const [together, alone] = [new Map<number, Uint8Array>(), new Map<number, number>()]
  const bulk = async (batch: readonly WholeBlob[]): Promise<void> => {
    for (const { index, bytes } of batch) together.set(index, bytes)
  }
  const sink = async (index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) alone.set(index, (alone.get(index) ?? 0) + chunk.length)
  }
  await blobs.read(wants, sink, { bulk })
  return { together, alone }
}

test('small blobs are read together where somebody takes them so', async () => {
  const { blobs } = await openFilled((bytes) => bytes)

  const { together, alone } = await read(blobs, WANTS)

  expect(alone.size).toBe(0)
  expect(WANTS.map((_, index) => together.get(index))).toEqual(CONTENTS)
})

test('a few blobs, ranges and blobs of unknown size are read one by one', async () => {
  const { blobs } = await openFilled((bytes) => bytes)

  const few = await read(blobs, WANTS.slice(0, 15))
  const mixed = await read(blobs, [
    ...WANTS,
    { ...WANTS[0]!, range: { from: 0, to: 5 } },
    { ...WANTS[1]!, sizeBytes: null },
  ])

  expect([few.together.size, few.alone.size]).toEqual([0, 15])
  expect([...mixed.alone]).toEqual([
    [COUNT, 5],
    [COUNT + 1, 101],
  ])
})

test('what the store leaves out is read one by one', async () => {
  const { blobs } = await openFilled((bytes, position) => (position % 4 === 0 ? null : bytes))

  const { together, alone } = await read(blobs, WANTS)

  expect([together.size, alone.size]).toEqual([30, 10])
})

test.each([
  ['a flipped byte', (bytes: Uint8Array) => bytes.fill(1, 3, 4), 'expected SHA-256'],
  ['too few bytes', (bytes: Uint8Array) => bytes.subarray(1), 'expected 105 bytes, found 104'],
])('a blob with %s is CORRUPT, and nobody gets it', async (_, damage, detail) => {
  const { blobs } = await openFilled((bytes, position) => (position === 5 ? damage(bytes) : bytes))
  let taken = 0

  const reading = blobs.read(WANTS, async () => {}, { bulk: async (batch) => void (taken += batch.length) })

  await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', key: WANTS[5]!.digest, operation: 'read' })
  await expect(reading).rejects.toThrow(detail)
  expect(taken).toBe(0)
})

test('what the taker throws comes back as it is', async () => {
  const { blobs } = await openFilled((bytes) => bytes)
  const mine = new Error('no room')

  await expect(blobs.read(WANTS, async () => {}, { bulk: () => Promise.reject(mine) })).rejects.toBe(mine)
})

test('an adapter that hands over a range as a whole, or what nobody asked for, is UNAVAILABLE', async () => {
  const { store } = openBlobs()
  const range = { ...WANTS[0]!, range: { from: 0, to: 1 } }

  for (const index of [0, 7]) {
    const handing = (project: string): ProjectBlobs => ({
      ...store.in(project),
      read: async (_wants, _sink, { bulk }) => bulk!([{ index, bytes: CONTENTS[0]! }]),
    })
    const blobs = checkedBlobStore({ ...store, in: handing }).in('demo')

    const reading = blobs.read([range], async () => {}, { bulk: async () => {} })

    await expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  }
})

test('nothing is read after an abort', async () => {
  const { blobs, calls } = await openFilled((bytes) => bytes)

  const reading = blobs.read(WANTS, async () => {}, { bulk: async () => {}, signal: AbortSignal.abort() })

  await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
  expect(calls).toEqual([])
})
