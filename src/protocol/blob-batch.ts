import type { Digest } from '../domain/digest.ts'
import type { Collection, Location, StoredBlob } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import { planBatch } from './batch-plan.ts'
import type { Sized } from './batch-plan.ts'
import { createBlobLedger } from './blob-ledger.ts'
import type { BlobLedger } from './blob-ledger.ts'
import { namingUnder } from './blob-naming.ts'
import type { BlobParcel, ParcelContent } from './blob-parcel.ts'
import { looseKey } from './blob-target.ts'
import type { BlobTarget, ProjectObjects } from './blob-target.ts'
import { forEachConcurrently } from './concurrency.ts'
import { storeLoose } from './loose-blobs.ts'
import { storePack } from './packs.ts'
import { storeTogether } from './together.ts'

/** Packs that are filled or sent at once: each has up to twice `PACK_BYTES_TARGET` in memory. */
const PACKS_AT_ONCE = 4

/** Large blobs that are under way at once. */
const LARGE_AT_ONCE = 4

/** What a batch is stored under. */
export interface BatchOptions extends CallOptions {
  readonly collection: Collection
  readonly known?: ReadonlyMap<Digest, Location> | undefined
  /** Blobs of at most this many bytes travel in packs; 0: none does. */
  readonly packBelowBytes: number
}

/**
 * Stores parcels, each distinct blob once, and answers where they lie, in the order of `parcels`.
 *
 * Durable when it answers: the names of staged blobs are synced together, once for the batch, so that a folder is
 * synced once and not once a file.
 */
export async function storeBatch(
  store: ProjectObjects,
  parcels: readonly BlobParcel[],
  { collection, known, packBelowBytes, signal }: BatchOptions,
): Promise<readonly StoredBlob[]> {
  const naming = namingUnder(collection)
  const target = { ...store, naming, ledger: createBlobLedger(known, naming) }
  const contents: ParcelContent[] = []
  const needed = parcels.filter((parcel) => isNeeded(target.ledger, parcel, contents))
  const plan = planBatch(needed, packBelowBytes)
  const atOnce = store.objects.capabilities.concurrency

  const alone = async (parcel: BlobParcel, options: CallOptions): Promise<void> => {
    contents[parcel.index] = await storeLoose(target, parcel, options)
  }
  const packed = async (group: readonly Sized<BlobParcel>[], options: CallOptions): Promise<void> => {
    const stored = await storePack(target, group, options)
    for (const [position, { index }] of group.entries()) contents[index] = stored[position]!
  }
  await forEachConcurrently(plan.packs, { limit: Math.min(PACKS_AT_ONCE, atOnce), signal }, packed)
  const small = await storeTogether(target, plan.small, { contents, signal })
  const large = await storeTogether(target, plan.large, { contents, signal })
  await forEachConcurrently(small, { limit: atOnce, signal }, alone)
  await forEachConcurrently(large, { limit: Math.min(LARGE_AT_ONCE, atOnce), signal }, alone)
  await syncNames(target, { signal })
  return contents.map((content) => ({ ...content, location: target.ledger.locationOf(content.digest) }))
}

/** Notes what is known of a parcel already; false when its bytes are not needed. */
function isNeeded(ledger: BlobLedger, parcel: BlobParcel, contents: ParcelContent[]): boolean {
  const { index, digest, sizeBytes } = parcel
  if (digest === null || sizeBytes === null || ledger.claim(digest)) return true
  contents[index] = { digest, sizeBytes }
  parcel.reached(sizeBytes)
  return false
}

async function syncNames(target: BlobTarget, options: CallOptions): Promise<void> {
  if (!target.objects.capabilities.staging) return
  const keys = target.ledger.loose().map((digest) => looseKey(target, digest))
  if (keys.length > 0) await target.objects.sync(keys, options)
}
