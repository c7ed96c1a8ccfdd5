import { formatBlobName } from '../../domain/blob-name.ts'
import type { Location, ProjectBlobs, RepairItem } from '../../ports/blob-store.ts'
import { condemning, itemOf, listNames, LOOSE, nameOf, NOTHING_CONDEMNED, readBlob, wantOf } from './context.ts'
import type { BlobStoreCase, TestBlob } from './context.ts'

const base = { category: 'repair', tier: 'quick', requires: ['corrupt'] } as const

const REPLACES =
  'Must replace a stored blob whose bytes are not what its digest says, or that is missing; a sound one stays as it is.'

const SIZE = 1024 * 1024 + 5

/** Good bytes come into the place of damaged ones, and nothing else changes. */
export const repairCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.repair.damaged',
    obligation: REPLACES,
    async run({ openProject, blob, corrupt, check }) {
      const [bad, good] = [blob('bad', SIZE), blob('good', SIZE)]
      const blobs = await openProject()
      await blobs.write([itemOf(bad), itemOf(good)], LOOSE)
      await corrupt(nameOf(bad), SIZE - 1)
      const names = await listNames(blobs)

      const answers = await blobs.repair([repairOf(bad), repairOf(good)], { collection: NOTHING_CONDEMNED })

      check.equal(answers, [
        { location: null, repaired: true },
        { location: null, repaired: false },
      ])
      const fresh = await openProject()
      for (const one of [bad, good]) check.bytesEqual(await readBlob(fresh, wantOf(one)), one.bytes)
      check.equal(await listNames(fresh), names, 'nothing else is left behind')
    },
  },
  {
    ...base,
    id: 'blob.repair.missing',
    requires: [],
    obligation: REPLACES,
    async run({ openProject, blob, check }) {
      const [one, empty] = [blob('a', SIZE), blob('empty', 0)]
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)
      await blobs.delete([nameOf(one)], {})

      const answers = await blobs.repair([repairOf(one), repairOf(empty)], { collection: NOTHING_CONDEMNED })

      check.equal(
        answers.map(({ repaired }) => repaired),
        [true, true],
      )
      const fresh = await openProject()
      for (const each of [one, empty]) check.bytesEqual(await readBlob(fresh, wantOf(each)), each.bytes)
      const again = await fresh.repair([repairOf(one), repairOf(empty)], { collection: NOTHING_CONDEMNED })
      check.equal(
        again.map(({ repaired }) => repaired),
        [false, false],
        'once more',
      )
    },
  },
  {
    ...base,
    id: 'blob.repair.small-blobs',
    obligation: 'One inside a pack becomes an object of its own; the pack stays as it is.',
    async run({ openProject, blob, corrupt, check }) {
      const [bad, good] = [blob('bad', 5_000), blob('good', 5_000)]
      const blobs = await openProject()
      const [badly, well] = await blobs.write([itemOf(bad), itemOf(good)], { ...LOOSE, pack: true })
      await corrupt(badly?.pack ?? nameOf(bad), (badly?.offset ?? 0) + 2_500)

      const items = [repairOf(bad, badly), repairOf(good, well)]
      const answers = await blobs.repair(items, { collection: NOTHING_CONDEMNED })

      check.equal(answers, [
        { location: null, repaired: true },
        { location: well ?? null, repaired: false },
      ])
      const fresh = await openProject()
      check.bytesEqual(await readBlob(fresh, wantOf(bad)), bad.bytes, 'the repaired one')
      check.bytesEqual(await readBlob(fresh, wantOf(good, well)), good.bytes, 'its neighbour')
    },
  },
  {
    ...base,
    id: 'blob.repair.wrong-bytes',
    obligation: 'Must reject `CORRUPT`, with what is stored unchanged, when the given bytes do not hash to the digest.',
    async run({ openProject, blob, corrupt, check }) {
      const [one, other] = [blob('a', SIZE), blob('b', SIZE)]
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)
      await corrupt(nameOf(one), 0)
      const names = await listNames(blobs)

      for (const wrong of [other, blob('shorter', SIZE - 1), blob('longer', SIZE + 1)]) {
        const { source } = itemOf(wrong)
        const given = { ...repairOf(one), source: { ...source, sizeBytes: null } }
        await check.rejects(blobs.repair([given], { collection: NOTHING_CONDEMNED }), 'CORRUPT')
      }

      const fresh = await openProject()
      check.equal(await listNames(fresh), names, 'what is stored')
      await check.rejects(readBlob(fresh, wantOf(one)), 'CORRUPT', 'damaged as before')
    },
  },
  {
    ...base,
    id: 'blob.repair.condemned-names',
    obligation: 'Must never write a name that `collection` condemns, as `write`.',
    async run({ openProject, blob, corrupt, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)
      await corrupt(nameOf(one), 0)

      await blobs.repair([repairOf(one)], { collection: condemning(3, nameOf(one)) })

      const fresh = await openProject()
      const renewed = formatBlobName({ kind: 'blob', digest: one.digest, epoch: 3 })
      check.equal(await listNames(fresh), [renewed], 'the damaged name is gone, the good one is another')
      check.bytesEqual(await readBlob(fresh, wantOf(one)), one.bytes)
    },
  },
  {
    ...base,
    id: 'blob.repair.side-by-side',
    obligation: 'No reader ever sees a part of it.',
    async run({ openProject, blob, corrupt, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)
      await corrupt(nameOf(one), 7)

      const handles = await Promise.all([1, 2, 3].map(openProject))
      const repairs = handles.map((handle) => handle.repair([repairOf(one)], { collection: NOTHING_CONDEMNED }))
      const seen = await readWhileRunning(await openProject(), one, Promise.all(repairs))

      check.equal(
        seen.filter((bytes) => Buffer.compare(bytes, one.bytes) !== 0).length,
        0,
        'reads that were answered with other bytes',
      )
      await blobs.repair([repairOf(one)], { collection: NOTHING_CONDEMNED })
      check.bytesEqual(await readBlob(await openProject(), wantOf(one)), one.bytes, 'in the end')
    },
  },
]

function repairOf(blob: TestBlob, location: Location = null): RepairItem {
  return { ...itemOf(blob), location }
}

/** What readers were answered until something was done. Errors are no answers: the blob is damaged or missing. */
async function readWhileRunning(blobs: ProjectBlobs, blob: TestBlob, work: Promise<unknown>): Promise<Uint8Array[]> {
  const seen: Uint8Array[] = []
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  while (!isDone) {
    const [read] = await Promise.allSettled([readBlob(blobs, wantOf(blob)), new Promise(setImmediate)])
    if (read.status === 'fulfilled') seen.push(read.value)
  }
  await done
  return seen
}
