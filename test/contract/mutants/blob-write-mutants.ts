import { formatBlobName } from '../../../src/domain/blob-name.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import type { BlobStore, Collection } from '../../../src/ports/blob-store.ts'
import { blobsWith } from './blob-support.ts'
import { bytesOf, joined } from './bytes.ts'
import type { Mutant } from './mutant.ts'

const NOTHING_CONDEMNED: Collection = { epoch: 0, state: 'swept', condemned: new Set() }

/** Blob stores that lose what they take, or keep what they should not. What the facade verifies, none can get wrong. */
export const blobWriteMutants: readonly Mutant<BlobStore>[] = [
  {
    id: 'refused-blob-stays',
    broken: 'Bytes that turn out not to belong to their digest stay under its name.',
    cites: [
      {
        source: 'cloudflare/serverless-registry#137',
        what: 'a manifest is stored under a digest that its content does not have',
      },
      { source: 'web3-storage/web3.storage#1036', what: 'backups hold blocks that do not hash to their names' },
    ],
    killedBy: 'blob.whole.wrong-digest',
    breaks: () =>
      blobsWith(({ blobs, keyOf, objects }) => ({
        async write(items, options) {
          for (const { digest, source } of items) {
            const chunks: Uint8Array[] = []
            try {
              for await (const chunk of source.read(options)) chunks.push(new Uint8Array(chunk))
            } catch (error) {
              await objects.put(keyOf(digest), joined(chunks), {})
              throw error
            }
          }
          return blobs.write(items, options)
        },
      })),
  },
  {
    id: 'blob-grows-in-place',
    broken: 'A blob is written under its own name from the first chunk on.',
    cites: [
      {
        source: 'GoogleCloudPlatform/gsutil#5',
        what: 'a transfer that is stopped leaves a partial file under the final name',
      },
    ],
    killedBy: 'blob.whole.nothing-before-the-end',
    breaks: () =>
      blobsWith(({ blobs, keyOf, objects }) => ({
        async write(items, options) {
          for (const { digest, source } of items) {
            const chunks: Uint8Array[] = []
            for await (const chunk of source.read(options)) {
              await objects.put(keyOf(digest), joined(chunks), {})
              chunks.push(new Uint8Array(chunk))
            }
            await objects.delete([keyOf(digest)], {})
          }
          return blobs.write(items, options)
        },
      })),
  },
  {
    id: 'blob-lands-after-the-abort',
    broken: 'The signal is not handed on: what was to be stopped is stored.',
    cites: [{ source: 'nstfkc/gemi#497', what: 'a put had no way to be cancelled: the whole transfer was paid for' }],
    killedBy: 'blob.whole.abort-at-each-chunk',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        write: (items, { signal: _signal, ...options }) => blobs.write(items, options),
        ingest: (sources, { signal: _signal, ...options }) => blobs.ingest(sources, options),
      })),
  },
  {
    id: 'writers-share-a-temporary-name',
    broken: 'The temporary name of a blob is made of its digest: two writers fill one file.',
    cites: [
      {
        source: 'apmantza/pi-lens#1205',
        what: 'a temporary name for each process, shared by its concurrent writes: a hybrid file in 35 of 40 runs',
      },
      {
        source: 'vshulcz/deja-vu#1389',
        what: 'the temporary name was derived from the destination, so two writers shared it',
      },
    ],
    killedBy: 'blob.whole.two-writers',
    breaks: () => {
      const files = new Map<Digest, Uint8Array[]>()
      return blobsWith(({ keyOf, objects }) => ({
        async write(items, options) {
          for (const { digest, source } of items) {
            files.set(digest, [])
            for await (const chunk of source.read(options)) files.get(digest)!.push(new Uint8Array(chunk))
            await objects.put(keyOf(digest), joined(files.get(digest)!), {})
          }
          return items.map(() => null)
        },
      }))
    },
  },
  {
    id: 'collector-is-not-heard',
    broken: 'What the collector has condemned is relied on all the same, and swept away afterwards.',
    cites: [
      { source: 'distribution/distribution#3045', what: 'garbage collection during a push corrupts the pushed image' },
    ],
    killedBy: 'blob.collection.condemned-and-there',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        write: (items, options) => blobs.write(items, { ...options, collection: NOTHING_CONDEMNED }),
        ingest: (sources, options) => blobs.ingest(sources, { ...options, collection: NOTHING_CONDEMNED }),
        present: (digests, options) => blobs.present(digests, { ...options, collection: NOTHING_CONDEMNED }),
      })),
  },
  {
    id: 'base-is-trusted',
    broken: 'A blob that a base version shows is not written, although it is condemned since.',
    cites: [
      {
        source: 'distribution/distribution#3743',
        what: 'a push after garbage collection looks like a success: what is known to be there is not sent',
      },
    ],
    killedBy: 'blob.collection.known-is-not-trusted',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async write(items, options) {
          const { known } = options
          const unknown = items.filter(({ digest }) => !known?.has(digest))
          const written = await blobs.write(unknown, { ...options, known: undefined })
          return items.map((item) => known?.get(item.digest) ?? written[unknown.indexOf(item)] ?? null)
        },
      })),
  },
  {
    id: 'condemned-name-is-used-again',
    broken:
      'A condemned name under which nothing lies is written: the sweep that is under way takes the new blob along.',
    cites: [
      { source: 'goharbor/harbor#12569', what: 'a manifest is accepted although a blob of it is marked as deleting' },
    ],
    killedBy: 'blob.collection.condemned-and-absent',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async write(items, options) {
          const there = await blobs.present(
            items.map(({ digest }) => digest),
            { collection: NOTHING_CONDEMNED },
          )
          return blobs.write(items, there.size > 0 ? options : { ...options, collection: NOTHING_CONDEMNED })
        },
      })),
  },
  {
    id: 'same-bytes-are-stored-twice',
    broken: 'A blob that comes twice in one batch is stored twice.',
    cites: [
      {
        source: 'rustic-rs/rustic#392',
        what: 'backup made packs with multiple identical blobs, and prune removed such packs although they were needed',
      },
    ],
    killedBy: 'blob.write.with-duplicates',
    breaks: () =>
      blobsWith(({ blobs, project, objects }) => ({
        async write(items, options) {
          const digests = items.map(({ digest }) => digest)
          const again = items.filter(({ digest }, index) => digests.indexOf(digest) < index)
          const locations = await blobs.write(items, options)
          for (const { digest, source } of again) {
            const name = formatBlobName({ kind: 'blob', digest, epoch: 1 })
            await objects.put(`p/${project}/${name}`, await bytesOf(source, options), {})
          }
          return locations
        },
      })),
  },
  {
    id: 'answers-come-as-they-are-ready',
    broken: 'Sources are stored side by side, and answered in the order in which they were done.',
    cites: [
      { source: 'agntn/archives#1', what: 'processInParallel returns results in completion order, not input order' },
      {
        source: 'Agash/ObsWebSocket#16',
        what: 'results are collected as they finish, then paired with requests by index',
      },
    ],
    killedBy: 'blob.ingest.sizes-and-duplicates',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async ingest(sources, options) {
          const stored = await blobs.ingest(sources, options)
          return stored.toSorted((a, b) => a.sizeBytes - b.sizeBytes)
        },
      })),
  },
  {
    id: 'source-is-read-again',
    broken: 'A source is hashed and then read a second time to be sent, although it may have nothing left.',
    cites: [
      {
        source: 'remotion-dev/remotion#9087',
        what: 'upload retries reuse a Readable that was consumed, and may upload an empty body',
      },
      { source: 'aiven/inkless#359', what: 'a second attempt uploaded an empty object, whose data was then committed' },
    ],
    killedBy: 'blob.ingest.one-pass',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async ingest(sources, options) {
          for (const source of sources) await bytesOf(source, options)
          return blobs.ingest(sources, options)
        },
      })),
  },
  {
    id: 'progress-counts-twice',
    broken: 'Bytes are counted when they are read and again when they were sent.',
    cites: [{ source: 'gotev/android-upload-service#161', what: 'progress goes beyond 100 %' }],
    killedBy: 'blob.write.progress',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        write: (items, { onBytes, ...options }) =>
          blobs.write(items, { ...options, onBytes: (count) => onBytes?.(2 * count) }),
      })),
  },
  {
    id: 'empty-blob-is-not-sent',
    broken: 'A blob without bytes is not stored, because there is nothing to send.',
    cites: [{ source: 'googleapis/google-cloud-swift#528', what: 'a buffer of 0 bytes cannot be uploaded' }],
    killedBy: 'blob.present.tells',
    breaks: () =>
      blobsWith(({ blobs }) => ({
        async write(items, options) {
          const written = await blobs.write(
            items.filter(({ sizeBytes }) => sizeBytes > 0),
            options,
          )
          return items.map((_, index) => written[index] ?? null)
        },
      })),
  },
]
