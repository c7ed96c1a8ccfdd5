import { LadingError } from '../../domain/errors.ts'
import type { Check } from '../check.ts'
import { sourceOf } from '../data.ts'
import type { SourceOptions } from '../data.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ProjectBlobs } from '../../ports/blob-store.ts'
import { LOOSE, itemOf, listNames, nameOf, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase, TestBlob } from './context.ts'

const base = { category: 'all or nothing', tier: 'quick', requires: [] } as const

const CHUNK_BYTES = 70_000
const CHUNKS = 5
const SIZE = CHUNKS * CHUNK_BYTES - 1_000

/** Nothing half done is ever seen, whoever stops it. */
export const wholeCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.whole.nothing-before-the-end',
    obligation: 'Must be all or nothing for each blob: no reader ever sees a part of it, not even after a crash.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const ben = await openProject()
      const before = (taken: number): Promise<void> => expectAbsent(ben, one, { check, what: `${taken} chunks taken` })

      for (const [name, store] of Object.entries(waysIn(one, { before }))) {
        await store(await openProject(), {})
        check.bytesEqual(await readBlob(ben, wantOf(one)), one.bytes, name)
        await ben.delete([nameOf(one)], {})
      }
    },
  },
  {
    ...base,
    id: 'blob.whole.abort-at-each-chunk',
    obligation: 'After an abort or an error nothing half written is visible; blobs that were whole may stay.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      for (let chunk = 0; chunk <= CHUNKS; chunk++) {
        for (const name of ['ingest', 'write', 'ingest, unsized'] as const) {
          const controller = new AbortController()
          const before = (taken: number): void => {
            if (taken === chunk) controller.abort()
          }
          const what = `${name}, aborted when ${chunk} chunks were taken`

          await check.rejects(waysIn(one, { before })[name](blobs, { signal: controller.signal }), 'ABORTED', what)

          await expectAbsent(await openProject(), one, { check, what })
        }
      }

      await blobs.write([itemOf(one)], LOOSE)

      check.bytesEqual(await readBlob(await openProject(), wantOf(one)), one.bytes, 'the name is still free')
    },
  },
  {
    ...base,
    id: 'blob.whole.failing-source',
    obligation: 'After an abort or an error nothing half written is visible; blobs that were whole may stay.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      for (let chunk = 0; chunk <= CHUNKS; chunk++) {
        for (const name of ['ingest', 'write', 'ingest, unsized'] as const) {
          const before = (taken: number): void => {
            if (taken === chunk) throw new LadingError('NOT_FOUND', { detail: 'the file vanished' })
          }
          const what = `${name}, failed at chunk ${chunk}`

          await check.rejects(waysIn(one, { before })[name](blobs, {}), 'NOT_FOUND', what)

          await expectAbsent(await openProject(), one, { check, what })
        }
      }
    },
  },
  {
    ...base,
    id: 'blob.whole.source-of-another-size',
    obligation: 'Must reject when the bytes change while they are read, rather than end early.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      for (const sizeBytes of [SIZE - 1, SIZE + 1]) {
        const source: ByteSource = { sizeBytes, read: sourceOf(one.bytes).read }
        const item = { digest: one.digest, sizeBytes, source }

        await check.rejects(blobs.ingest([source], LOOSE), 'CONFLICT', `ingest, ${sizeBytes} bytes announced`)
        await check.rejects(blobs.write([item], LOOSE), 'CORRUPT', `write, ${sizeBytes} bytes announced`)

        check.equal(await listNames(await openProject()), [], `${sizeBytes} bytes announced`)
      }
    },
  },
  {
    ...base,
    id: 'blob.whole.wrong-digest',
    obligation: 'Must reject `CORRUPT`, with that blob not visible, when its bytes do not hash to its digest.',
    async run({ openProject, blob, check }) {
      const [good, other] = [blob('good', SIZE), blob('other', SIZE)]
      const blobs = await openProject()
      for (const pack of [false, true]) {
        for (const sizeBytes of [0, 10, 70_000, SIZE]) {
          const [expected, seen] = [blob(`expected ${sizeBytes}`, sizeBytes), blob('seen', sizeBytes || 1)]
          const item = { digest: expected.digest, sizeBytes, source: sourceOf(seen.bytes, { sized: false }) }
          const what = `${sizeBytes} bytes, ${pack ? 'packed' : 'loose'}`

          await check.rejects(blobs.write([item], { ...LOOSE, pack }), 'CORRUPT', what)

          await expectAbsent(await openProject(), expected, { check, what })
        }
      }

      const wrong = { ...itemOf(good), source: sourceOf(other.bytes) }
      await check.rejects(blobs.write([itemOf(other), wrong], LOOSE), 'CORRUPT', 'beside one that is right')
      await expectAbsent(await openProject(), good, { check, what: 'beside one that is right' })
    },
  },
  {
    ...base,
    id: 'blob.whole.abort-before-the-call',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ openProject, blob, check }) {
      const [there, absent] = [blob('there', 100), blob('absent', 100)]
      const blobs = await openProject()
      await blobs.write([itemOf(there)], LOOSE)
      const signal = AbortSignal.abort()
      const options = { ...LOOSE, signal }

      await check.rejects(blobs.ingest([sourceOf(absent.bytes)], options), 'ABORTED', 'ingest')
      await check.rejects(blobs.write([itemOf(absent)], options), 'ABORTED', 'write')
      await check.rejects(blobs.present([there.digest], options), 'ABORTED', 'present')
      await check.rejects(
        blobs.read([wantOf(there)], async () => {}, { signal }),
        'ABORTED',
        'read',
      )
      await check.rejects(blobs.delete([nameOf(there)], { signal }), 'ABORTED', 'delete')
      await check.rejects(blobs.list({ limit: 1, signal }), 'ABORTED', 'list')

      check.equal(await listNames(await openProject()), [nameOf(there)])
    },
  },
  {
    ...base,
    id: 'blob.whole.two-writers',
    obligation: 'Must be idempotent: writing a digest that is there succeeds and changes nothing.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const handles = await Promise.all(Array.from({ length: 6 }, openProject))

      const writing = handles.map(async (blobs, index) => {
        if (index % 2 === 0) await blobs.write([itemOf(one, { chunkBytes: CHUNK_BYTES })], LOOSE)
        else await blobs.ingest([sourceOf(one.bytes)], LOOSE)
      })
      await Promise.all(writing)

      const fresh = await openProject()
      check.equal(await listNames(fresh), [nameOf(one)])
      check.bytesEqual(await readBlob(fresh, wantOf(one)), one.bytes)
    },
  },
]

