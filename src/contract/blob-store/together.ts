import type { BlobPlaces, BlobWant, ProjectBlobs } from '../../ports/blob-store.ts'
import { ContractFailure } from '../check.ts'
import type { TestPlaces } from '../bulk-material.ts'
import { LOOSE, collect, itemOf, nameOf, wantOf } from './context.ts'
import type { BlobStoreCase, TestBlob } from './context.ts'

const base = { category: 'round trip', tier: 'quick' } as const

/** Enough for any store to do them together. */
const COUNT = 40

const ONCE =
  'Must hand over each want once. Into `places` a store may put blobs that were asked for whole, in what way it likes, verified as they are for the sink; whatever is not put there, for whatever reason, goes to the sink.'

/** Blobs that a store may put in their places by itself. */
export const togetherCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.together.each-once',
    requires: [],
    obligation: ONCE,
    async run({ openProject, blob, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`${index}`, index === 7 ? 3 * 1024 * 1024 : index * 300))
      const places = Array.from({ length: COUNT }, () => Object.freeze({}))

      const { sunk, put } = await readTogether(blobs, wantsOf(all), { maker: {}, places })

      check.equal(put.size, 0, 'blobs in places of which no store knows anything')
      for (const [index, { bytes }] of all.entries()) check.bytesEqual(sunk.get(index), bytes, `want ${index}`)
    },
  },
  {
    ...base,
    id: 'blob.together.in-places',
    requires: ['places'],
    obligation: ONCE,
    async run({ openProject, blob, places, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`${index}`, index === 7 ? 3 * 1024 * 1024 : index * 300))
      const wants = [
        ...wantsOf(all),
        wantOf(all[30]!, null, { from: 5, to: 25 }),
        { digest: all[7]!.digest, sizeBytes: null },
      ]
      const given = await places(wants.length)

      const { sunk, put } = await readTogether(blobs, wants, given)

      check.equal(put.size > 0, true, 'something was put in its place')
      check.equal([put.has(COUNT), put.has(COUNT + 1)], [false, false], 'a range, or a blob of unknown size')
      for (const [index, { bytes }] of all.entries()) {
        check.bytesEqual(put.has(index) ? await given.read(index) : sunk.get(index), bytes, `want ${index}`)
        if (!put.has(index)) check.equal(await given.read(index), null, `the place of want ${index}`)
      }
      check.bytesEqual(sunk.get(COUNT), all[30]!.bytes.subarray(5, 25), 'a range')
      check.bytesEqual(sunk.get(COUNT + 1), all[7]!.bytes, 'a blob of unknown size')
    },
  },
  {
    ...base,
    id: 'blob.together.some-places',
    requires: ['places'],
    obligation: ONCE,
    async run({ openProject, blob, places, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`${index}`, 1_000))
      const given = await places(COUNT)
      const some = given.places.map((place, index) => (index % 3 === 0 ? null : place))

      const { sunk } = await readTogether(blobs, wantsOf(all), { maker: given.maker, places: some })

      for (let index = 0; index < COUNT; index += 3) check.bytesEqual(sunk.get(index), all[index]!.bytes, `${index}`)
    },
  },
  {
    ...base,
    id: 'blob.together.missing',
    requires: ['places'],
    obligation: 'Must reject `NOT_FOUND` for a blob that is not there.',
    async run({ openProject, blob, places, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`small ${index}`, 1_000))
      await blobs.delete([nameOf(all[20]!)], {})
      const given = await places(COUNT)

      await check.rejects(readTogether(blobs, wantsOf(all), given), 'NOT_FOUND')

      check.equal(await given.read(20), null, 'the place of a missing blob')
    },
  },
  {
    ...base,
    id: 'blob.together.damaged',
    requires: ['corrupt', 'places'],
    obligation: ONCE,
    async run({ openProject, blob, corrupt, places, check }) {
      const blobs = await openProject()
      const all = await writtenBlobs(blobs, (index) => blob(`small ${index}`, 1_000))
      await corrupt(nameOf(all[20]!), 500)
      const given = await places(COUNT)
      const put = new Set<number>()

      await check.rejects(readTogether(blobs, wantsOf(all), given, put), 'CORRUPT')

      check.equal(put.has(20), false, 'a damaged blob is said to be in its place')
      check.equal(await given.read(20), null, 'the place of a damaged blob')
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

function wantsOf(blobs: readonly TestBlob[]): readonly BlobWant[] {
  return blobs.map((one) => wantOf(one))
}

/** What went to the sink, and what the store says to be in its place. No want may be answered twice, none left out. */
async function readTogether(
  blobs: ProjectBlobs,
  wants: readonly BlobWant[],
  { maker, places: given }: Pick<TestPlaces, 'maker' | 'places'>,
  put = new Set<number>(),
): Promise<{ readonly sunk: ReadonlyMap<number, Uint8Array>; readonly put: ReadonlySet<number> }> {
  const sunk = new Map<number, Uint8Array>()
  const assertFirst = (index: number): void => {
    if (sunk.has(index) || put.has(index)) throw new ContractFailure(`one answer to want ${index}`, 'two')
  }
  const places: BlobPlaces = {
    maker,
    of: (index) => given[index],
    onBytes(index, count) {
      const { sizeBytes } = wants[index]!
      if (count > sizeBytes!) throw new ContractFailure(`at most ${sizeBytes} bytes of want ${index}`, `${count}`)
    },
    onPut(index) {
      assertFirst(index)
      put.add(index)
    },
  }
  const sink = async (index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    const bytes = await collect(chunks)
    assertFirst(index)
    sunk.set(index, bytes)
  }
  await blobs.read(wants, sink, { places })
  if (sunk.size + put.size !== wants.length) {
    throw new ContractFailure(`${wants.length} answers`, `${sunk.size} of the sink, ${put.size} in places`)
  }
  return { sunk, put }
}
