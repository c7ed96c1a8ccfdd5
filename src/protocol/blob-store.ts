import type { Digest } from '../domain/digest.ts'
import type { BlobCapabilities, BlobStore, PresentOptions, ProjectBlobs, WriteOptions } from '../ports/blob-store.ts'
import { BULK_COUNT_MAX } from '../ports/object-store.ts'
import type { ObjectInfo, ObjectStore } from '../ports/object-store.ts'
import { storeBatch } from './blob-batch.ts'
import type { BatchOptions } from './blob-batch.ts'
import { listBlobs } from './blob-listing.ts'
import { namingUnder } from './blob-naming.ts'
import { createParcel } from './blob-parcel.ts'
import { readBlobs } from './blob-read.ts'
import { repairBlobs } from './blob-repair.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { forEachConcurrently } from './concurrency.ts'

/**
 * The blobs of a bare store: objects named by their digests, small ones in packs where the store asks for it.
 *
 * Both are used through their facades. `write` and `read` leave the checking of bytes to `checkedBlobStore`, so that
 * nothing is hashed twice; `ingest` hashes. Closing it leaves the object store open: whoever opened that closes it.
 * Errors are those of the object store, `NOT_FOUND` for a blob that is not there, and `CONFLICT` for a source that
 * changes while it is stored.
 */
export function createBlobStore(objects: ObjectStore): BlobStore {
  return {
    capabilities: capabilitiesOf(objects),
    in: (project) => createProjectBlobs({ objects, project }),
    async close() {},
  }
}

function capabilitiesOf({ capabilities }: ObjectStore): BlobCapabilities {
  const { adapter, staging, packBelowBytes, objectBytesMax } = capabilities
  return Object.freeze({ adapter, onePass: staging, packBelowBytes, blobBytesMax: objectBytesMax })
}

function createProjectBlobs(store: ProjectObjects): ProjectBlobs {
  const { objects, project } = store
  const { packBelowBytes } = objects.capabilities
  return {
    async ingest(sources, options) {
      const parcels = sources.map((source, index) => {
        return createParcel({ index, source, sizeBytes: source.sizeBytes, digest: null }, options.onBytes)
      })
      return storeBatch(store, parcels, batchOptions(options, packBelowBytes))
    },
    async write(items, options) {
      const parcels = items.map((item, index) => createParcel({ ...item, index }, options.onBytes))
      const stored = await storeBatch(store, parcels, batchOptions(options, options.pack ? packBelowBytes : 0))
      return stored.map(({ location }) => location)
    },
    present: (digests, options) => findPresent(store, digests, options),
    repair: (items, options) => repairBlobs(store, items, options),
    read: (wants, sink, options) => readBlobs(store, { wants, sink }, options),
    delete: (names, { signal }) =>
      objects.delete(
        names.map((name) => blobKey(project, name)),
        { signal },
      ),
    list: (options) => listBlobs(store, options),
  }
}

function batchOptions({ collection, known, signal }: WriteOptions, packBelowBytes: number): BatchOptions {
  return { collection, known, packBelowBytes, signal }
}

/**
 * A blob that lies only under the name of an earlier epoch counts as absent: to look for it would cost a listing. So does
 * one that the store does not vouch for: whoever stores it anew replaces it.
 */
async function findPresent(
  { objects, project }: ProjectObjects,
  digests: readonly Digest[],
  { collection, sizes, signal }: PresentOptions,
): Promise<ReadonlySet<Digest>> {
  const isRight = (found: ObjectInfo | null | undefined, digest: Digest): boolean =>
    found?.pristine === true && found.sizeBytes === (sizes?.get(digest) ?? found.sizeBytes)
  const naming = namingUnder(collection)
  const present = new Set<Digest>()
  const looks = chunksOf([...new Set(digests)], objects.capabilities.bulk ? BULK_COUNT_MAX : 1)
  const limit = objects.capabilities.concurrency
  await forEachConcurrently(looks, { limit, signal }, async (look, options) => {
    const keys = look.map((digest) => blobKey(project, naming.nameOf('blob', digest)))
    const found =
      keys.length === 1 ? [await objects.stat(keys[0]!, options)] : await objects.bulk.statAll(keys, options)
    for (const [index, digest] of look.entries()) if (isRight(found[index], digest)) present.add(digest)
  })
  return present
}

function chunksOf<T>(items: readonly T[], countMax: number): T[][] {
  const chunks: T[][] = []
  for (let from = 0; from < items.length; from += countMax) chunks.push(items.slice(from, from + countMax))
  return chunks
}
