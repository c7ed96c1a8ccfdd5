import type * as nodeFs from 'node:fs'

/** What lading needs of a file system to read and write the user's files: `node:fs`, or one that behaves like it. */
export type UserFileSystem = Pick<typeof nodeFs, 'constants' | 'promises'>
