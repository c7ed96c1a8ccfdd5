import { sourceOf } from '../data.ts'
import { LOOSE, itemOf, listNames, nameOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase } from './context.ts'

const base = { category: 'lifetime and arguments', tier: 'quick', requires: [] } as const

/** Calls that a store must refuse. */
export const lifetimeCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.closed.refuses',
    obligation: 'Releases what the store holds. Idempotent.',
    async run({ open, project, blob, check }) {
      const [one, other] = [blob('a', 100), blob('b', 100)]
      const [ann, ben] = [await open(), await open()]
      const blobs = ann.in(project)
      await blobs.write([itemOf(one)], LOOSE)

      await Promise.all([ann.close(), ann.close()])
      await ann.close()

      await check.rejects(blobs.ingest([sourceOf(other.bytes)], LOOSE), 'CLOSED', 'ingest')
      await check.rejects(blobs.write([itemOf(other)], LOOSE), 'CLOSED', 'write')
      await check.rejects(blobs.present([one.digest], LOOSE), 'CLOSED', 'present')
      await check.rejects(
        blobs.read([wantOf(one)], async () => {}, {}),
        'CLOSED',
        'read',
      )
      await check.rejects(blobs.delete([nameOf(one)], {}), 'CLOSED', 'delete')
      await check.rejects(blobs.list({ limit: 1 }), 'CLOSED', 'list')
      check.equal(await listNames(ben.in(project)), [nameOf(one)], 'another handle goes on')
    },
  },
  {
    ...base,
    id: 'blob.closed.calls-under-way-settle',
    obligation: 'Releases what the store holds. Idempotent.',
    async run({ open, openProject, project, blob, check }) {
      const store = await open()
      const one = blob('a', 300_000)
      const closing: Promise<void>[] = []
      const before = (taken: number): void => {
        if (taken === 1) closing.push(store.close())
      }

      await store.in(project).write([itemOf(one, { before })], LOOSE)
      await Promise.all(closing)

      check.bytesEqual(await readBlob(await openProject(), wantOf(one)), one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.arguments.refused',
    obligation: 'The facade has checked every argument before an adapter sees it.',
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const one = blob('a', 100)
      await blobs.write([itemOf(one)], LOOSE)
      const odd = one.digest.toUpperCase()

      await check.rejects(blobs.write([{ ...itemOf(one), digest: odd }], LOOSE), 'INVALID', 'an odd digest')
      await check.rejects(blobs.write([{ ...itemOf(one), sizeBytes: -1 }], LOOSE), 'INVALID', 'a negative size')
      await check.rejects(blobs.present([odd], LOOSE), 'INVALID', 'present of an odd digest')
      await check.rejects(readBlob(blobs, { digest: odd, sizeBytes: 100 }), 'INVALID', 'read of an odd digest')
      await check.rejects(readBlob(blobs, wantOf(one, null, { from: 9, to: 8 })), 'INVALID', 'a range backwards')
      await check.rejects(readBlob(blobs, wantOf(one, null, { from: 0.5 })), 'INVALID', 'half a byte')
      for (const limit of [0, -1, 1.5, 1_001])
        await check.rejects(blobs.list({ limit }), 'INVALID', `a page of ${limit}`)

      check.equal(await listNames(blobs), [nameOf(one)], 'nothing was changed')
    },
  },
]
