import { formatBlobName } from '../domain/blob-name.ts'
import type { BlobWant, BulkSink, WholeBlob } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import { LARGE_BYTES } from './batch-plan.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { BULK_COUNT_MIN, bulkGroups, GROUPS_AT_ONCE } from './bulk-groups.ts'
import { forEachConcurrently } from './concurrency.ts'

/** Small blobs that are objects of their own. */
interface Joint {
  readonly wants: readonly BlobWant[]
  /** Of those wants that are to be read. */
  readonly indexes: readonly number[]
  readonly bulk: BulkSink | undefined
}

/**
 * Reads small blobs together where the store can and somebody takes them so; answers the indexes that are left: the
 * ordinary way reads them, or finds out why that cannot be.
 */
export async function readTogether(
  store: ProjectObjects,
  { wants, indexes, bulk }: Joint,
  { signal }: CallOptions,
): Promise<readonly number[]> {
  const joint = indexes.filter((index) => isJoint(wants[index]!))
  if (!bulk || !store.objects.capabilities.bulk || joint.length < BULK_COUNT_MIN) return indexes
  const done = new Set<number>()
  const groups = bulkGroups(joint, (index) => wants[index]!.sizeBytes!)
  await forEachConcurrently(groups, { limit: GROUPS_AT_ONCE, signal }, async (group, options) => {
    const blobs = await readGroup(store, { wants, indexes: group }, options)
    for (const { index } of blobs) done.add(index)
    if (blobs.length > 0) await bulk(blobs)
  })
  return indexes.filter((index) => !done.has(index))
}

function isJoint({ sizeBytes, range }: BlobWant): boolean {
  return range === undefined && sizeBytes !== null && sizeBytes < LARGE_BYTES
}

async function readGroup(
  { objects, project }: ProjectObjects,
  { wants, indexes }: Pick<Joint, 'wants' | 'indexes'>,
  options: CallOptions,
): Promise<readonly WholeBlob[]> {
  const keys = indexes.map((index) => {
    return blobKey(project, formatBlobName({ kind: 'blob', digest: wants[index]!.digest, epoch: null }))
  })
  const bytesMax = indexes.reduce((sum, index) => sum + wants[index]!.sizeBytes!, 0)
  const found = await objects.bulk.readAll(keys, { ...options, bytesMax })
  return indexes.flatMap((index, position) => {
    const bytes = found[position]
    return bytes ? [{ index, bytes }] : []
  })
}
