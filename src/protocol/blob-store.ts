import type { Digest } from '../domain/digest.ts'
import type { BlobCapabilities, BlobStore, PresentOptions, ProjectBlobs, WriteOptions } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ObjectStore } from '../ports/object-store.ts'
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
import { vouchTogether } from './vouch-together.ts'

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
  store: ProjectObjects,
  digests: readonly Digest[],
  { collection, sizes, signal }: PresentOptions,
): Promise<ReadonlySet<Digest>> {
  const naming = namingUnder(collection)
  const distinct = [...new Set(digests)]
  const { present, open } = await vouchTogether(store, distinct, { sizes, naming, signal })
  const look = async (digest: Digest, options: CallOptions): Promise<void> => {
    const found = await store.objects.stat(blobKey(store.project, naming.nameOf('blob', digest)), options)
    if (found?.pristine && found.sizeBytes === (sizes?.get(digest) ?? found.sizeBytes)) present.add(digest)
  }
  await forEachConcurrently(open, { limit: store.objects.capabilities.concurrency, signal }, look)
  return present
}
