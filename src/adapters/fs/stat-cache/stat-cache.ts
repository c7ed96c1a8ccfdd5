import * as nodeFs from 'node:fs/promises'
import { resolve } from 'node:path'
import { sha256 } from '../../../domain/digest.ts'
import type { FolderStats, StatCache } from '../../../ports/stat-cache.ts'
import { errnoOf, fileError } from '../file-errors.ts'
import { CacheFolder } from './cache-folder.ts'
import { decodeColumns, NO_COLUMNS } from './columns.ts'
import type { Columns } from './columns.ts'
import { RememberedStats } from './folder-stats.ts'

/** Where states of files are remembered. */
export interface StatCacheOptions {
  /** The folder that keeps them, which is made when there is something to keep; null: nothing is kept. */
  readonly folder: () => Promise<string | null>
  /** Is told, once, why nothing can be kept; files are read anew then. */
  readonly onFailure?: ((error: unknown) => void) | undefined
}

/**
 * Remembers states of files of this machine's disk, of each folder in a file of its own. Nothing of it is precious: the
 * folder may be deleted at any time.
 *
 * - A file is written whole under another name and then renamed, and has a checksum.
 * - A file that belongs to another user is not trusted.
 * - Files that were not used for the longest time go when all together pass 256 MiB or 4,096 files.
 */
export function createStatCache({ folder, onFailure }: StatCacheOptions): StatCache {
  let opening: Promise<CacheFolder | null> | null = null
  let failed = false
  const cache: Cache = {
    folder: () => (opening ??= folder().then((path) => (path === null ? null : new CacheFolder(resolve(path))))),
    failing(error) {
      if (!failed) onFailure?.(error)
      failed = true
    },
  }
  return { open: (path) => openFolder(cache, path) }
}

interface Cache {
  readonly folder: () => Promise<CacheFolder | null>
  readonly failing: (error: unknown) => void
}

async function openFolder(cache: Cache, path: string): Promise<FolderStats> {
  const openedMs = Date.now()
  const keepBytes = async (bytes: Uint8Array): Promise<void> => {
    try {
      await (await cache.folder())?.write(await nameOf(path), bytes)
    } catch (error) {
      cache.failing(fileError(error, path))
    }
  }
  return new RememberedStats({ openedMs, columns: await readColumns(cache, path), keepBytes })
}

async function readColumns(cache: Cache, path: string): Promise<Columns> {
  try {
    const bytes = await (await cache.folder())?.read(await nameOf(path))
    return (bytes && decodeColumns(bytes)) ?? NO_COLUMNS
  } catch (error) {
    // A folder that is not there yet has no files either.
    if (errnoOf(error) !== 'ENOENT') cache.failing(fileError(error, path))
    return NO_COLUMNS
  }
}

/** One folder has one file, whatever links lead to it. */
async function nameOf(path: string): Promise<string> {
  return `${sha256(await nodeFs.realpath(path))}.stats`
}
