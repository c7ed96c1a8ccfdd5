import type { BulkReader, BulkSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'
import type { SmallObject } from '../ports/object-store.ts'
import type { BlobParcel, ParcelContent } from './blob-parcel.ts'
import { looseKey } from './blob-target.ts'
import type { BlobTarget } from './blob-target.ts'
import { forEachConcurrently } from './concurrency.ts'

/** From this many on it is worth waking other threads. */
const COUNT_MIN = 16
/** What is read and written in one step: enough to make its messages cheap, little enough to keep several under way. */
const GROUP_COUNT_MAX = 256
const GROUP_BYTES_MAX = 4 * 1024 * 1024
/** Groups under way: one is read while others are written. */
const GROUPS_AT_ONCE = 4

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
  if (!target.objects.capabilities.bulk || parcels.length < COUNT_MIN) return parcels
  const left = parcels.filter((parcel) => !isJoint(parcel))
  const groups = groupsOf(parcels.filter(isJoint))
  await forEachConcurrently(groups, { limit: GROUPS_AT_ONCE, signal }, async (group, options) => {
    for (const parcel of await storeGroup(target, group, { ...options, contents })) left.push(parcel)
  })
  return left
}

function isJoint(parcel: BlobParcel): parcel is JointParcel {
  return parcel.sizeBytes !== null && parcel.source.bulk !== undefined
}

/** Each group has one reader. */
function groupsOf(parcels: readonly JointParcel[]): JointParcel[][] {
  const groups: JointParcel[][] = []
  for (const alike of Map.groupBy(parcels, readerOf).values()) {
    let bytes = Number.POSITIVE_INFINITY
    for (const parcel of alike) {
      const isFull = bytes + parcel.sizeBytes > GROUP_BYTES_MAX || groups.at(-1)!.length === GROUP_COUNT_MAX
      if (isFull) groups.push([])
      bytes = isFull ? parcel.sizeBytes : bytes + parcel.sizeBytes
      groups.at(-1)!.push(parcel)
    }
  }
  return groups
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
