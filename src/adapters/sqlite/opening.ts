import type { Migrations } from '../../sql/schema.ts'
import type { SqliteConnection, SqliteModule } from './client.ts'
import { BUSY_TIMEOUT_MS } from './config.ts'
import { Connection } from './connection.ts'
import { exists, makeFolder } from './folder.ts'
import { migrate, schemaVersion } from './migrate.ts'

/** What is opened, and with what. */
export interface Opening {
  readonly file: string
  readonly sqlite: SqliteModule
  readonly migrations: Migrations
}

/**
 * Opens the database for reading; null when it was not made yet. One of an older schema is brought to the newest.
 *
 * Rejects `CONFLICT` for another program's database, `UNSUPPORTED` for one of a newer lading; nothing is changed then.
 */
export function openExisting(opening: Opening): Connection | null {
  if (!exists(opening.file)) return null
  return opened(opening, (sqlite, version) => {
    // Somebody may be making it at this moment, or was killed when he did.
    if (version === 0) return null
    if (version < opening.migrations.length) migrate(sqlite, opening.file, opening.migrations)
    return new Connection(sqlite)
  })
}

/** Opens the database for writing, and makes it, with its folder, where there is none. */
export function openOrMake(opening: Opening): Connection {
  makeFolder(opening.file)
  return opened(opening, (sqlite, version) => {
    // Cannot be done in a transaction, and stays in the file.
    if (version === 0) sqlite.exec('PRAGMA journal_mode = WAL')
    if (version < opening.migrations.length) migrate(sqlite, opening.file, opening.migrations)
    return new Connection(sqlite)
  })
}

/** An empty database in memory: what reads are answered from while there is no file. */
export function openStandIn({ sqlite, migrations }: Opening): Connection {
  const connection = new sqlite.DatabaseSync(':memory:')
  migrate(connection, ':memory:', migrations)
  return new Connection(connection)
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
