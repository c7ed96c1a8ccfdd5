import type { BulkReader, BulkSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'
import type { BlobParcel, ParcelContent } from './blob-parcel.ts'
import { bulkGroups, GROUPS_AT_ONCE, isWorthThreads } from './bulk-groups.ts'
import { blobsPrefix } from './blob-target.ts'
import type { BlobTarget } from './blob-target.ts'
import { forEachConcurrently } from './concurrency.ts'

/** A parcel whose source can be taken together with others, by the store itself. */
type JointParcel = BlobParcel & {
  readonly digest: null
  readonly sizeBytes: number
  readonly source: { readonly bulk: BulkSource }
}

/**
 * Stores parcels together where source and store both can; answers those that are left, in their order: the ordinary way
 * stores them, or finds out why that cannot be.
 */
export async function storeTogether(
  target: BlobTarget,
  parcels: readonly BlobParcel[],
  { contents, signal }: CallOptions & { readonly contents: ParcelContent[] },
): Promise<readonly BlobParcel[]> {
  if (!target.objects.capabilities.bulk || !target.naming.isPlain) return parcels
  const joint = parcels.filter(isJoint)
  if (!isWorthThreads(joint)) return parcels
  const refused = new Set<BulkReader>()
  await forEachConcurrently(bulkGroups(joint), { limit: GROUPS_AT_ONCE, signal }, async (group, options) => {
    // A store that takes nothing of several says so with the first group; a single one may have changed just now.
    const taken = refused.size === 0 ? group : group.filter(({ source }) => !refused.has(source.bulk.reader))
    if (taken.length > 0) await storeGroup(target, taken, { ...options, contents })
    const isRefused = taken.length > 1 && !taken.some(({ index }) => contents[index])
    if (isRefused) for (const { source } of taken) refused.add(source.bulk.reader)
  })
  return parcels.filter(({ index }) => contents[index] === undefined)
}

function isJoint(parcel: BlobParcel): parcel is JointParcel {
  return parcel.digest === null && parcel.sizeBytes !== null && parcel.source.bulk !== undefined
}

async function storeGroup(
  target: BlobTarget,
  group: readonly JointParcel[],
  { contents, ...options }: CallOptions & { readonly contents: ParcelContent[] },
): Promise<void> {
  const onBytes = group.length === 1 ? (count: number) => group[0]!.reached(count) : undefined
  const sources = group.map(({ source }) => source.bulk)
  const prefix = blobsPrefix(target)
  const found = await target.objects.bulk.ingestAll(sources, { ...options, prefix, onBytes })
  for (const [index, parcel] of group.entries()) {
    const content = found[index]
    if (!content) continue
    target.ledger.place(content.digest, null)
    contents[parcel.index] = content
    sources[index]!.onRead?.()
    parcel.reached(content.sizeBytes)
  }
}
