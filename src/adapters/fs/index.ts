export type { NodeFileSystem } from './client.ts'
export type { FsOptions } from './config.ts'
export { createFsObjectStore } from './object-store.ts'
