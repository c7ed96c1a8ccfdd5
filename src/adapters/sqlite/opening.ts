import type { Migrations } from '../../sql/schema.ts'
import type { SqliteConnection, SqliteModule } from './client.ts'
import { BUSY_TIMEOUT_MS } from './config.ts'
import { Connection } from './connection.ts'
import { resultCodeOf } from './errors.ts'
import { exists, makeFolder } from './folder.ts'
import { migrate, schemaVersion } from './migrate.ts'

/** What is opened, and with what. */
export interface Opening {
  readonly file: string
  readonly sqlite: SqliteModule
  readonly migrations: Migrations
}

/** SQLITE_READONLY. */
const READONLY = 8

/**
 * Opens the database for reading; null when it was not made yet. One of an older schema is brought to the newest, a copy
 * without a write-ahead log gets one again.
 *
 * Rejects `CONFLICT` for another program's database, `UNSUPPORTED` for one of a newer lading, `CORRUPT` for one with
 * triggers or views; nothing is changed then.
 */
export function openExisting(opening: Opening): Connection | null {
  if (!exists(opening.file)) return null
  return opened(opening, (sqlite, version) => {
    // Somebody may be making it at this moment, or was killed when he did.
    if (version === 0) return null
    useWriteAheadLog(sqlite)
    if (version < opening.migrations.length) migrate(sqlite, opening.file, opening.migrations)
    return connectionOf(sqlite, opening)
  })
}

/** Opens the database for writing, and makes it, with its folder, where there is none. */
export function openOrMake(opening: Opening): Connection {
  makeFolder(opening.file)
  return opened(opening, (sqlite, version) => {
    useWriteAheadLog(sqlite)
    if (version < opening.migrations.length) migrate(sqlite, opening.file, opening.migrations)
    return connectionOf(sqlite, opening)
  })
}

/** Stays in the file; cannot be done in a transaction. `VACUUM INTO` makes copies without it. */
function useWriteAheadLog(sqlite: SqliteConnection): void {
  try {
    sqlite.exec('PRAGMA journal_mode = WAL')
  } catch (error) {
    // What may only be read is read as it is.
    if (resultCodeOf(error) !== READONLY) throw error
  }
}

/** An empty database in memory: what reads are answered from while there is no file. */
export function openStandIn(opening: Opening): Connection {
  const connection = new opening.sqlite.DatabaseSync(':memory:')
  migrate(connection, ':memory:', opening.migrations)
  return connectionOf(connection, opening)
}

function connectionOf(sqlite: SqliteConnection, { file, migrations }: Opening): Connection {
  return new Connection(sqlite, { file, schema: migrations.length })
}

/** Hands out what `use` makes of the open file; closes it when that is nothing or an error. */
function opened<T extends Connection | null>(
  { file, sqlite, migrations }: Opening,
  use: (connection: SqliteConnection, version: number) => T,
): T {
  const connection = new sqlite.DatabaseSync(file)
  let answer: T | null = null
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    const version = schemaVersion(connection, file, migrations.length)
    // FULL: a commit is on the disk before it is answered, also in WAL mode.
    connection.exec('PRAGMA synchronous = FULL')
    connection.exec('PRAGMA foreign_keys = ON')
    answer = use(connection, version)
    return answer
  } finally {
    if (answer === null) connection.close()
  }
}
