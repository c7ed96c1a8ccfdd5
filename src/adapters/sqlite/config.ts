import { resolve } from 'node:path'
import { LadingError } from '../../domain/errors.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { SqliteModule } from './client.ts'

/** Where a database lies, and what it takes from its machine. */
export interface SqliteOptions {
  /** The database file, absolute or relative to the working directory of this moment. Made on the first write. */
  readonly file: string
  /** The time of records that lading makes itself. */
  readonly clock: Clock
  /** Ids of records that lading makes itself. */
  readonly ids: Ids
  /** The database engine. Default `node:sqlite`, imported when it is first needed. */
  readonly sqlite?: SqliteModule
}

/** How long one try waits for a lock, in milliseconds. This thread stands still meanwhile, so it is short. */
export const BUSY_TIMEOUT_MS = 10

/** How long a call goes on trying while others hold the lock, in milliseconds, before it is `UNAVAILABLE`. */
export const LOCK_WAIT_MS = 30_000

/** The longest pause between two tries, in milliseconds. */
export const PAUSE_MS_MAX = 50

/** How long transactions may follow each other before timers, signals and sockets get a turn, in milliseconds. */
export const TURN_MS = 10

/** The absolute path of the file. Rejects an empty one, and one that SQLite would take for something else, `INVALID`. */
export function resolveFile(file: string): string {
  if (typeof file !== 'string' || file === '' || file.includes('\0') || /[/\\]$/.test(file)) {
    throw new LadingError('INVALID', {
      operation: 'createSqliteDatabase',
      adapter: 'sqlite',
      detail: `file is ${JSON.stringify(file)}`,
      next: 'give the path of a file',
    })
  }
  return resolve(file)
}
