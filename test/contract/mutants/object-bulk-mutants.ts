import { sha256 } from '../../../src/domain/digest.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import { ingestedKey } from '../../../src/ports/bulk-objects.ts'
import type { BulkObjects } from '../../../src/ports/bulk-objects.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { heldBytes } from '../../support/bulk-memory.ts'
import { turn } from './bytes.ts'
import type { Breaker, Mutant } from './mutant.ts'
import { overwrite } from './object-support.ts'

/** Drivers that take sources in bulk wrongly, or say something wrong of what they have. */
export const objectBulkMutants: readonly Mutant<ObjectStore>[] = [
  {
    id: 'only-the-first-chunk-is-hashed',
    broken: 'The digest of a source is that of its first mebibyte.',
    cites: [
      { source: 'bjornedstrom/python-signify#3', what: 'checksums of files above the buffer of 64 KiB were wrong' },
      { source: 'marcu87/hashme#1', what: 'only 64 KiB of the beginning and of the end were hashed' },
    ],
    killedBy: 'object.bulk.ingests',
    inBulk: true,
    breaks: () => storingEach((bytes) => [sha256(bytes.subarray(0, 1_048_576)), bytes]),
  },
  {
    id: 'answers-come-as-they-are-done',
    broken: 'What is small is done first, and answered first.',
    cites: [
      { source: 'basho/riak-python-client#477', what: 'multiget answers in a random order' },
      { source: 'tikv/client-py#37', what: 'batch_get is unordered, which is stated nowhere' },
    ],
    killedBy: 'object.bulk.ingests',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        async ingestAll(sources, options) {
          const found = await bulk.ingestAll(sources, options)
          return found.toSorted((a, b) => (b?.sizeBytes ?? 0) - (a?.sizeBytes ?? 0))
        },
      })),
  },
  {
    id: 'nothing-is-taken',
    broken: 'Nothing is ever taken in bulk, and nobody notices, as each source is then stored by itself.',
    cites: [
      { source: 'cocoonstack/cocoon#206', what: 'each copy fell back to the slow way, silently: nobody learned of it' },
    ],
    killedBy: 'object.bulk.ingests',
    inBulk: true,
    breaks: () => bulkWith(() => ({ ingestAll: async (sources) => sources.map(() => null) })),
  },
  {
    id: 'last-chunks-change-places',
    broken: 'Of a large source two chunks are written at once, and each lands where the other belongs.',
    cites: [
      {
        source: 'gluster/glusterfs#884',
        what: 'write-behind let an earlier write land on what a later one had written',
      },
      { source: 'IBM/comanche#6', what: 'a second write used the buffer of the first one, which was still under way' },
    ],
    killedBy: 'object.bulk.ingests-large',
    inBulk: true,
    breaks: () =>
      storingEach((bytes) => {
        const half = bytes.length - 1_048_576
        if (bytes.length <= 32 * 1_048_576) return [sha256(bytes), bytes]
        const swapped = bytes.slice()
        swapped.set(bytes.subarray(0, 1_048_576), half)
        return [sha256(bytes), swapped]
      }),
  },
  {
    id: 'twin-is-left-out',
    broken: 'Of two sources of one content the first is answered.',
    cites: [
      { source: 'kvcache-ai/Mooncake#3877', what: 'of a key that is asked for twice one buffer is never written' },
    ],
    killedBy: 'object.bulk.same-content',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        async ingestAll(sources, options) {
          const found = await bulk.ingestAll(sources, options)
          const firsts = found.map((object) => found.findIndex((other) => other?.digest === object?.digest))
          return found.map((object, index) => (firsts[index] === index ? object : null))
        },
      })),
  },
  {
    id: 'what-is-there-is-adopted',
    broken: 'An object that is there has the right name, so its bytes are taken to be right, however many.',
    cites: [
      {
        source: 'Novavero-AI/nova-nix#135',
        what: 'a write is skipped because the path exists: what an interrupted one left is adopted',
      },
    ],
    killedBy: 'object.bulk.replaces',
    inBulk: true,
    breaks: () =>
      storingWith(async (store, key, bytes) => {
        if (!(await store.stat(key, {}))) await overwrite(store, key, bytes)
      }),
  },
  {
    id: 'stored-again-each-time',
    broken: 'What is there, and sound, is written once more.',
    cites: [
      {
        source: 'artifact-keeper/artifact-keeper#3530',
        what: 'the end of a chunked upload wrote a blob that was there already, each time',
      },
    ],
    killedBy: 'object.bulk.vouches',
    inBulk: true,
    breaks: () => storingWith(overwrite),
  },
  {
    id: 'answers-close-ranks',
    broken: 'What was not stored is left out of the answers, and those behind it move up.',
    cites: [
      { source: 'microsoft/promptflow#1602', what: 'failed lines are filtered out: outputs are beside other inputs' },
      { source: 'balmbees/dynamo-types#15', what: 'BatchGet leaves out what is missing, and the rest moves up' },
    ],
    killedBy: 'object.bulk.gone-sources',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        async ingestAll(sources, options) {
          return (await bulk.ingestAll(sources, options)).filter((object) => object !== null)
        },
      })),
  },
  {
    id: 'whatever-is-there-now-is-taken',
    broken: 'A source is taken with another size than it was found with.',
    cites: [
      {
        source: 'lifeomic/cli#30',
        what: 'the size of a file was looked at before its upload, and the file was written to',
      },
    ],
    killedBy: 'object.bulk.gone-sources',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk, objects }) => ({
        async ingestAll(sources, options) {
          const found = [...(await bulk.ingestAll(sources, options))]
          for (const [index, { handle }] of sources.entries()) {
            const bytes = (handle as { readonly bytes?: Uint8Array } | null)?.bytes
            if (found[index] || !bytes) continue
            found[index] = { digest: sha256(bytes), sizeBytes: bytes.length }
            await overwrite(objects, ingestedKey(options.prefix, sha256(bytes)), bytes)
          }
          return found
        },
      })),
  },
  {
    id: 'hashed-then-read-again',
    broken: 'A source is read to be hashed, and again to be stored.',
    cites: [
      { source: 'oddur/yoink#98', what: 'a file was read for its hash, and again for its upload: the two may differ' },
      {
        source: 'aws-greengrass/aws-greengrass-log-manager#121',
        what: 'a log may rotate between the hash of it and the upload',
      },
    ],
    killedBy: 'object.bulk.changing-sources',
    inBulk: true,
    breaks: () =>
      bulkWith(({ objects }) => ({
        async ingestAll(sources, { prefix }) {
          const digests = sources.map((source) => sha256(heldBytes(source)!))
          await turn()
          for (const [index, source] of sources.entries()) {
            await overwrite(objects, ingestedKey(prefix, digests[index]!), heldBytes(source)!)
          }
          return sources.map((source, index) => ({ digest: digests[index]!, sizeBytes: heldBytes(source)!.length }))
        },
      })),
  },
  {
    id: 'stored-in-place',
    broken: 'An object is written where it is to be, bit by bit.',
    cites: [
      { source: 'kalbasit/ncps#10', what: 'items were written in their place in the store, and seen in part' },
      { source: 'kean/Nuke#937', what: 'a read that arrives while a file is written in place gets a prefix of it' },
    ],
    killedBy: 'object.bulk.never-half',
    inBulk: true,
    breaks: () =>
      storingWith(async (store, key, bytes) => {
        await overwrite(store, key, bytes.subarray(0, bytes.length / 2))
        await turn()
        await overwrite(store, key, bytes)
      }),
  },
  {
    id: 'only-the-answer-is-aborted',
    broken: 'An abort ends the call, and not its work.',
    cites: [
      { source: 'awslabs/aws-js-s3-explorer#74', what: 'Cancel hides the dialog, the upload goes on' },
      { source: 'xtyxtyx/minio-dart#45', what: 'a cancelled upload continues until it succeeds or fails' },
    ],
    killedBy: 'object.bulk.abort-ingesting',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        ingestAll: (sources, { signal, ...options }) => orAborted(bulk.ingestAll(sources, options), signal),
      })),
  },
  {
    id: 'large-source-arrives-after-its-abort',
    broken: 'A large source whose bytes are on their way is not called back.',
    cites: [
      { source: 'noobaa/noobaa-core#4120', what: 'a file keeps on uploading for some 10 seconds after it was aborted' },
    ],
    killedBy: 'object.bulk.abort-ingesting-large',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        ingestAll(sources, { signal, onBytes, ...options }) {
          onBytes?.(0)
          return orAborted(
            turn().then(() => bulk.ingestAll(sources, options)),
            signal,
          )
        },
      })),
  },
  {
    id: 'progress-beyond-the-end',
    broken: 'Progress is told in whole chunks, the last one too.',
    cites: [
      { source: 'aws-amplify/aws-sdk-android#167', what: 'bytesCurrent is told to be more than bytesTotal' },
      { source: 'thunderbird/send-suite#342', what: 'an upload is at 101%' },
    ],
    killedBy: 'object.bulk.tells-ingested',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({
        ingestAll: (sources, { onBytes, ...options }) =>
          bulk.ingestAll(sources, { ...options, onBytes: (count) => onBytes?.(Math.ceil(count / 65_536) * 65_536) }),
      })),
  },
  {
    id: 'presence-vouches',
    broken: 'An object that is there is vouched for, whatever its size.',
    cites: [
      {
        source: 'Novavero-AI/nova-nix#154',
        what: 'whatever is on disk at a store path is registered: a truncated file too',
      },
    ],
    killedBy: 'object.bulk.vouched-for',
    inBulk: true,
    breaks: () =>
      bulkWith(({ objects }) => ({
        vouchAll: (asked, { prefix }) =>
          Promise.all(asked.map(async ({ digest }) => (await objects.stat(ingestedKey(prefix, digest), {})) !== null)),
      })),
  },
  {
    id: 'unknown-source-is-empty',
    broken: 'A source of a reader that is not known is stored as an empty object.',
    cites: [{ source: 'ccache/ccache#161', what: 'an empty file was cached in the place of one that was never read' }],
    killedBy: 'object.bulk.unknown-reader',
    inBulk: true,
    breaks: () => storingEach((bytes) => [sha256(bytes), bytes]),
  },
  {
    id: 'thousand-sources-are-all',
    broken: 'Of many sources the first thousand are looked at, and answered.',
    cites: [{ source: 'aws/aws-sdk-java#1293', what: 'one request takes 1,000 keys at most' }],
    killedBy: 'object.bulk.limits',
    inBulk: true,
    breaks: () =>
      bulkWith(({ bulk }) => ({ ingestAll: (sources, options) => bulk.ingestAll(sources.slice(0, 1_000), options) })),
  },
]

