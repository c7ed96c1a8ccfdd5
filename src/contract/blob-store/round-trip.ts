import { sourceOf } from '../data.ts'
import {
  LOOSE,
  NOTHING_CONDEMNED,
  blobOf,
  itemOf,
  listAll,
  listNames,
  nameOf,
  readBlob,
  readWants,
  wantOf,
} from './context.ts'
import type { BlobStoreCase } from './context.ts'

const base = { category: 'round trip', tier: 'quick', requires: [] } as const

/** Sizes around the sizes of chunks and of what travels in packs. */
const SIZES = [0, 1, 2, 4_095, 65_535, 65_536, 65_537, 300_000]

/** What goes in comes out. */
export const roundTripCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.write.sizes',
    obligation: 'Stores blobs whose digests are known; answers where each one lies, in the order of `items`.',
    async run({ openProject, blob, check }) {
      const all = SIZES.map((size) => blob(`size ${size}`, size))

      const locations = await (
        await openProject()
      ).write(
        all.map((one) => itemOf(one)),
        LOOSE,
      )

      check.equal(
        locations,
        all.map(() => null),
        'each an object of its own',
      )
      const fresh = await openProject()
      for (const one of all)
        check.bytesEqual(await readBlob(fresh, wantOf(one)), one.bytes, `${one.bytes.length} bytes`)
    },
  },
  {
    ...base,
    id: 'blob.write.packed-or-not',
    obligation: 'Stores blobs whose digests are known; answers where each one lies, in the order of `items`.',
    async run({ openProject, blob, check }) {
      const all = [...SIZES, 10, 20, 30].map((size, index) => blob(`blob ${index}`, size))

      const locations = await (
        await openProject()
      ).write(
        all.map((one) => itemOf(one)),
        { ...LOOSE, pack: true },
      )

      const wants = all.map((one, index) => wantOf(one, locations[index]))
      check.equal(locations.length, all.length, 'locations')
      const found = await readWants(await openProject(), [...wants].reverse())
      for (const [index, one] of [...all].reverse().entries()) check.bytesEqual(found[index], one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.write.with-duplicates',
    obligation: 'Stores blobs whose digests are known; answers where each one lies, in the order of `items`.',
    async run({ openProject, blob, check }) {
      const [a, b] = [blob('a', 70_000), blob('b', 80_000)]
      const batch = [a, b, a, a, b]

      const locations = await (
        await openProject()
      ).write(
        batch.map((one) => itemOf(one)),
        LOOSE,
      )

      const fresh = await openProject()
      check.equal(
        locations,
        batch.map(() => null),
        'locations',
      )
      check.equal(await listNames(fresh), [nameOf(a), nameOf(b)].sort(), 'each is stored once')
      const found = await readWants(
        fresh,
        batch.map((one) => wantOf(one)),
      )
      for (const [index, one] of batch.entries()) check.bytesEqual(found[index], one.bytes, `want ${index}`)
    },
  },
  {
    ...base,
    id: 'blob.write.empty-batch',
    obligation: 'Stores blobs whose digests are known; answers where each one lies, in the order of `items`.',
    async run({ openProject, check }) {
      const blobs = await openProject()

      check.equal(await blobs.write([], LOOSE), [], 'write')
      check.equal(await blobs.ingest([], LOOSE), [], 'ingest')
      check.equal(await blobs.present([], LOOSE), new Set(), 'present')
      await blobs.read([], async () => {}, {})
      await blobs.delete([], {})
      check.equal(await listNames(blobs), [], 'list')
    },
  },
  {
    ...base,
    id: 'blob.ingest.sizes-and-duplicates',
    obligation: 'Hashes and stores sources whose digests are not known; answers in their order.',
    async run({ openProject, blob, check }) {
      const distinct = SIZES.map((size) => blob(`size ${size}`, size))
      const batch = [...distinct, ...distinct.slice(2, 5), distinct.at(-1)!]
      const sources = batch.map(({ bytes }, index) => sourceOf(bytes, { sized: index % 2 === 0 }))

      const stored = await (await openProject()).ingest(sources, LOOSE)

      const told = stored.map(({ digest, sizeBytes }) => ({ digest, sizeBytes }))
      check.equal(
        told,
        batch.map(({ digest, bytes }) => ({ digest, sizeBytes: bytes.length })),
        'what was stored',
      )
      const wants = batch.map((one, index) => wantOf(one, stored[index]!.location))
      const found = await readWants(await openProject(), wants)
      for (const [index, one] of batch.entries()) check.bytesEqual(found[index], one.bytes, `want ${index}`)
    },
  },
  {
    ...base,
    id: 'blob.ingest.one-pass',
    obligation: 'Must read each source once where `onePass` says so.',
    async run({ open, project, blob, capabilities, check }) {
      const blobs = (await open()).in(project)
      const reads = [0, 0, 0]
      const sources = [70_000, 200, 500_000].map((size, index) => {
        const source = sourceOf(blob(`blob ${index}`, size).bytes, { sized: index !== 1 })
        return {
          ...source,
          read: (options: object) => {
            reads[index]!++
            return source.read(options)
          },
        }
      })

      await blobs.ingest(sources, LOOSE)

      const most = capabilities.has('onePass') ? 1 : 2
      check.equal(
        reads.every((count) => count >= 1 && count <= most),
        true,
        `readings: ${reads.join(', ')}`,
      )
    },
  },
  {
    ...base,
    id: 'blob.write.again',
    obligation: 'Must be idempotent: writing a digest that is there succeeds and changes nothing.',
    async run({ openProject, blob, check }) {
      const all = [blob('a', 70_000), blob('b', 0), blob('c', 100_000)]
      const [ann, ben] = [await openProject(), await openProject()]
      await ann.write(
        all.map((one) => itemOf(one)),
        LOOSE,
      )
      const before = await listAll(ann)

      for (const blobs of [ann, ben]) {
        check.equal(
          await blobs.write(
            all.map((one) => itemOf(one)),
            LOOSE,
          ),
          [null, null, null],
          'written again',
        )
        await blobs.ingest([sourceOf(all[0]!.bytes), sourceOf(all[2]!.bytes)], LOOSE)
      }

      const packs = (await listAll(ben)).filter(({ name }) => !name.startsWith('packs/'))
      check.equal(packs, before, 'the listing')
      for (const one of all) check.bytesEqual(await readBlob(await openProject(), wantOf(one)), one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.present.tells',
    obligation: 'Which of these blobs are objects of their own, present and not condemned.',
    async run({ openProject, blob, check }) {
      const [there, empty, absent] = [blob('there', 1_000), blobOf(new Uint8Array()), blob('absent', 1_000)]
      await (await openProject()).write([itemOf(there), itemOf(empty)], LOOSE)

      const digests = [absent.digest, there.digest, there.digest, empty.digest]
      const present = await (await openProject()).present(digests, { collection: NOTHING_CONDEMNED })

      check.equal(present, new Set([there.digest, empty.digest]))
    },
  },
  {
    ...base,
    id: 'blob.read.absent',
    obligation: 'Must reject `NOT_FOUND` for a blob that is not there.',
    async run({ openProject, blob, check }) {
      const [there, absent] = [blob('there', 1_000), blob('absent', 1_000)]
      const blobs = await openProject()
      await blobs.write([itemOf(there)], LOOSE)

      await check.rejects(readBlob(blobs, wantOf(absent)), 'NOT_FOUND', 'whole')
      await check.rejects(readBlob(blobs, { digest: absent.digest, sizeBytes: null }), 'NOT_FOUND', 'of unknown size')
      await check.rejects(readBlob(blobs, wantOf(absent, null, { from: 1, to: 9 })), 'NOT_FOUND', 'a range')
      await check.rejects(readWants(blobs, [wantOf(there), wantOf(absent)]), 'NOT_FOUND', 'beside one that is there')
      const pack = { pack: `packs/${absent.digest}`, offset: 0, sizeBytes: 1_000 }
      await check.rejects(readBlob(blobs, wantOf(absent, pack)), 'NOT_FOUND', 'in a pack that is not there')
    },
  },
  {
    ...base,
    id: 'blob.read.of-unknown-size',
    obligation: 'Exact size of the blob in bytes; null where it is not known, as of a manifest.',
    async run({ openProject, blob, check }) {
      const all = [blob('a', 0), blob('b', 5), blob('c', 300_000)]
      const blobs = await openProject()
      await blobs.write(
        all.map((one) => itemOf(one)),
        LOOSE,
      )

      const found = await readWants(
        blobs,
        all.map(({ digest }) => ({ digest, sizeBytes: null })),
      )

      for (const [index, one] of all.entries()) check.bytesEqual(found[index], one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.write.progress',
    obligation: 'Called with the number of bytes that were taken since the last call.',
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const all = [0, 3, 5_000, 70_000, 1_000_000].map((size) => blob(`size ${size}`, size))
      const total = all.reduce((sum, { bytes }) => sum + bytes.length, 0)
      const counts: number[] = []
      const onBytes = (count: number) => void counts.push(count)
      const calls: Record<string, () => Promise<unknown>> = {
        ingest: () =>
          blobs.ingest(
            all.map(({ bytes }) => sourceOf(bytes)),
            { ...LOOSE, onBytes },
          ),
        write: () =>
          blobs.write(
            all.map((one) => itemOf(one)),
            { ...LOOSE, onBytes },
          ),
        'write, known blobs': () => {
          const known = new Map(all.map(({ digest }) => [digest, null]))
          return blobs.write(
            all.map((one) => itemOf(one)),
            { ...LOOSE, known, onBytes },
          )
        },
      }

      for (const [name, call] of Object.entries(calls)) {
        counts.length = 0
        await call()
        check.equal(
          counts.every((count) => count >= 0),
          true,
          `${name}: no count is negative`,
        )
        check.equal(
          counts.reduce((sum, count) => sum + count, 0),
          total,
          `${name}: the sum of all counts`,
        )
      }
    },
  },
]