type WayIn = (blobs: ProjectBlobs, options: CallOptions) => Promise<unknown>

/** Every way in which bytes get into a store. */
function waysIn(one: TestBlob, source: SourceOptions): Record<'ingest' | 'ingest, unsized' | 'write', WayIn> {
  const options = { chunkBytes: CHUNK_BYTES, ...source }
  return {
    ingest: (blobs, call) => blobs.ingest([sourceOf(one.bytes, options)], { ...LOOSE, ...call }),
    'ingest, unsized': (blobs, call) => {
      return blobs.ingest([sourceOf(one.bytes, { ...options, sized: false })], { ...LOOSE, ...call })
    },
    write: (blobs, call) => blobs.write([itemOf(one, options)], { ...LOOSE, ...call }),
  }
}

async function expectAbsent(
  blobs: ProjectBlobs,
  one: TestBlob,
  { check, what }: { readonly check: Check; readonly what: string },
): Promise<void> {
  const names = (await listNames(blobs)).filter((name) => name.includes(one.digest))
  check.equal(names, [], `list, ${what}`)
  check.equal(await blobs.present([one.digest], LOOSE), new Set(), `present, ${what}`)
  await check.rejects(readBlob(blobs, wantOf(one)), 'NOT_FOUND', `read, ${what}`)
}
