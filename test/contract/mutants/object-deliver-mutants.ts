import { sha256 } from '../../../src/domain/digest.ts'
import type { DeliveredObject } from '../../../src/ports/bulk-objects.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { MEMORY_MAKER } from '../../support/bulk-memory.ts'
import type { HeldPlace } from '../../support/bulk-memory.ts'
import type { Breaker, Mutant } from './mutant.ts'
import { bulkWith, orAborted } from './object-bulk-mutants.ts'

/** Drivers that put objects wrongly where they are wanted. */
export const objectDeliverMutants: readonly Mutant<ObjectStore>[] = [
  {
    id: 'places-in-their-own-order',
    broken: 'Objects are read in the order of their keys, and put into the places as those come.',
    cites: [
      {
        source: 'googleapis/google-cloud-python#7463',
        what: 'get_multi answers in another order than that of the keys',
      },
      { source: 'vikstrous/dataloadgen#18', what: 'how does the right result get to the right caller' },
    ],
    killedBy: 'object.bulk.delivers',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        deliverAll(objects, options) {
          const sorted = objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))
          return bulk.deliverAll(
            sorted.map((object, index) => ({ ...object, place: objects[index]!.place })),
            options,
          )
        },
      })),
  },
  {
    id: 'nothing-is-put',
    broken: 'Nothing is ever put in its place, and nobody notices, as each object is then read by itself.',
    cites: [
      { source: 'cocoonstack/cocoon#206', what: 'each copy fell back to the slow way, silently: nobody learned of it' },
    ],
    killedBy: 'object.bulk.delivers',
    inBulk: true,
    breaks: () => bulkWith(() => ({ deliverAll: async (objects) => objects.map(() => false) })),
  },
  {
    id: 'what-is-large-is-trusted',
    broken: 'An object is verified as far as it fits into memory.',
    cites: [
      { source: 'srijs/rusha#23', what: 'hashes of files of 512 MiB and more are wrong' },
      { source: 'PRIDE-Archive/pridepy#86', what: 'without a checksum a cut file passes, as it is not empty' },
    ],
    killedBy: 'object.bulk.delivers-large',
    inBulk: true,
    breaks: () => trusting((bytes) => bytes.length >= 32 * 1_048_576),
  },
  {
    id: 'one-place-a-key',
    broken: 'Of several places of one object the last one is filled.',
    cites: [
      { source: 'kvcache-ai/Mooncake#3877', what: 'of a key that is asked for twice one buffer is never written' },
      { source: 'justtrackio/gosoline#127', what: 'keys that are asked for twice were taken out of a batch' },
    ],
    killedBy: 'object.bulk.same-object',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        async deliverAll(objects, options) {
          await bulk.deliverAll([...new Map(objects.map((object) => [object.key, object])).values()], options)
          return objects.map(() => true)
        },
      })),
  },
  {
    id: 'size-is-proof',
    broken: 'An object of the right size is taken to be sound.',
    cites: [
      { source: 'kunobi-ninja/kache#344', what: 'a hit was validated by existence and size: a rotten blob was linked' },
      {
        source: 'buildkite/agent#4169',
        what: 'that the bytes of a download match their name was trusted, never checked',
      },
    ],
    killedBy: 'object.bulk.delivers-nothing-else',
    inBulk: true,
    breaks: () => trusting((bytes, { sizeBytes }) => bytes.length === sizeBytes),
  },
  {
    id: 'verified-when-it-is-too-late',
    broken: 'An object is put in its place, and then found to be damaged.',
    cites: [{ source: 'owid/etl#420', what: 'a download that fails leaves its file behind, whose checksum is wrong' }],
    killedBy: 'object.bulk.delivers-nothing-else',
    inBulk: true,
    breaks: () =>
      bulkWith(({ objects, bulk }) => ({
        async deliverAll(wanted, options) {
          for (const { key, place } of wanted) await fill(objects, key, place as HeldPlace)
          return bulk.deliverAll(wanted, options)
        },
      })),
  },
  {
    id: 'delivery-goes-on',
    broken: 'An abort ends the call, and what was asked for comes all the same.',
    cites: [
      { source: 'anatawa12/ContinuousAvatarUploader#118', what: 'Abort stops one task, and not those behind it' },
    ],
    killedBy: 'object.bulk.abort-delivering',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        deliverAll: (objects, { signal, ...options }) => orAborted(bulk.deliverAll(objects, options), signal),
      })),
  },
  {
    id: 'progress-of-two-passes',
    broken: 'Bytes are told when they are read, and once more when they are written.',
    cites: [{ source: 'gotev/android-upload-service#230', what: 'progress goes from 100 to 200%' }],
    killedBy: 'object.bulk.tells-delivered',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        async deliverAll(objects, { onBytes, ...options }) {
          const put = await bulk.deliverAll(objects, { ...options, onBytes })
          return bulk.deliverAll(objects, { ...options, onBytes: (count) => onBytes?.(2 * count) }).then(() => put)
        },
      })),
  },
  {
    id: 'every-place-is-known',
    broken: 'Whoever made a place, it is taken for one of the own kind.',
    cites: [
      { source: 'atusy/kakehashi#812', what: 'whatever is at the path is written through: the target of a link too' },
    ],
    killedBy: 'object.bulk.other-maker',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        deliverAll: (objects, options) => bulk.deliverAll(objects, { ...options, maker: MEMORY_MAKER }),
      })),
  },
  {
    id: 'unknown-place-is-done',
    broken: 'What cannot be put anywhere is answered as done.',
    cites: [
      {
        source: 'sreerevanth/repopilot#276',
        what: 'a run reports success, and says nothing of the task that it dropped',
      },
    ],
    killedBy: 'object.bulk.unknown-maker',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        deliverAll: async (objects, options) =>
          options.maker === MEMORY_MAKER ? bulk.deliverAll(objects, options) : objects.map(() => true),
      })),
  },
]

/** A driver that puts what it trusts in its place without verifying it. */
function trusting(trusts: (bytes: Uint8Array, object: DeliveredObject) => boolean): Breaker<ObjectStore> {
  return bulkWith(({ objects, bulk }) => ({
    async deliverAll(wanted, options) {
      const put = [...(await bulk.deliverAll(wanted, options))]
      for (const [index, object] of wanted.entries()) {
        const found = put[index] ? null : await objects.get(object.key, {})
        if (!found || !trusts(found.bytes, object) || sha256(found.bytes) === object.digest) continue
        put[index] = await fill(objects, object.key, object.place as HeldPlace)
      }
      return put
    },
  }))
}

async function fill(objects: ObjectStore, key: string, place: HeldPlace): Promise<boolean> {
  const found = await objects.get(key, {})
  if (found) place.bytes = found.bytes
  return found !== null
}
