export { createMemoryData } from './client.ts'
export type { MemoryData } from './client.ts'
export type { MemoryOptions } from './config.ts'
export { createMemoryObjectStore } from './object-store.ts'
