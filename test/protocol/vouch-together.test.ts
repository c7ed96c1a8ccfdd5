import { expect, test } from 'vitest'
import type { Digest } from '../../src/domain/digest.ts'
import { BULK_COUNT_MAX } from '../../src/ports/bulk-objects.ts'
import { bytesOf, condemning, digestOf, NOTHING_CONDEMNED, sourceOf } from './blob-fixtures.ts'
import { openBulkBlobs } from './bulk-fixtures.ts'
import type { BulkOptions, BulkStore } from './bulk-fixtures.ts'

const COUNT = 40
const CONTENTS = Array.from({ length: COUNT }, (_, seed) => bytesOf(seed, 100 + seed))
const DIGESTS = CONTENTS.map(digestOf)
const MISSING = Array.from({ length: 5 }, (_, seed) => digestOf(bytesOf(1_000 + seed, 10)))
const SIZES: ReadonlyMap<Digest, number> = new Map([
  ...DIGESTS.map((digest, index) => [digest, 100 + index] as const),
  ...MISSING.map((digest) => [digest, 10] as const),
])
const OPTIONS = { collection: NOTHING_CONDEMNED, sizes: SIZES }

async function openFilled(options: BulkOptions = {}): Promise<BulkStore> {
  const store = openBulkBlobs(options)
  await store.blobs.ingest(
    CONTENTS.map((bytes) => sourceOf(bytes)),
    { collection: NOTHING_CONDEMNED },
  )
  store.calls.length = 0
  return store
}

test('blobs of known sizes are looked for in one call: those that are there are found, and no others', async () => {
  const { blobs, calls, vouched } = await openFilled()

  const present = await blobs.present([...DIGESTS, ...MISSING], OPTIONS)

  expect([...present].toSorted()).toEqual(DIGESTS.toSorted())
  expect([calls, vouched]).toEqual([[], [COUNT + MISSING.length]])
})

test('what the store did not look at, every third one, is looked for by itself', async () => {
  const { blobs, calls } = await openFilled({ takes: (position) => position % 3 !== 0 })

  const present = await blobs.present([...DIGESTS, ...MISSING], OPTIONS)

  expect([...present].toSorted()).toEqual(DIGESTS.toSorted())
  expect(calls).toHaveLength((COUNT + MISSING.length) / 3)
})

test('a blob of another size is not there, and one of unknown size is looked for by itself', async () => {
  const { blobs, calls } = await openFilled()
  const sizes = new Map(SIZES).set(DIGESTS[3]!, 1)
  sizes.delete(DIGESTS[4]!)

  const present = await blobs.present(DIGESTS, { ...OPTIONS, sizes })

  expect(DIGESTS.filter((digest) => !present.has(digest))).toEqual([DIGESTS[3]])
  expect(calls).toEqual([expect.stringContaining(DIGESTS[4]!)])
})

test('a few blobs, blobs without sizes, and blobs among condemned names are looked for one by one', async () => {
  const { blobs, vouched } = await openFilled()
  const name = `blobs/${DIGESTS[0]!.slice(0, 2)}/${DIGESTS[0]}`

  const few = await blobs.present(DIGESTS.slice(0, 15), OPTIONS)
  const unsized = await blobs.present(DIGESTS, { collection: NOTHING_CONDEMNED })
  const condemned = await blobs.present(DIGESTS, { ...OPTIONS, collection: condemning(name) })

  expect([few.size, unsized.size, condemned.size]).toEqual([15, COUNT, COUNT - 1])
  expect(vouched).toEqual([])
})

test('more blobs than one call may name are looked for in several', async () => {
  const { blobs, vouched } = await openFilled()
  const many = Array.from({ length: BULK_COUNT_MAX }, (_, seed) => seed.toString(16).padStart(64, '0') as Digest)
  const sizes = new Map([...SIZES, ...many.map((digest) => [digest, 1] as const)])

  const present = await blobs.present([...DIGESTS, ...many], { ...OPTIONS, sizes })

  expect(present.size).toBe(COUNT)
  expect(vouched.reduce((sum, count) => sum + count, 0)).toBe(COUNT + many.length)
  expect(Math.max(...vouched)).toBeLessThanOrEqual(BULK_COUNT_MAX)
})

test('nothing is looked for after an abort', async () => {
  const { blobs, calls, vouched } = await openFilled()

  const looking = blobs.present(DIGESTS, { ...OPTIONS, signal: AbortSignal.abort() })

  await expect(looking).rejects.toMatchObject({ code: 'ABORTED' })
  expect([calls, vouched]).toEqual([[], []])
})
