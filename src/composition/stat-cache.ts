import { createStatCache } from '../adapters/fs/stat-cache/stat-cache.ts'
import type { OnWarning } from '../application/client/client-ports.ts'
import { quote } from '../domain/canonical-json.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { StatCache } from '../ports/stat-cache.ts'
import { cacheFolder } from './cache-folder.ts'
import { messageOf } from './message-of.ts'

/** Where states of files are remembered. */
export interface CacheOptions {
  /**
   * The folder in which lading remembers what it has read: a file that has not changed since is not read again. It may be
   * deleted at any time, and shared by any number of processes. False: nothing is remembered. Default: `LADING_CACHE`
   * (a folder, or `off`), else the user's cache folder, as `~/.cache/lading`.
   */
  readonly cache?: string | false | undefined
}

/** What remembers states of files; undefined where nothing does. Does no I/O. `INVALID` for what is no folder's name. */
export function openStatCache({ cache }: CacheOptions, onWarning: OnWarning): StatCache | undefined {
  if (cache === false) return undefined
  if (cache !== undefined && (typeof cache !== 'string' || cache === '' || cache.includes('\0'))) {
    throw new LadingError('INVALID', { detail: `the cache is ${quote(cache)}`, next: 'give a folder, or false' })
  }
  const message = 'what was read is not remembered, so that it will be read again'
  return createStatCache({
    folder: async () => cache ?? cacheFolder(),
    onFailure(error) {
      onWarning({ message, cause: isLadingError(error) ? error : unavailable(error) })
    },
  })
}

function unavailable(cause: unknown): LadingError {
  return new LadingError('UNAVAILABLE', { detail: messageOf(cause), next: 'see the cause', cause })
}
