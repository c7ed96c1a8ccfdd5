/**
 * A driver over folders of a local disk.
 *
 * `createPorts(createFsObjectStore({ root }))` gives the two stores over it; `openStore('./folder')` does that by itself.
 *
 * @packageDocumentation
 */

export type { FileHandle, FileStatus, FileSystem, FolderEntry, NodeFileSystem } from './client.ts'
export type { FsOptions } from './config.ts'
export { createFsObjectStore } from './object-store.ts'
