import { formatBlobName, parseBlobName } from '../../domain/blob-name.ts'
import { sourceOf } from '../data.ts'
import { LOOSE, condemning, itemOf, listNames, nameOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase, TestBlob } from './context.ts'

const base = { category: 'collection', tier: 'quick', requires: [] } as const

const OBLIGATION =
  'Must never write or rely on a name that `collection` condemns: then `<digest>.<epoch>` is written instead.'

/** A collector may delete condemned names at any time; nothing that is wanted may lie under one. */
export const collectionCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.collection.condemned-and-there',
    obligation: OBLIGATION,
    async run({ openProject, blob, check }) {
      const all = [blob('written', 70_000), blob('ingested', 80_000)]
      const blobs = await openProject()
      await blobs.write(
        all.map((one) => itemOf(one)),
        LOOSE,
      )
      const collection = condemning(7, ...all.map(nameOf))

      check.equal(
        await blobs.present(
          all.map(({ digest }) => digest),
          { collection },
        ),
        new Set(),
        'not relied on',
      )
      await blobs.write([itemOf(all[0]!)], { collection, pack: false })
      await blobs.ingest([sourceOf(all[1]!.bytes)], { collection })
      await blobs.delete(all.map(nameOf), {})

      check.equal(await listNames(blobs), all.map((one) => renewed(one, 7)).sort(), 'the names after the sweep')
      const fresh = await openProject()
      for (const one of all) check.bytesEqual(await readBlob(fresh, wantOf(one)), one.bytes, 'after the sweep')
      const present = await fresh.present(
        all.map(({ digest }) => digest),
        { collection },
      )
      check.equal(present, new Set(all.map(({ digest }) => digest)), 'present under its new name')
    },
  },
  {
    ...base,
    id: 'blob.collection.condemned-and-absent',
    obligation: OBLIGATION,
    async run({ openProject, blob, check }) {
      const one = blob('a', 70_000)
      const blobs = await openProject()

      await blobs.write([itemOf(one), itemOf(one)], { collection: condemning(2, nameOf(one)), pack: false })

      check.equal(await listNames(blobs), [renewed(one, 2)])
      check.bytesEqual(await readBlob(await openProject(), wantOf(one)), one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.collection.known-is-not-trusted',
    obligation: OBLIGATION,
    async run({ openProject, blob, check }) {
      const [kept, condemned] = [blob('kept', 70_000), blob('condemned', 70_000)]
      const blobs = await openProject()
      await blobs.write([itemOf(kept), itemOf(condemned)], LOOSE)
      const known = new Map([kept, condemned].map(({ digest }) => [digest, null]))
      let reads = 0
      const source = sourceOf(kept.bytes, { before: () => void reads++ })

      const options = { collection: condemning(4, nameOf(condemned)), known, pack: false }
      await blobs.write([{ ...itemOf(kept), source }, itemOf(condemned)], options)
      await blobs.delete([nameOf(condemned)], {})

      check.equal(reads, 0, 'readings of the source of a blob that is known')
      check.equal(await listNames(blobs), [nameOf(kept), renewed(condemned, 4)].sort())
      check.bytesEqual(await readBlob(await openProject(), wantOf(condemned)), condemned.bytes, 'after the sweep')
    },
  },
  {
    ...base,
    id: 'blob.collection.condemned-twice',
    obligation: OBLIGATION,
    async run({ openProject, blob, check }) {
      const one = blob('a', 70_000)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], { collection: condemning(1, nameOf(one)), pack: false })

      const both = [nameOf(one), renewed(one, 1)]
      await blobs.write([itemOf(one)], { collection: condemning(2, ...both), pack: false })
      await blobs.delete(both, {})

      check.equal(await listNames(blobs), [renewed(one, 2)])
      check.bytesEqual(await readBlob(await openProject(), wantOf(one)), one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.collection.condemned-packs',
    obligation: OBLIGATION,
    async run({ openProject, blob, check }) {
      const all = Array.from({ length: 5 }, (_, index) => blob(`blob ${index}`, 100 + index))
      const items = () => all.map((one) => itemOf(one))
      const blobs = await openProject()
      const before = await blobs.write(items(), { ...LOOSE, pack: true })
      const names = await listNames(blobs)
      const known = new Map(all.map(({ digest }, index) => [digest, before[index] ?? null]))

      const after = await blobs.write(items(), { collection: condemning(9, ...names), known, pack: true })
      await blobs.delete(names, {})

      const left = await listNames(blobs)
      check.equal(
        left.filter((name) => names.includes(name)),
        [],
        'condemned names that were written',
      )
      check.equal(
        left.every((name) => parseBlobName(name) !== null),
        true,
        'names of the format',
      )
      const fresh = await openProject()
      for (const [index, one] of all.entries()) {
        check.bytesEqual(await readBlob(fresh, wantOf(one, after[index])), one.bytes, `blob ${index} after the sweep`)
      }
    },
  },
]

function renewed({ digest }: TestBlob, epoch: number): string {
  return formatBlobName({ kind: 'blob', digest, epoch })
}
