import type { Digest } from '../domain/digest.ts'
import type { CallOptions } from '../ports/call.ts'
import type { IngestedObject } from '../ports/bulk-objects.ts'
import type { BlobNaming } from './blob-naming.ts'
import { blobsPrefix } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { GROUPS_AT_ONCE, isWorthThreads } from './bulk-groups.ts'
import { forEachConcurrently } from './concurrency.ts'

/** Blobs that are asked for at once: whoever answers may do nothing else meanwhile. */
const VOUCHED_MAX = 512

/** Under which names blobs are looked for, and what is known of them. */
interface Looking extends CallOptions {
  readonly sizes: ReadonlyMap<Digest, number> | undefined
  readonly naming: BlobNaming
}

/** What was found out together: blobs that are there, and those that must be looked for one by one. */
interface Vouched {
  readonly present: Set<Digest>
  readonly open: readonly Digest[]
}

/** Asks the store for many blobs of known sizes at once, where it can answer that. */
export async function vouchTogether(
  { objects, project }: ProjectObjects,
  digests: readonly Digest[],
  { sizes, naming, signal }: Looking,
): Promise<Vouched> {
  const present = new Set<Digest>()
  if (!objects.capabilities.bulk || !naming.isPlain || sizes === undefined) return { present, open: digests }
  const open: Digest[] = []
  const known: IngestedObject[] = []
  for (const digest of digests) {
    const sizeBytes = sizes.get(digest)
    if (sizeBytes === undefined) open.push(digest)
    else known.push({ digest, sizeBytes })
  }
  if (!isWorthThreads(known)) return { present, open: digests }
  const prefix = blobsPrefix({ project })
  await forEachConcurrently(chunksOf(known), { limit: GROUPS_AT_ONCE, signal }, async (chunk, options) => {
    const vouched = await objects.bulk.vouchAll(chunk, { ...options, prefix })
    for (const [index, { digest }] of chunk.entries()) {
      if (vouched[index] === true) present.add(digest)
      else if (vouched[index] !== false) open.push(digest)
    }
  })
  return { present, open }
}

function chunksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const chunks: T[][] = []
  for (let from = 0; from < items.length; from += VOUCHED_MAX) chunks.push(items.slice(from, from + VOUCHED_MAX))
  return chunks
}
