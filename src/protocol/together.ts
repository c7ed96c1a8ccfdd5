import type { BulkReader, BulkSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'
import type { SmallObject } from '../ports/object-store.ts'
import type { BlobParcel, ParcelContent } from './blob-parcel.ts'
import { bulkGroups, BULK_COUNT_MIN, GROUPS_AT_ONCE } from './bulk-groups.ts'
import { looseKey } from './blob-target.ts'
import type { BlobTarget } from './blob-target.ts'
import { forEachConcurrently } from './concurrency.ts'

/** A parcel whose source can be read together with others. */
type JointParcel = BlobParcel & { readonly sizeBytes: number; readonly source: { readonly bulk: BulkSource } }

/**
 * Stores small parcels together where source and store both can; answers those that are left, in no particular order:
 * the ordinary way stores them, or finds out why that cannot be.
 */
export async function storeTogether(
  target: BlobTarget,
  parcels: readonly BlobParcel[],
  { contents, signal }: CallOptions & { readonly contents: ParcelContent[] },
): Promise<readonly BlobParcel[]> {
  if (!target.objects.capabilities.bulk || parcels.length < BULK_COUNT_MIN) return parcels
  const left = parcels.filter((parcel) => !isJoint(parcel))
  const alike = [...Map.groupBy(parcels.filter(isJoint), readerOf).values()]
  const groups = alike.flatMap((group) => bulkGroups(group, ({ sizeBytes }) => sizeBytes))
  let isRefused = false
  await forEachConcurrently(groups, { limit: GROUPS_AT_ONCE, signal }, async (group, options) => {
    // A disk that takes nothing in bulk says so with the first group: no more is read for it.
    const rest = isRefused ? group : await storeGroup(target, group, { ...options, contents })
    isRefused ||= rest.length === group.length
    for (const parcel of rest) left.push(parcel)
  })
  return left
}

function isJoint(parcel: BlobParcel): parcel is JointParcel {
  return parcel.sizeBytes !== null && parcel.source.bulk !== undefined
}

function readerOf({ source }: JointParcel): BulkReader {
  return source.bulk.reader
}

/** Answers what is left of a group. */
async function storeGroup(
  target: BlobTarget,
  group: readonly JointParcel[],
  { contents, ...options }: CallOptions & { readonly contents: ParcelContent[] },
): Promise<readonly BlobParcel[]> {
  const handles = group.map(({ source }) => source.bulk.handle)
  const read = await readerOf(group[0]!).readAll(handles, options)
  const left: BlobParcel[] = []
  const claimed: (SmallObject & { readonly parcel: JointParcel; readonly content: ParcelContent })[] = []
  for (const [index, parcel] of group.entries()) {
    const content = contentOf(parcel, read[index])
    if (content === null) left.push(parcel)
    // A parcel whose digest was known from the start is claimed before it is read.
    else if (parcel.digest !== null || target.ledger.claim(content.digest)) {
      claimed.push({ key: looseKey(target, content.digest), bytes: read[index]!.bytes, parcel, content })
    } else settle(parcel, content, contents)
  }
  const written = await target.objects.bulk.writeAll(claimed, options)
  for (const [index, { parcel, content }] of claimed.entries()) {
    if (written[index]) {
      target.ledger.place(content.digest, null)
      settle(parcel, content, contents)
    } else {
      if (parcel.digest === null) target.ledger.release(content.digest)
      left.push(parcel)
    }
  }
  return left
}

/** Null unless the bytes are those that the parcel announces. */
function contentOf(
  { digest, sizeBytes }: JointParcel,
  found: { readonly digest: string; readonly bytes: Uint8Array } | null | undefined,
): ParcelContent | null {
  if (!found || found.bytes.length !== sizeBytes) return null
  return digest === null || digest === found.digest ? { digest: found.digest, sizeBytes } : null
}

function settle(parcel: BlobParcel, content: ParcelContent, contents: ParcelContent[]): void {
  contents[parcel.index] = content
  parcel.reached(content.sizeBytes)
}
