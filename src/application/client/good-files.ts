import { join } from 'node:path'
import type { Digest } from '../../domain/digest.ts'
import { isLadingError } from '../../domain/errors.ts'
import type { ErrorCode, LadingError } from '../../domain/errors.ts'
import type { FileEntry } from '../../domain/manifest.ts'
import type { BlobItem } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Files, FoundFile } from '../../ports/files.ts'
import { hashSource } from './hash-source.ts'

/** Which content is looked for, and where. */
export interface Search extends CallOptions {
  readonly folder: string
  readonly wanted: readonly FileEntry[]
}

/** What a folder has of the content that was looked for. */
export interface GoodFiles {
  readonly found: ReadonlyMap<Digest, BlobItem>
  /** Why the folder could not be searched to its end; null when it was, or need not be. */
  readonly stopped: string | null
}

/** A file that is none, may not be read or changes meanwhile is no file with the right bytes. */
const UNFIT: ReadonlySet<ErrorCode> = new Set(['NOT_FOUND', 'INVALID', 'UNAUTHORIZED', 'CONFLICT'])

/**
 * Looks for content in a folder: at the paths of the entries, where links are followed, then in every file of a right
 * size. Each file that is found was read to its end. Changes nothing.
 */
export async function findGoodFiles(files: Files, { folder, wanted, ...options }: Search): Promise<GoodFiles> {
  const found = new Map<Digest, BlobItem>()
  const sizes = new Map(wanted.map(({ digest, size }) => [digest, size]))
  for (const { path, digest } of wanted) {
    if (found.has(digest)) continue
    const item = await orUnfit(async () => matching(await files.file(join(folder, path)), sizes, options))
    if (item?.digest === digest) found.set(digest, item)
  }
  for (const digest of found.keys()) sizes.delete(digest)
  const stopped = sizes.size === 0 ? null : await searchAll(files, { folder, sizes, found }, options)
  return { found, stopped }
}

/** Takes what it finds out of `sizes`. */
async function searchAll(
  files: Files,
  { folder, sizes, found }: { folder: string; sizes: Map<Digest, number>; found: Map<Digest, BlobItem> },
  options: CallOptions,
): Promise<string | null> {
  try {
    for await (const batch of files.walk(folder, options)) {
      for (const file of batch) {
        const item = await orUnfit(() => matching(file, sizes, options))
        if (item && sizes.delete(item.digest)) found.set(item.digest, item)
        if (sizes.size === 0) return null
      }
    }
    return null
  } catch (error) {
    if (!isUnfit(error)) throw error
    return error.message
  }
}

/** The file as a blob if its bytes are among those that are looked for. Reads it only if it has the size of one. */
async function matching(
  { source, sizeBytes }: FoundFile,
  sizes: ReadonlyMap<Digest, number>,
  options: CallOptions,
): Promise<BlobItem | null> {
  if (![...sizes.values()].includes(sizeBytes)) return null
  const { digest } = await hashSource(source, options)
  return sizes.get(digest) === sizeBytes ? { digest, sizeBytes, source } : null
}

async function orUnfit<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look()
  } catch (error) {
    if (isUnfit(error)) return null
    throw error
  }
}

function isUnfit(error: unknown): error is LadingError {
  return isLadingError(error) && UNFIT.has(error.code)
}
