import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBlobName } from '../../src/domain/blob-name.ts'
import type { Digest } from '../../src/domain/digest.ts'
import type { Location, ProjectBlobs, StoredBlob } from '../../src/ports/blob-store.ts'
import { bytesOf, digestOf, openBlobs, readAll, sourceOf } from './blob-fixtures.ts'

const CONTENTS_MAX = 200 * 1024

/** Blobs by seed, so that a batch has duplicates; which were there before; which of all names are condemned now. */
const scenario = fc.record({
  packBelowBytes: fc.constantFrom(0, 10_000, 300_000),
  staging: fc.boolean(),
  ingest: fc.boolean(),
  lengths: fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: CONTENTS_MAX })), { minLength: 1, maxLength: 8 }),
  before: fc.array(fc.nat({ max: 7 }), { maxLength: 8 }),
  batch: fc.array(fc.nat({ max: 7 }), { maxLength: 20 }),
  condemned: fc.array(fc.nat({ max: 12 }), { maxLength: 6 }),
  range: fc.record({ from: fc.nat({ max: CONTENTS_MAX }), length: fc.nat({ max: 70_000 }) }),
})

test('any batch reads back whole and in parts, and no condemned name is touched', async () => {
  await fc.assert(fc.asyncProperty(scenario, holdsFor), { numRuns: 60 })
}, 60_000)

async function holdsFor(given: typeof scenario extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  const contents = given.lengths.map((length, seed) => bytesOf(seed, length))
  const pick = (seeds: readonly number[]) => seeds.map((seed) => contents[seed % contents.length]!)
  const { blobs, calls, store } = openBlobs(given)
  const before = await ingest(blobs, pick(given.before), { epoch: 0, condemned: new Set(), known: new Map() })
  const known = new Map(before.map(({ digest, location }): [Digest, Location] => [digest, location]))
  const names = (await blobs.list({ limit: 1_000 })).blobs.map(({ name }) => name)
  const candidates = [...names, ...contents.map((bytes) => plainName(digestOf(bytes)))]
  const condemned = new Set(given.condemned.flatMap((index) => candidates.slice(index, index + 1)))
  calls.length = 0

  const batch = pick(given.batch)
  const options = { epoch: 2, condemned, known }
  const stored = given.ingest ? await ingest(blobs, batch, options) : await write(blobs, batch, options)

  const touched = calls
    .map((call) => (call.split(' ')[1] ?? '').replace('p/demo/', ''))
    .filter((name) => parseBlobName(name))
  expect(touched.filter((name) => condemned.has(name))).toEqual([])
  expect(new Set(touched).size).toBe(touched.length)
  expect(stored.map(({ digest }) => digest)).toEqual(batch.map(digestOf))
  expect(stored.filter(({ location }) => location && condemned.has(location.pack))).toEqual([])
  expect((await readAll(store.in('demo'), stored)).map(digestOf)).toEqual(batch.map(digestOf))

  // What was condemned is deleted in the end; nothing that was answered may lie there.
  await blobs.delete([...condemned], {})
  const range = { from: given.range.from, to: given.range.from + given.range.length }
  const parts = await readAll(
    blobs,
    stored.map((blob) => ({ ...blob, range })),
  )
  expect(parts.map(digestOf)).toEqual(batch.map((bytes) => digestOf(bytes.subarray(range.from, range.to))))
}

interface Under {
  readonly epoch: number
  readonly condemned: ReadonlySet<string>
  readonly known: ReadonlyMap<Digest, Location>
}

async function ingest(blobs: ProjectBlobs, batch: readonly Uint8Array[], under: Under): Promise<readonly StoredBlob[]> {
  const sources = batch.map((bytes) => sourceOf(bytes, { chunkBytes: 30_000 }))
  let taken = 0
  const stored = await blobs.ingest(sources, {
    collection: { epoch: under.epoch, state: 'condemned', condemned: under.condemned },
    known: under.known,
    onBytes: (count) => (taken += count),
  })
  expect(taken).toBe(batch.reduce((sum, { length }) => sum + length, 0))
  return stored
}

async function write(blobs: ProjectBlobs, batch: readonly Uint8Array[], under: Under): Promise<readonly StoredBlob[]> {
  const items = batch.map((bytes) => {
    return { digest: digestOf(bytes), sizeBytes: bytes.length, source: sourceOf(bytes, { chunkBytes: 30_000 }) }
  })
  const locations = await blobs.write(items, {
    collection: { epoch: under.epoch, state: 'condemned', condemned: under.condemned },
    known: under.known,
    pack: true,
  })
  expect(items.every(({ source }) => source.reads <= 1)).toBe(true)
  return items.map(({ digest, sizeBytes }, index) => ({ digest, sizeBytes, location: locations[index] ?? null }))
}

function plainName(digest: Digest): string {
  return `blobs/${digest.slice(0, 2)}/${digest}`
}
