import type { BlobWant, ProjectBlobs, WholeBlob } from '../../ports/blob-store.ts'
import { ContractFailure } from '../check.ts'
import { LOOSE, collect, itemOf, nameOf, wantOf } from './context.ts'
import type { BlobStoreCase, TestBlob } from './context.ts'

const base = { category: 'round trip', tier: 'quick' } as const

/** Enough for any store to do them together. */
const COUNT = 40

const ONCE =
  'Must hand over each want once: to `bulk`, where that is given, only small blobs that were asked for whole, some MiB at once, and those verified; all others to the sink.'

/** Small blobs that are taken together, by whoever says that he can. */
export const togetherCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.together.each-once',
    requires: [],
    obligation: ONCE,
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const small = Array.from({ length: COUNT }, (_, index) => blob(`small ${index}`, index * 300))
      const large = blob('large', 3 * 1024 * 1024)
      await blobs.write(
        [...small, large].map((one) => itemOf(one)),
        LOOSE,
      )
      const wants = [
        ...[...small, large].map((one) => wantOf(one)),
        wantOf(small[30]!, null, { from: 5, to: 25 }),
        { digest: small[7]!.digest, sizeBytes: null },
      ]

      const { found, together } = await readTogether(blobs, wants)

      const expected = [...small, large].map(({ bytes }) => bytes)
      for (const [index, bytes] of expected.entries()) check.bytesEqual(found.get(index)!, bytes, `want ${index}`)
      check.bytesEqual(found.get(COUNT + 1)!, small[30]!.bytes.subarray(5, 25), 'a range')
      check.bytesEqual(found.get(COUNT + 2)!, small[7]!.bytes, 'a blob of unknown size')
      check.equal(together.has(COUNT + 1), false, 'a range is handed over with others')
    },
  },
  {
    ...base,
    id: 'blob.together.missing',
    requires: [],
    obligation: 'Must reject `NOT_FOUND` for a blob that is not there.',
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`small ${index}`, 1_000))
      await blobs.delete([nameOf(all[20]!)], {})

      const reading = readTogether(
        blobs,
        all.map((one) => wantOf(one)),
      )

      await check.rejects(reading, 'NOT_FOUND')
    },
  },
  {
    ...base,
    id: 'blob.together.damaged',
    requires: ['corrupt'],
    obligation: ONCE,
    async run({ openProject, blob, corrupt, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`small ${index}`, 1_000))
      await corrupt(nameOf(all[20]!), 500)
      const taken = new Set<number>()

      const reading = readTogether(
        blobs,
        all.map((one) => wantOf(one)),
        taken,
      )

      await check.rejects(reading, 'CORRUPT')
      check.equal(taken.has(20), false, 'a damaged blob is handed over')
    },
  },
]

async function writtenBlobs(blobs: ProjectBlobs, create: (index: number) => TestBlob): Promise<readonly TestBlob[]> {
  const all = Array.from({ length: COUNT }, (_, index) => create(index))
  await blobs.write(
    all.map((one) => itemOf(one)),
    LOOSE,
  )
  return all
}

/** What was handed over, and which of it together with others. */
async function readTogether(
  blobs: ProjectBlobs,
  wants: readonly BlobWant[],
  together = new Set<number>(),
): Promise<{ readonly found: ReadonlyMap<number, Uint8Array>; readonly together: ReadonlySet<number> }> {
  const found = new Map<number, Uint8Array>()
  const take = (index: number, bytes: Uint8Array): void => {
    if (found.has(index)) throw new ContractFailure(`one answer to want ${index}`, 'two')
    found.set(index, bytes)
  }
  const bulk = async (batch: readonly WholeBlob[]): Promise<void> => {
    for (const { index, bytes } of batch) {
      together.add(index)
      take(index, bytes)
    }
  }
  await blobs.read(wants, async (index, chunks) => take(index, await collect(chunks)), { bulk })
  if (found.size !== wants.length) throw new ContractFailure(`${wants.length} answers`, `${found.size}`)
  return { found, together }
}
