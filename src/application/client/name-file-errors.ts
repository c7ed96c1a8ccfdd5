import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { FileEntry } from '../../domain/manifest.ts'

/**
 * Runs what reads blobs of these entries. An error that names a blob then names the file that has it, because users
 * know paths and not digests; the error as the store told it is the cause.
 */
export async function nameFileErrors<T>(
  entries: readonly Pick<FileEntry, 'path' | 'digest'>[],
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const entry = isLadingError(error) ? entries.find(({ digest }) => digest === error.key) : undefined
    if (!isLadingError(error) || entry === undefined) throw error
    const { operation, adapter, retry, detail, next } = error
    throw new LadingError(error.code, { operation, key: entry.path, adapter, retry, detail, next, cause: error })
  }
}
