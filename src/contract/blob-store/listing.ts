import { LOOSE, itemOf, listAll, listNames, nameOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase } from './context.ts'

const base = { category: 'listing and deleting', tier: 'quick', requires: [] } as const

/** What a collector does: it lists, and it deletes. */
export const listingCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.list.pages',
    obligation: 'Lists the names of all blobs and packs, one page at a time.',
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const all = Array.from({ length: 25 }, (_, index) => blob(`blob ${index}`, 1 + index))
      await blobs.write(
        all.map((one) => itemOf(one)),
        LOOSE,
      )
      const expected = all.map((one) => ({ name: nameOf(one), sizeBytes: one.bytes.length }))

      for (const limit of [1, 2, 7, 25, 1_000]) {
        const seen = [...(await listAll(blobs, { limit }))].sort(byName)
        check.equal(seen, [...expected].sort(byName), `pages of ${limit}`)
      }
    },
  },
  {
    ...base,
    id: 'blob.list.while-others-write',
    obligation: 'Lists the names of all blobs and packs, one page at a time.',
    async run({ openProject, blob, check }) {
      const [ann, ben] = [await openProject(), await openProject()]
      const staying = Array.from({ length: 12 }, (_, index) => blob(`staying ${index}`, 100))
      const going = Array.from({ length: 6 }, (_, index) => blob(`going ${index}`, 100))
      await ann.write(
        [...staying, ...going].map((one) => itemOf(one)),
        LOOSE,
      )

      const between = async (pages: number): Promise<void> => {
        const gone = going[pages - 1]
        if (gone) await ben.delete([nameOf(gone)], {})
        await ben.write([itemOf(blob(`coming ${pages}`, 100))], LOOSE)
        if (pages > 60) throw new Error('the listing follows the writer for ever')
      }
      // Names are scattered by their digests: some come before the page that is read next, some behind it.
      const seen = (await listAll(ann, { limit: 3, between })).map(({ name }) => name)

      check.equal(new Set(seen).size, seen.length, 'each name once')
      const missed = staying.filter((one) => !seen.includes(nameOf(one)))
      check.equal(missed.map(nameOf), [], 'what was there before and still is')
    },
  },
  {
    ...base,
    id: 'blob.delete.by-name',
    obligation: 'Deletes blobs and packs by name. Only a collector does this. Missing ones are fine.',
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const [a, b, absent] = [blob('a', 70_000), blob('b', 70_000), blob('absent', 70_000)]
      await blobs.write([itemOf(a), itemOf(b)], LOOSE)

      await blobs.delete([nameOf(absent), nameOf(a)], {})
      check.equal(await listNames(blobs), [nameOf(b)], 'beside one that is missing')
      await blobs.delete([nameOf(a)], {})

      const fresh = await openProject()
      check.equal(await listNames(fresh), [nameOf(b)])
      check.equal(await fresh.present([a.digest, b.digest], LOOSE), new Set([b.digest]))
      await check.rejects(readBlob(fresh, wantOf(a)), 'NOT_FOUND')

      await fresh.write([itemOf(a)], LOOSE)
      check.bytesEqual(await readBlob(blobs, wantOf(a)), a.bytes, 'written again')
    },
  },
  {
    ...base,
    id: 'blob.delete.many',
    obligation: 'Deletes blobs and packs by name. Only a collector does this. Missing ones are fine.',
    async run({ openProject, blob, check }) {
      // More than services take in one request: none may be left out, of what is asked nor of what is deleted.
      const blobs = await openProject()
      const all = Array.from({ length: 1_002 }, (_, index) => blob(`blob ${index}`, 10))
      const there = [all[0]!, all[999]!, all[1_000]!, all[1_001]!]
      const digests = all.map(({ digest }) => digest)
      await blobs.write(
        there.map((one) => itemOf(one)),
        LOOSE,
      )

      const present = await blobs.present(digests, LOOSE)
      await blobs.delete(all.map(nameOf), {})

      check.equal(present, new Set(there.map(({ digest }) => digest)), 'present before')
      check.equal(await listNames(await openProject()), [], 'left')
    },
  },
  {
    ...base,
    id: 'blob.delete.other-names',
    obligation: 'Deletes blobs and packs by name. Only a collector does this. Missing ones are fine.',
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const one = blob('a', 100)
      await blobs.write([itemOf(one)], LOOSE)

      const other = `blobs/zz/${one.digest}`
      for (const name of [
        '',
        'blobs',
        `../x/${nameOf(one)}`,
        one.digest,
        other,
        `${nameOf(one)}.0`,
        `/${nameOf(one)}`,
      ]) {
        await check.rejects(blobs.delete([nameOf(one), name], {}), 'INVALID', name)
      }

      check.equal(await listNames(blobs), [nameOf(one)], 'nothing was deleted')
    },
  },
]

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}
