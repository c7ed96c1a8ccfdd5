import { describe, expect, test } from 'vitest'
import { LadingError } from '../../src/domain/errors.ts'
import type { BulkReader } from '../../src/ports/bytes.ts'
import { MEMORY_READER } from '../support/bulk-memory.ts'
import { bytesOf, condemning, digestOf, keysOf, NOTHING_CONDEMNED, readAll, sourceOf } from './blob-fixtures.ts'
import { jointSources, openBulkBlobs } from './bulk-fixtures.ts'

const COUNT = 40
const CONTENTS = Array.from({ length: COUNT }, (_, seed) => bytesOf(seed, 100 + seed))
const STORED = CONTENTS.map((bytes) => ({ digest: digestOf(bytes), sizeBytes: bytes.length, location: null }))
const OPTIONS = { collection: NOTHING_CONDEMNED }

describe('sources that a store takes by itself', () => {
  test('are not read, are told that they were, and are durable by name', async () => {
    const { blobs, calls, ingested } = openBulkBlobs()
    const sources = jointSources(CONTENTS)
    let taken = 0

    const stored = await blobs.ingest(sources, { ...OPTIONS, onBytes: (count) => (taken += count) })

    expect(stored).toEqual(STORED)
    expect(sources.map(({ reads, told }) => [reads, told])).toEqual(sources.map(() => [0, 1]))
    expect(ingested).toEqual([COUNT])
    expect(calls).toEqual([`sync ${COUNT}`])
    expect(taken).toBe(CONTENTS.reduce((sum, { length }) => sum + length, 0))
    expect(await readAll(blobs, stored)).toEqual(CONTENTS)
  })

  test('are read where the store leaves them out, every third one, once', async () => {
    const { blobs, calls } = openBulkBlobs({ takes: (position) => position % 3 !== 0 })
    const sources = jointSources(CONTENTS)
    let taken = 0

    const stored = await blobs.ingest(sources, { ...OPTIONS, onBytes: (count) => (taken += count) })

    expect(stored).toEqual(STORED)
    expect(sources.map(({ reads, told }) => reads + told)).toEqual(sources.map(() => 1))
    expect(sources.map(({ reads }) => reads)).toEqual(sources.map((_, index) => Number(index % 3 === 0)))
    expect(calls.filter((call) => call.startsWith('publish'))).toHaveLength(Math.ceil(COUNT / 3))
    expect(taken).toBe(CONTENTS.reduce((sum, { length }) => sum + length, 0))
    expect(await readAll(blobs, stored)).toEqual(CONTENTS)
  })

  test('may have one content, and lie beside others that nobody takes', async () => {
    const { blobs, objects } = openBulkBlobs()
    const contents = CONTENTS.map((bytes, index) => (index % 2 === 0 ? CONTENTS[0]! : bytes))
    const joint = jointSources(contents)
    const sources = joint.map((source, index) => (index % 4 === 3 ? sourceOf(contents[index]!) : source))

    const stored = await blobs.ingest(sources, OPTIONS)

    expect(stored.map(({ digest }) => digest)).toEqual(contents.map(digestOf))
    expect(await keysOf(objects)).toHaveLength(COUNT / 2 + 1)
  })

  test('are few, of unknown size, or known by their digest: then they are read', async () => {
    const { blobs, ingested } = openBulkBlobs()
    const unsized = jointSources(CONTENTS).map((source) => Object.assign(source, { sizeBytes: null }))
    const items = jointSources(CONTENTS).map((source, index) => ({
      digest: STORED[index]!.digest,
      sizeBytes: CONTENTS[index]!.length,
      source,
    }))

    await blobs.ingest(jointSources(CONTENTS.slice(0, 15)), OPTIONS)
    await blobs.ingest(unsized, OPTIONS)
    await blobs.write(items, { ...OPTIONS, pack: false })

    expect(ingested).toEqual([])
  })

  test('are read where names are condemned', async () => {
    const { blobs, ingested, objects } = openBulkBlobs()
    const { digest } = STORED[3]!

    const stored = await blobs.ingest(jointSources(CONTENTS), {
      collection: condemning(`blobs/${digest.slice(0, 2)}/${digest}`),
    })

    expect(ingested).toEqual([])
    expect(stored.map((blob) => blob.digest)).toEqual(STORED.map((blob) => blob.digest))
    expect((await keysOf(objects)).filter((key) => key.endsWith(digest))).toEqual([])
  })

  test('are worth it alone where one is large, and then tell their progress', async () => {
    const large = new Uint8Array(32 * 1024 * 1024 + 1)
    const { blobs, ingested } = openBulkBlobs({
      change: (bulk) => ({
        ingestAll(sources, options) {
          for (const count of [1_000, 2_000]) options.onBytes?.(count)
          return bulk.ingestAll(sources, options)
        },
      }),
    })
    const told: number[] = []

    await blobs.ingest(jointSources([large]), { ...OPTIONS, onBytes: (count) => void told.push(count) })

    expect(ingested).toEqual([1])
    expect(told).toEqual([1_000, 1_000, large.length - 2_000])
  })

  test('are given in groups: not too many, not too much', async () => {
    const { blobs, ingested } = openBulkBlobs()
    const tiny = Array.from({ length: 600 }, (_, seed) => bytesOf(seed, 10))
    const small = Array.from({ length: 200 }, (_, seed) => bytesOf(1_000 + seed, 60_000))

    await blobs.ingest(jointSources([...tiny, ...small]), OPTIONS)

    expect(ingested.reduce((sum, count) => sum + count, 0)).toBe(800)
    expect(Math.max(...ingested)).toBeLessThan(600)
    expect(ingested.length).toBeGreaterThanOrEqual(5)
  })

  test('are offered to a store a few times only that knows nothing of their reader', async () => {
    const { blobs, ingested } = openBulkBlobs()
    const foreign: BulkReader = { readAll: async (handles) => handles.map(() => null) }
    const many = Array.from({ length: 3_000 }, (_, seed) => bytesOf(seed, 10))

    const stored = await blobs.ingest(jointSources(many, foreign), OPTIONS)

    expect(stored.map(({ digest }) => digest)).toEqual(many.map(digestOf))
    // As many as are under way at once.
    expect(ingested.length).toBeLessThanOrEqual(4)
  })

  test('are offered all of them to a store that takes some of each group', async () => {
    const { blobs, ingested } = openBulkBlobs({ takes: (position) => position % 3 !== 0 })
    const many = Array.from({ length: 1_800 }, (_, seed) => bytesOf(seed, 10))

    await blobs.ingest(jointSources(many), OPTIONS)

    expect(ingested.length).toBeGreaterThan(4)
    expect(ingested.reduce((sum, count) => sum + count, 0)).toBe(many.length)
  })

  test('are taken although others among them are of a reader that the store does not know', async () => {
    const { blobs } = openBulkBlobs()
    const foreign: BulkReader = { readAll: async (handles) => handles.map(() => null) }
    const known = jointSources(CONTENTS)
    const sources = jointSources(CONTENTS, foreign).flatMap((source, index) => [source, known[index]!])

    await blobs.ingest(sources, OPTIONS)

    expect(known.map(({ reads, told }) => [reads, told])).toEqual(known.map(() => [0, 1]))
  })

  test('fail with what the store rejects with', async () => {
    const lost = () => Promise.reject(new LadingError('UNKNOWN_OUTCOME', { detail: 'nobody knows' }))
    const { blobs } = openBulkBlobs({ change: () => ({ ingestAll: lost }) })

    const ingesting = blobs.ingest(jointSources(CONTENTS), OPTIONS)

    await expect(ingesting).rejects.toMatchObject({ code: 'UNKNOWN_OUTCOME', detail: 'nobody knows' })
  })

  test('are left when the signal fires', async () => {
    const controller = new AbortController()
    const { blobs, objects } = openBulkBlobs({
      change: (bulk) => ({
        ingestAll(sources, options) {
          controller.abort()
          return bulk.ingestAll(sources, options)
        },
      }),
    })

    const ingesting = blobs.ingest(jointSources(CONTENTS), { ...OPTIONS, signal: controller.signal })

    await expect(ingesting).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await keysOf(objects)).toEqual([])
  })
})

