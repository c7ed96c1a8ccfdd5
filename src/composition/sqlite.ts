/**
 * A metadata store in a SQLite file.
 *
 * `openStore('sqlite:models.db')` puts the files in a folder beside it; with `createStore` they may lie anywhere.
 *
 * @packageDocumentation
 */

import { createSqliteDatabase, SQLITE_CAPABILITIES } from '../adapters/sqlite/index.ts'
import type { SqliteOptions } from '../adapters/sqlite/index.ts'
import { systemClock, systemIds } from '../adapters/system/index.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { createSqlMetadataStore } from '../sql/metadata-store.ts'

export type {
  SqliteConnection,
  SqliteModule,
  SqliteOptions,
  SqliteStatement,
  SqliteValue,
} from '../adapters/sqlite/index.ts'

/** Where the file of a store lies. Clock and ids are those of this machine unless others are given. */
export type SqliteStoreOptions = Pick<SqliteOptions, 'file' | 'sqlite'> & Partial<Pick<SqliteOptions, 'clock' | 'ids'>>

/**
 * Metadata in a SQLite file, for `createStore` with a BlobStore of your choice. Needs `node:sqlite`: Node 22.13 or newer.
 *
 * Does no I/O; the file and its folder are made by the first write. Rejects `INVALID` for a path that is none.
 */
export function createSqliteMetadataStore({
  clock = systemClock,
  ids = systemIds,
  ...options
}: SqliteStoreOptions): MetadataStore {
  const database = createSqliteDatabase({ ...options, clock, ids })
  return createSqlMetadataStore({ database, clock, ids }, SQLITE_CAPABILITIES)
}
