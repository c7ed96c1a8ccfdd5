import type * as nodeFs from 'node:fs'

/** What jobs use of `node:fs`: the calls that block. */
export type SyncFileSystem = typeof nodeFs
