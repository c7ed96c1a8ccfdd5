import { formatBlobName } from '../domain/blob-name.ts'
import type { BlobPlaces, BlobWant } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import type { DeliveredObject } from '../ports/bulk-objects.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { bulkGroups, GROUPS_AT_ONCE, isWorthThreads } from './bulk-groups.ts'
import { forEachConcurrently } from './concurrency.ts'

/** Blobs that are objects of their own. */
interface Joint {
  readonly wants: readonly BlobWant[]
  /** Of those wants that are to be read. */
  readonly indexes: readonly number[]
  readonly places: BlobPlaces | undefined
}

type Placed = DeliveredObject & { readonly index: number }

/**
 * Has the store put blobs into their places where it can; answers the indexes that are left: the ordinary way reads them,
 * or finds out why that cannot be.
 */
export async function readTogether(
  store: ProjectObjects,
  { wants, indexes, places }: Joint,
  { signal }: CallOptions,
): Promise<readonly number[]> {
  if (!places || !store.objects.capabilities.bulk) return indexes
  const objects = indexes.flatMap((index) => placedOf(store, { want: wants[index]!, index, places }) ?? [])
  if (!isWorthThreads(objects)) return indexes
  const done = new Set<number>()
  await forEachConcurrently(bulkGroups(objects), { limit: GROUPS_AT_ONCE, signal }, async (group, options) => {
    const onBytes = group.length === 1 ? (count: number) => places.onBytes(group[0]!.index, count) : undefined
    const put = await store.objects.bulk.deliverAll(group, { ...options, maker: places.maker, onBytes })
    for (const [position, { index }] of group.entries()) {
      if (!put[position]) continue
      done.add(index)
      places.onPut(index)
    }
  })
  return indexes.filter((index) => !done.has(index))
}

function placedOf(
  { project }: ProjectObjects,
  { want, index, places }: { readonly want: BlobWant; readonly index: number; readonly places: BlobPlaces },
): Placed | null {
  const { digest, sizeBytes, range } = want
  const place = range === undefined && sizeBytes !== null ? places.of(index) : null
  if (place === null || sizeBytes === null) return null
  const key = blobKey(project, formatBlobName({ kind: 'blob', digest, epoch: null }))
  return { key, digest, sizeBytes, place, index }
}
