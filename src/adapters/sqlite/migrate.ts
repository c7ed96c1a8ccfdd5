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

/** One statement, so that all is read as of one moment: another process may be making the database. */
const MARKS = `SELECT application_id AS application, user_version AS version,
  (SELECT count(*) FROM sqlite_schema) AS things,
  (SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')) AS code
  FROM pragma_application_id, pragma_user_version`

type Marks = Readonly<Record<'application' | 'version' | 'things' | 'code', number>>

/** The schema of this version of lading. */
export const SQLITE_MIGRATIONS: Migrations = migrations(DIALECT)

/**
 * The version of the schema that a database has; 0: it is empty.
 *
 * Rejects `CONFLICT` for the database of another program, `UNSUPPORTED` for one of a newer lading, `CORRUPT` for one in
 * which somebody has put code. Changes nothing.
 */
export function schemaVersion(connection: SqliteConnection, file: string, known: number): number {
  const { application, version, things, code } = connection.prepare(MARKS).get({}) as Marks
  if (application !== APPLICATION_ID) {
    if (application !== 0 || version !== 0 || things !== 0) throw notOurs(file)
    return 0
  }
  if (version > known) throw newerSchema(file, { found: version, known })
  if (code !== 0) throw hasForeignCode(file)
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
