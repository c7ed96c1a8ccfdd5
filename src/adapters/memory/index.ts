/**
 * A driver that keeps everything in this process: for tests, and as the plainest example of a driver.
 *
 * @packageDocumentation
 */

export { createMemoryData } from './client.ts'
export type { MemoryData } from './client.ts'
export type { MemoryOptions } from './config.ts'
export { createMemoryObjectStore } from './object-store.ts'
