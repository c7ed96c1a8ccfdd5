import { stat } from 'node:fs/promises'
import type { Finding } from '../../ports/store-adapter.ts'
import { isLadingError } from '../../domain/errors.ts'
import { importSqlite } from './client.ts'
import type { SqliteConnection, SqliteModule } from './client.ts'
import { BUSY_TIMEOUT_MS, resolveFile } from './config.ts'
import { translated } from './errors.ts'
import { exists } from './folder.ts'
import { schemaVersion, SQLITE_MIGRATIONS } from './migrate.ts'

/** A write-ahead log that is larger was not written back for long, in bytes. */
const LOG_BYTES_MAX = 64 * 1024 ** 2

/** Looks whether a database can be relied on: its schema, its write-ahead log, and whether SQLite finds it intact. */
export async function* diagnoseDatabase(options: {
  readonly file: string
  readonly sqlite?: SqliteModule
}): AsyncIterable<Finding> {
  const file = resolveFile(options.file)
  if (!exists(file)) {
    yield { check: 'database', verdict: 'good', detail: `${file} is not there yet: the first log makes it` }
    return
  }
  const { DatabaseSync } = options.sqlite ?? (await importSqlite())
  let connection: SqliteConnection | null = null
  try {
    connection = new DatabaseSync(file)
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    yield lookAtSchema(connection, file)
    yield lookAtIntegrity(connection)
    yield await lookAtLog(connection, file)
  } catch (error) {
    yield unusable(file, error)
  } finally {
    connection?.close()
  }
}

function lookAtSchema(connection: SqliteConnection, file: string): Finding {
  const newest = SQLITE_MIGRATIONS.length
  const version = schemaVersion(connection, file, newest)
  const older = version < newest ? `, which the next command brings to ${newest}` : ''
  const detail =
    version === 0 ? `${file} is empty: the first log makes its tables` : `schema ${version}${older}, in ${file}`
  return { check: 'database', verdict: 'good', detail }
}

/** Reads the whole database; the time grows with its size. */
function lookAtIntegrity(connection: SqliteConnection): Finding {
  const { quick_check: answer } = connection.prepare('PRAGMA quick_check(1)').get({}) as { quick_check: string }
  if (answer === 'ok') return { check: 'integrity', verdict: 'good', detail: 'SQLite finds the database intact' }
  const next = 'restore it from a backup of the store'
  return { check: 'integrity', verdict: 'broken', detail: `the database is damaged: ${answer}`, next }
}

async function lookAtLog(connection: SqliteConnection, file: string): Promise<Finding> {
  const check = 'write-ahead log'
  const { journal_mode: mode } = connection.prepare('PRAGMA journal_mode').get({}) as { journal_mode: string }
  if (mode !== 'wal') {
    const next = 'it is switched on by the next command that may write to the file'
    return { check, verdict: 'warning', detail: `it is off (${mode}): readers and writers wait for each other`, next }
  }
  const sizeBytes = await stat(`${file}-wal`).then(
    ({ size }) => size,
    // The last one who closes the database removes it.
    () => 0,
  )
  const detail = `it is on, and holds ${(sizeBytes / 1e6).toFixed(1)} MB`
  if (sizeBytes <= LOG_BYTES_MAX) return { check, verdict: 'good', detail }
  const next = 'end what has the database open for long: only then is the log written back'
  return { check, verdict: 'warning', detail, next }
}

function unusable(file: string, thrown: unknown): Finding {
  const error = translated(thrown)
  if (!isLadingError(error)) throw error
  const { detail, next, code } = error
  // Who has it locked at this moment is at work.
  const verdict = code === 'UNAVAILABLE' ? 'warning' : 'broken'
  return { check: 'database', verdict, detail: `${file}: ${detail}`, next }
}
