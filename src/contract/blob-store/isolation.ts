import { sourceOf } from '../data.ts'
import { LOOSE, blobCapabilityNames, itemOf, listNames, nameOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase } from './context.ts'

const base = { category: 'isolation', tier: 'quick', requires: [] } as const

/** What the harness can do, and not the store. */
const OF_HARNESS: ReadonlySet<string> = new Set(['corrupt', 'places'])

/** What every other case rests on; so these come first. */
export const isolationCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.isolation.starts-empty',
    obligation: 'Lists the names of all blobs and packs, one page at a time.',
    async run({ openProject, check }) {
      check.equal(await listNames(await openProject()), [])
    },
  },
  {
    ...base,
    id: 'blob.isolation.two-handles',
    obligation: 'Must be all or nothing, idempotent, and durable when it answers.',
    async run({ openProject, blob, check }) {
      const [ann, ben] = [await openProject(), await openProject()]
      const [written, ingested] = [blob('written', 70_000), blob('ingested', 70_000)]

      await ann.write([itemOf(written)], LOOSE)
      await ann.ingest([sourceOf(ingested.bytes)], LOOSE)

      check.bytesEqual(await readBlob(ben, wantOf(written)), written.bytes, 'read')
      check.equal(
        await ben.present([written.digest, ingested.digest], LOOSE),
        new Set([written.digest, ingested.digest]),
      )
      check.equal(await listNames(ben), [nameOf(written), nameOf(ingested)].sort(), 'list')
    },
  },
  {
    ...base,
    id: 'blob.isolation.nothing-is-stale',
    obligation: 'Which of these blobs are objects of their own, present and not condemned.',
    async run({ openProject, blob, check }) {
      // Ben asks each time: what he was answered before must not be answered again.
      const [ann, ben] = [await openProject(), await openProject()]
      const one = blob('a', 70_000)
      const expect = async (isThere: boolean, when: string): Promise<void> => {
        check.equal(await ben.present([one.digest], LOOSE), new Set(isThere ? [one.digest] : []), `present, ${when}`)
        check.equal(await listNames(ben), isThere ? [nameOf(one)] : [], `list, ${when}`)
        if (isThere) check.bytesEqual(await readBlob(ben, wantOf(one)), one.bytes, `read, ${when}`)
        else await check.rejects(readBlob(ben, wantOf(one)), 'NOT_FOUND', `read, ${when}`)
      }

      for (const round of [1, 2]) {
        await expect(false, `before it was written ${round}`)
        await ann.write([itemOf(one)], LOOSE)
        await expect(true, `written ${round}`)
        await ann.delete([nameOf(one)], {})
      }
      await expect(false, 'deleted')
    },
  },
  {
    ...base,
    id: 'blob.isolation.projects',
    obligation: 'No blob is visible to another project.',
    async run({ open, project, blob, check }) {
      const store = await open()
      const [one, small] = [blob('a', 70_000), blob('b', 10)]
      const [mine, neighbours] = [store.in(project), [`${project}-2`, `${project}.a`, project.slice(0, -1)]]
      const [, location] = await mine.write([itemOf(one), itemOf(small)], { ...LOOSE, pack: true })

      for (const name of neighbours) {
        const theirs = (await open()).in(name)
        check.equal(await theirs.present([one.digest, small.digest], LOOSE), new Set(), `present in ${name}`)
        await check.rejects(readBlob(theirs, wantOf(one)), 'NOT_FOUND', `read in ${name}`)
        await check.rejects(readBlob(theirs, wantOf(small, location)), 'NOT_FOUND', `packed, read in ${name}`)
        check.equal(await listNames(theirs), [], `list in ${name}`)

        await theirs.write([itemOf(one)], LOOSE)
        await theirs.delete([nameOf(one)], {})
        check.equal(await listNames(theirs), [], `deleted in ${name}`)
      }

      check.bytesEqual(await readBlob((await open()).in(project), wantOf(one)), one.bytes, 'it is still there')
    },
  },
  {
    ...base,
    id: 'blob.isolation.odd-projects',
    obligation: 'The blobs of one project. Does no I/O; costs nothing.',
    async run({ open, project, blob, check }) {
      const store = await open()
      const names = ['constructor', '__proto__', 'latest', '-', '...', 'x'.repeat(128), 'lading.json', 'blobs']
      // A store that is shared with others may hold projects of these names: their blobs must not be touched.
      const own = names.map((name) => `${project}${name}`.slice(-128))

      for (const [index, name] of own.entries()) {
        const one = blob(`blob ${index}`, 100)
        await store.in(name).write([itemOf(one)], LOOSE)
        check.equal(await listNames((await open()).in(name)), [nameOf(one)], name)
        await store.in(name).delete([nameOf(one)], {})
      }
      for (const name of ['', '.', '..', 'a/b', '../a', 'a b', 'ä', 'x'.repeat(129), `x-${'0'.repeat(32)}`]) {
        const call = async (): Promise<unknown> => store.in(name).list({ limit: 1 })
        await check.rejects(call(), 'INVALID', `a project of ${JSON.stringify(name)}`)
      }
    },
  },
  {
    ...base,
    id: 'blob.capabilities.frozen',
    obligation: 'The largest blob, in bytes.',
    async run({ open, capabilities, check }) {
      const known = (await open()).capabilities

      check.equal(Object.isFrozen(known), true, 'frozen')
      check.equal(
        blobCapabilityNames(known),
        [...capabilities].filter((name) => !OF_HARNESS.has(name)),
        'as declared',
      )
      check.equal(known.packBelowBytes >= 0 && known.blobBytesMax > 0, true, 'limits')
    },
  },
]
