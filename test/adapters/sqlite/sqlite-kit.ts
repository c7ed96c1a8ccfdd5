import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { createSqliteMetadataStore } from '../../../src/composition/sqlite.ts'
import type { SqliteStoreOptions } from '../../../src/composition/sqlite.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import { checkedMetadataStore } from '../../../src/ports/facade/metadata-store.ts'
import { unsyncedSqlite } from '../../contract/support/sqlite.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** The artifact of these tests. */
export const KEY = { project: 'demo', artifact: 'model' }

/** A path for a database, in a temporary folder. Nothing is there yet. */
export function databaseFile(): string {
  return join(temporaryFolder(), 'lading.db')
}

/** A handle behind the facade, closed after the test. */
export function openFile(file: string, options: Omit<SqliteStoreOptions, 'file'> = {}): MetadataStore {
  const store = checkedMetadataStore(createSqliteMetadataStore({ file, sqlite: unsyncedSqlite, ...options }))
  onTestFinished(() => store.close())
  return store
}

/** A database of somebody else's, or one that is looked at from outside. Closed after the test. */
export function rawDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => {
    if (database.isOpen) database.close()
  })
  return database
}

/** The bytes of a file. */
export function bytesOf(file: string): string {
  return readFileSync(file).toString('base64')
}
