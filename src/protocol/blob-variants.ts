import { blobFolder, parseBlobName } from '../domain/blob-name.ts'
import type { BlobName } from '../domain/blob-name.ts'
import type { Digest } from '../domain/digest.ts'
import type { CallOptions } from '../ports/call.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { projectPrefix } from './keys.ts'

/** Entries of a page while a folder is searched. */
const PAGE_LIMIT = 1_000

/** The names of a blob beside its plain one, newest epoch first. */
export type VariantFinder = (digest: Digest, options: CallOptions) => Promise<readonly BlobName[]>

/**
 * Finds blobs that were written anew while their plain names were condemned.
 *
 * A search lists the blob's folder, once for all blobs in it: it is for the rare reader that misses a plain name.
 */
export function createVariantFinder(store: ProjectObjects): VariantFinder {
  const folders = new Map<string, Promise<readonly Variant[]>>()
  return async (digest, options) => {
    const folder = blobFolder(digest)
    const listing = folders.get(folder) ?? listVariants(store, folder, options)
    folders.set(folder, listing)
    const variants = (await listing).filter((variant) => variant.digest === digest)
    return variants.toSorted((a, b) => b.epoch - a.epoch).map(({ name }) => name)
  }
}

interface Variant {
  readonly name: BlobName
  readonly digest: Digest
  readonly epoch: number
}

async function listVariants(
  { objects, project }: ProjectObjects,
  folder: string,
  { signal }: CallOptions,
): Promise<readonly Variant[]> {
  const variants: Variant[] = []
  let cursor: string | undefined
  do {
    const page = await objects.list(blobKey(project, folder), { depth: 'children', limit: PAGE_LIMIT, cursor, signal })
    for (const { key } of page.entries) {
      const name = key.slice(projectPrefix(project).length)
      const parts = parseBlobName(name)
      if (parts && parts.epoch !== null) variants.push({ name, digest: parts.digest, epoch: parts.epoch })
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  return variants
}
