import * as nodeFs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import type { SqliteModule } from '../../../src/adapters/sqlite/index.ts'
import { createPorts } from '../../../src/composition/create-ports.ts'
import { createSqliteMetadataStore } from '../../../src/composition/sqlite.ts'
import { filePlaces } from './fs.ts'
import { flipInFile } from './stores.ts'
import type { PortsData } from './stores.ts'

/** `node:sqlite` without syncs, which change nothing that a case can see and take nearly all of its time. */
export const unsyncedSqlite: SqliteModule = {
  DatabaseSync: class extends DatabaseSync {
    override exec(sql: string): void {
      super.exec(unsynced(sql))
    }
  },
}

/** Metadata in a SQLite file, blobs in a folder, all in a temporary one. */
export const sqliteData = (): Promise<PortsData> => fileData({})

/** The same without syncs. */
export const unsyncedSqliteData = (): Promise<PortsData> => fileData({ sqlite: unsyncedSqlite })

/** A statement, unless it asks for syncs: then the one that asks for none. */
export function unsynced(sql: string): string {
  return sql === 'PRAGMA synchronous = FULL' ? 'PRAGMA synchronous = OFF' : sql
}

async function fileData(engine: { readonly sqlite?: SqliteModule }): Promise<PortsData> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-contract-'))
  const file = join(folder, 'new', 'store.db')
  const root = `${file}-blobs`
  const blobs = () => createPorts(createFsObjectStore({ root, durability: engine.sqlite ? 'none' : 'full' })).blobs
  return {
    ports: (environment) => ({
      metadata: createSqliteMetadataStore({ file, ...engine, ...environment }),
      blobs: blobs(),
    }),
    corrupt: async (at) => flipInFile(nodeFs, root, at),
    places: (count) => filePlaces(join(folder, 'places'), count),
    cleanup: () => rm(folder, { recursive: true, force: true }),
  }
}