describe('sources that are packed', () => {
  const packing = { packBelowBytes: 1_000 }

  test('are read together where they have one reader', async () => {
    const { blobs, ingested } = openBulkBlobs(packing)
    const sources = jointSources(CONTENTS)
    let taken = 0

    const stored = await blobs.ingest(sources, { ...OPTIONS, onBytes: (count) => (taken += count) })

    expect(sources.map(({ reads, told }) => [reads, told])).toEqual(sources.map(() => [0, 1]))
    expect(new Set(stored.map(({ location }) => location?.pack)).size).toBe(1)
    expect(ingested).toEqual([])
    expect(taken).toBe(CONTENTS.reduce((sum, { length }) => sum + length, 0))
    expect(await readAll(blobs, stored)).toEqual(CONTENTS)
  })

  test.each([
    ['are not there, every third one', (bytes: Uint8Array, position: number) => (position % 3 === 0 ? null : bytes)],
    ['have another size', (bytes: Uint8Array, position: number) => (position % 3 === 0 ? bytes.subarray(1) : bytes)],
  ])('are read one by one where they %s', async (_, change) => {
    const { blobs } = openBulkBlobs(packing)
    const reader: BulkReader = {
      async readAll(handles, options) {
        const found = await MEMORY_READER.readAll(handles, options)
        return found.map((content, position) => {
          const bytes = content && change(content.bytes, position)
          return bytes && { digest: digestOf(bytes), bytes }
        })
      },
    }
    const sources = jointSources(CONTENTS, reader)

    const stored = await blobs.ingest(sources, OPTIONS)

    expect(sources.map(({ reads }) => reads)).toEqual(sources.map((_source, index) => Number(index % 3 === 0)))
    expect(sources.map(({ reads, told }) => reads + told)).toEqual(sources.map(() => 1))
    expect(await readAll(blobs, stored)).toEqual(CONTENTS)
  })

  test('are read one by one where they have several readers, or one has none', async () => {
    const other: BulkReader = { readAll: () => Promise.reject(new Error('not asked for')) }
    const mixes = [
      [...jointSources(CONTENTS.slice(0, 20)), ...jointSources(CONTENTS.slice(20), other)],
      [...jointSources(CONTENTS.slice(0, 20)), ...CONTENTS.slice(20).map((bytes) => sourceOf(bytes))],
    ]
    for (const sources of mixes) {
      const { blobs } = openBulkBlobs(packing)

      const stored = await blobs.ingest(sources, OPTIONS)

      expect(sources.map(({ reads }) => reads)).toEqual(sources.map(() => 1))
      expect(await readAll(blobs, stored)).toEqual(CONTENTS)
    }
  })

  test('are CORRUPT, and not packed, where they are not what their digests say', async () => {
    const { blobs, objects } = openBulkBlobs(packing)
    const items = jointSources(CONTENTS).map((source, index) => ({
      digest: STORED[(index + 1) % COUNT]!.digest,
      sizeBytes: CONTENTS[index]!.length,
      source,
    }))

    await expect(blobs.write(items, { ...OPTIONS, pack: true })).rejects.toMatchObject({ code: 'CORRUPT' })

    expect(await keysOf(objects)).toEqual([])
  })
})
