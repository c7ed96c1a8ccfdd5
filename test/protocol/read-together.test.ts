import { expect, test } from 'vitest'
import { LadingError } from '../../src/domain/errors.ts'
import type { BlobWant } from '../../src/ports/blob-store.ts'
import { bytesOf, digestOf, NOTHING_CONDEMNED, openBlobs, sourceOf } from './blob-fixtures.ts'
import { openBulkBlobs, readInto } from './bulk-fixtures.ts'
import type { BulkOptions, BulkStore } from './bulk-fixtures.ts'

const COUNT = 40
const CONTENTS = Array.from({ length: COUNT }, (_, seed) => bytesOf(seed, 100 + seed))
const WANTS = wantsOf(CONTENTS)

function wantsOf(contents: readonly Uint8Array[]): readonly BlobWant[] {
  return contents.map((bytes) => ({ digest: digestOf(bytes), sizeBytes: bytes.length }))
}

/** A store in memory that fills places, with these blobs in it. */
async function openFilled(options: BulkOptions = {}, contents = CONTENTS): Promise<BulkStore> {
  const store = openBulkBlobs(options)
  await store.blobs.ingest(
    contents.map((bytes) => sourceOf(bytes)),
    { collection: NOTHING_CONDEMNED },
  )
  store.calls.length = 0
  return store
}

test('blobs are put in their places by a store that knows who made them', async () => {
  const { blobs, delivered } = await openFilled()

  const { put, sunk } = await readInto(blobs, WANTS)

  expect(sunk.size).toBe(0)
  expect(WANTS.map((_, index) => put.get(index))).toEqual(CONTENTS)
  expect(delivered).toEqual([COUNT])
})

test('of places that somebody else made none is filled', async () => {
  const { blobs } = await openFilled()

  const { put, sunk } = await readInto(blobs, WANTS, { maker: {} })

  expect([put.size, sunk.size]).toEqual([0, COUNT])
})

test('a store that cannot work in bulk reads all of them', async () => {
  const { blobs } = openBlobs()
  await blobs.ingest(
    CONTENTS.map((bytes) => sourceOf(bytes)),
    { collection: NOTHING_CONDEMNED },
  )

  const { put, sunk } = await readInto(blobs, WANTS)

  expect([put.size, sunk.size]).toEqual([0, COUNT])
})

test('a few blobs, ranges, blobs of unknown size, and wants without a place go to the sink', async () => {
  const { blobs, delivered } = await openFilled()

  const few = await readInto(blobs, WANTS.slice(0, 15))
  const asked = [...WANTS, { ...WANTS[0]!, range: { from: 0, to: 5 } }, { ...WANTS[1]!, sizeBytes: null }]
  const mixed = await readInto(blobs, asked, { without: [7] })

  expect([few.put.size, few.sunk.size]).toEqual([0, 15])
  expect([...mixed.sunk].toSorted(([a], [b]) => a - b)).toEqual([
    [7, 107],
    [COUNT, 5],
    [COUNT + 1, 101],
  ])
  expect(delivered).toEqual([COUNT - 1])
})

test('what the store leaves out, every third one, goes to the sink, once', async () => {
  const { blobs } = await openFilled({ takes: (position) => position % 3 !== 0 })

  const { put, sunk } = await readInto(blobs, WANTS)

  expect([...put.keys()].filter((index) => index % 3 === 0)).toEqual([])
  expect([...sunk].toSorted(([a], [b]) => a - b)).toEqual(
    CONTENTS.flatMap((bytes, index) => (index % 3 === 0 ? [[index, bytes.length]] : [])),
  )
  expect(put.size + sunk.size).toBe(COUNT)
})

test('a single large blob is worth it, and its progress is told; that of many is not', async () => {
  const large = new Uint8Array(32 * 1024 * 1024)
  const { blobs } = await openFilled({}, [large, ...CONTENTS])

  const alone = await readInto(blobs, wantsOf([large]))
  const together = await readInto(blobs, WANTS)

  expect(alone.put.get(0)?.length).toBe(large.length)
  expect(alone.told).toEqual([[0, large.length]])
  expect(together.told).toEqual([])
})

test('what a store tells of several blobs is not taken for the progress of one', async () => {
  const { blobs } = await openFilled({
    change: (bulk) => ({
      deliverAll(objects, options) {
        options.onBytes?.(99)
        return bulk.deliverAll(objects, options)
      },
    }),
  })

  expect((await readInto(blobs, WANTS)).told).toEqual([])
})

test('blobs are asked for in groups: not too many, not too much', async () => {
  const many = Array.from({ length: 600 }, (_, seed) => bytesOf(seed, 10))
  const large = Array.from({ length: 5 }, (_, seed) => bytesOf(1_000 + seed, 3 * 1024 * 1024))
  const { blobs, delivered } = await openFilled({}, [...many, ...large])

  const { put } = await readInto(blobs, wantsOf([...many, ...large]))

  expect(put.size).toBe(605)
  expect(Math.max(...delivered)).toBeLessThan(600)
  expect(delivered.filter((count) => count === 1).length).toBeGreaterThanOrEqual(4)
})

test.each([
  ['a flipped byte', (bytes: Uint8Array) => bytes.fill(bytes[3]! ^ 1, 3, 4), 'expected SHA-256'],
  ['too few bytes', (bytes: Uint8Array) => bytes.subarray(1), 'expected 105 bytes, found 104'],
])('a blob with %s is CORRUPT, and nobody gets it', async (_, damage, detail) => {
  const { blobs, objects } = await openFilled()
  const { digest } = WANTS[5]!
  await objects.put(`p/demo/blobs/${digest.slice(0, 2)}/${digest}`, damage(CONTENTS[5]!.slice()), {})

  const reading = readInto(blobs, WANTS)

  await expect(reading).rejects.toMatchObject({ code: 'CORRUPT', key: digest, operation: 'read' })
  await expect(reading).rejects.toThrow(detail)
})

test('what the store rejects with is told as it is', async () => {
  const refuse = () => Promise.reject(new LadingError('UNAVAILABLE', { detail: 'a thread ended' }))
  const { blobs } = await openFilled({ change: () => ({ deliverAll: refuse }) })

  await expect(readInto(blobs, WANTS)).rejects.toMatchObject({ code: 'UNAVAILABLE', detail: 'a thread ended' })
})

test('nothing is read after an abort, and nothing more after one in between', async () => {
  const { blobs, calls, delivered } = await openFilled()

  const reading = readInto(blobs, WANTS, { signal: AbortSignal.abort() })

  await expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
  expect([calls, delivered]).toEqual([[], []])

  const controller = new AbortController()
  const stopped = openFilled({
    change: (bulk) => ({
      deliverAll(objects, options) {
        controller.abort()
        return bulk.deliverAll(objects, options)
      },
    }),
  })

  const stopping = readInto((await stopped).blobs, WANTS, { signal: controller.signal })

  await expect(stopping).rejects.toMatchObject({ code: 'ABORTED' })
})
