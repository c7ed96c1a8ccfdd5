import { migrations } from '../../sql/schema.ts'
import type { Dialect, Migrations } from '../../sql/schema.ts'
import type { SqliteConnection } from './client.ts'
import { hasForeignCode, newerSchema, notOurs } from './errors.ts'

/** `ladi` as a number: what `file` and SQLite know our databases by. Never changes. */
export const APPLICATION_ID = 0x6c616469

const DIALECT: Dialect = {
  integer: 'INTEGER',
  identity: 'INTEGER PRIMARY KEY',
  table: ' STRICT',
  narrowTable: ' STRICT, WITHOUT ROWID',
}

/** The schema of this version of lading. */
export const SQLITE_MIGRATIONS: Migrations = migrations(DIALECT)

/**
 * The version of the schema that a database has; 0: it is empty.
 *
 * Rejects `CONFLICT` for the database of another program, `UNSUPPORTED` for one of a newer lading, `CORRUPT` for one in
 * which somebody has put code. Changes nothing.
 */
export function schemaVersion(connection: SqliteConnection, file: string, known: number): number {
  const application = pragma(connection, 'application_id')
  const version = pragma(connection, 'user_version')
  if (application !== APPLICATION_ID) {
    if (application !== 0 || version !== 0 || countOf(connection, '') > 0) throw notOurs(file)
    return 0
  }
  if (version > known) throw newerSchema(file, { found: version, known })
  if (countOf(connection, "WHERE type IN ('trigger', 'view')") > 0) throw hasForeignCode(file)
  return version
}

/**
 * Brings a database to the newest schema in one transaction: it has the old one or the new one, whatever happens.
 * Of several processes the first does it; the others wait and find it done. After an error the connection must be
 * closed, which undoes the transaction.
 */
export function migrate(connection: SqliteConnection, file: string, steps: Migrations): void {
  connection.exec('BEGIN IMMEDIATE')
  const version = schemaVersion(connection, file, steps.length)
  for (const statement of steps.slice(version).flat()) connection.exec(statement)
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  connection.exec(`PRAGMA user_version = ${steps.length}`)
  connection.exec('COMMIT')
}

/** How many things the schema defines. */
function countOf(connection: SqliteConnection, where: string): number {
  return (connection.prepare(`SELECT count(*) AS count FROM sqlite_schema ${where}`).get({}) as { count: number }).count
}

function pragma(connection: SqliteConnection, name: string): number {
  return (connection.prepare(`PRAGMA ${name}`).get({}) as Record<string, number>)[name]!
}
