import type { FileHandle } from 'node:fs/promises'
import { errnoOf, fileError, ifPresent, onFile } from './file-errors.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** What opening a folder answers when it is gone, or something else has its place. */
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/** A folder in which something is done. */
export interface PinnedFolder {
  /** Leads to that very folder, if it is not the folder's usual path. */
  readonly path: string
  /** Whether the folder is still in its place. */
  isInPlace(): Promise<boolean>
}

/**
 * Does something in a folder, given by its path without links; null if it is not in its place any more.
 *
 * Node has no `openat`, `renameat` and `unlinkat`. On Linux an open folder has a path of its own below `/proc`, which `act`
 * is given: it leads to that very folder, whatever is put in its place or in that of one above it. Elsewhere `act` is given
 * the folder's path, right after a look at what it leads to.
 */
export async function inFolder<T extends object>(
  fs: UserFileSystem,
  folder: string,
  act: (pinned: PinnedFolder) => Promise<T>,
): Promise<T | null> {
  if (process.platform !== 'linux') return inFolderByPath(fs, folder, act)
  const handle = await openFolder(fs, folder)
  if (handle === null) return null
  try {
    const path = `/proc/self/fd/${handle.fd}`
    const place = await placeOf(fs, path)
    if (place === null) return await inFolderByPath(fs, folder, act)
    return place === folder ? await act({ path, isInPlace: async () => (await placeOf(fs, path)) === folder }) : null
  } finally {
    await onFile(folder, handle.close())
  }
}

async function inFolderByPath<T>(
  fs: UserFileSystem,
  folder: string,
  act: (pinned: PinnedFolder) => Promise<T>,
): Promise<T | null> {
  const isInPlace = async () => (await ifPresent(folder, fs.promises.realpath(folder))) === folder
  return (await isInPlace()) ? act({ path: folder, isInPlace }) : null
}

/** Null where there is no /proc, or none that may be read. */
async function placeOf(fs: UserFileSystem, pinned: string): Promise<string | null> {
  try {
    return await fs.promises.readlink(pinned)
  } catch (error) {
    if (errnoOf(error) === null) throw error
    return null
  }
}

async function openFolder(fs: UserFileSystem, folder: string): Promise<FileHandle | null> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants
  try {
    return await fs.promises.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  } catch (error) {
    if (NOT_THERE.has(errnoOf(error) ?? '')) return null
    throw fileError(error, folder)
  }
}