interface Parts {
  readonly objects: ObjectStore
  readonly bulk: BulkObjects
}

/** A driver whose bulk side is another one in part. */
export function bulkWith(change: (parts: Parts) => Partial<BulkObjects>): Breaker<ObjectStore> {
  return (sound) => ({ ...sound, bulk: { ...sound.bulk, ...change({ objects: sound, bulk: sound.bulk }) } })
}

/** Answers what a call does, unless it is told to stop: then at once, and the call goes on. */
export async function orAborted<T>(call: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(new LadingError('ABORTED', { detail: 'the signal fired' }))
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop)
  return Promise.race([call, promise])
}

type Store = (store: ObjectStore, key: string, bytes: Uint8Array) => Promise<unknown>

/** A driver that stores each source in this way under its right name. */
function storingWith(store: Store): Breaker<ObjectStore> {
  return bulkWith(({ objects }) => ({
    async ingestAll(sources, { prefix }) {
      const contents = sources.map((source) => heldBytes(source)!)
      for (const bytes of contents) await store(objects, ingestedKey(prefix, sha256(bytes)), bytes)
      return contents.map((bytes) => ({ digest: sha256(bytes), sizeBytes: bytes.length }))
    },
  }))
}

/** A driver that makes something else of each source: a digest, and bytes. What it does not know it takes to be empty. */
function storingEach(
  change: (bytes: Uint8Array) => readonly [digest: string, bytes: Uint8Array],
): Breaker<ObjectStore> {
  return bulkWith(({ objects }) => ({
    async ingestAll(sources, { prefix }) {
      const stored = sources.map((source) => change(heldBytes(source) ?? new Uint8Array()))
      for (const [digest, bytes] of stored) await overwrite(objects, ingestedKey(prefix, digest), bytes)
      return stored.map(([digest, bytes]) => ({ digest, sizeBytes: bytes.length }))
    },
  }))
}
