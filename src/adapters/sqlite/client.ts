import { LadingError } from '../../domain/errors.ts'

/** A value that is bound to a parameter or read from a column. */
export type SqliteValue = null | number | bigint | string | Uint8Array

/** The calls that the adapter makes of `node:sqlite`, or of something with the same functions. */
export interface SqliteModule {
  readonly DatabaseSync: new (file: string) => SqliteConnection
}

/** One connection. Its calls block this thread; failures are errors with SQLite's result code as `errcode`. */
export interface SqliteConnection {
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

/** A prepared statement; its parameters go by their names. */
export interface SqliteStatement {
  all(params: Record<string, SqliteValue>): unknown[]
  get(params: Record<string, SqliteValue>): unknown
  run(params: Record<string, SqliteValue>): { readonly changes: number | bigint }
}

/** Imports `node:sqlite`. Rejects `UNSUPPORTED` on a Node that has none. */
export async function importSqlite(): Promise<SqliteModule> {
  try {
    return await import('node:sqlite')
  } catch (cause) {
    throw new LadingError('UNSUPPORTED', {
      detail: `Node ${process.version} has no node:sqlite`,
      next: 'use Node 22.13 or newer, or another store',
      cause,
    })
  }
}
