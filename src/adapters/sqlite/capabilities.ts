import type { MetadataCapabilities } from '../../ports/metadata-store.ts'

/**
 * What a store in a SQLite file can do. Any number of processes of one machine may write: SQLite lets one of them write
 * at a time (https://www.sqlite.org/wal.html).
 */
export const SQLITE_CAPABILITIES: MetadataCapabilities = Object.freeze({
  adapter: 'sqlite',
  edges: 'now',
  writers: 'many',
  drafts: true,
})
