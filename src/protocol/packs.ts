import { sha256 } from '../domain/digest.ts'
import { formatPack } from '../domain/pack.ts'
import type { BulkSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'
import type { Sized } from './batch-plan.ts'
import { gatherParcel } from './blob-parcel.ts'
import type { BlobParcel, ParcelContent } from './blob-parcel.ts'
import { blobKey } from './blob-target.ts'
import type { BlobTarget } from './blob-target.ts'
import { forEachConcurrently } from './concurrency.ts'
import { storeBytes } from './loose-blobs.ts'

/**
 * Stores the parcels of one group in a pack, those that are known or on their way left out. A single one that is left
 * becomes an object of its own. Answers in the order of the group.
 *
 * Reads each source once, into memory. Costs one request.
 */
export async function storePack(
  target: BlobTarget,
  group: readonly Sized<BlobParcel>[],
  options: CallOptions,
): Promise<readonly ParcelContent[]> {
  const { objects, project, naming, ledger } = target
  const gathered = await gather(target, group, options)
  const fresh = gathered.filter(({ digest }, position) => group[position]!.digest !== null || ledger.claim(digest))
  const [first] = fresh
  if (first && fresh.length === 1) await storeBytes(target, first, options)
  if (fresh.length > 1) {
    const { bytes, entries } = formatPack(fresh)
    const pack = naming.nameOf('pack', sha256(bytes))
    await objects.putIfAbsent(blobKey(project, pack), bytes, options)
    for (const { digest, offset, sizeBytes } of entries) ledger.place(digest, { pack, offset, sizeBytes })
  }
  return gathered.map(({ digest, bytes }) => ({ digest, sizeBytes: bytes.length }))
}

type Gathered = Awaited<ReturnType<typeof gatherParcel>>

async function gather(
  { objects }: BlobTarget,
  group: readonly Sized<BlobParcel>[],
  { signal }: CallOptions,
): Promise<readonly Gathered[]> {
  const gathered = [...(await readTogether(group, { signal }))]
  await forEachConcurrently(
    group,
    { limit: objects.capabilities.concurrency, signal },
    async (parcel, options, index) => {
      gathered[index] ??= await gatherParcel(parcel, options)
    },
  )
  return gathered.map((content) => content!)
}

/** What sources that have one reader give when they are read together; null for each that must be read by itself. */
async function readTogether(
  group: readonly Sized<BlobParcel>[],
  options: CallOptions,
): Promise<readonly (Gathered | null)[]> {
  const [first, ...others] = group.map(({ source }) => source.bulk)
  if (!first || others.some((other) => other?.reader !== first.reader)) return group.map(() => null)
  const sources = [first, ...others] as readonly BulkSource[]
  const found = await first.reader.readAll(
    sources.map(({ handle }) => handle),
    options,
  )
  return found.map((content, index) => {
    const { digest, sizeBytes } = group[index]!
    if (content?.bytes.length !== sizeBytes || (digest !== null && digest !== content.digest)) return null
    sources[index]!.onRead?.()
    group[index]!.reached(sizeBytes)
    return content
  })
}
