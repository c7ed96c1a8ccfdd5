import type { ObjectStoreCapabilities } from '../../ports/object-store.ts'

/**
 * What a store in a folder can do.
 *
 * A file system creates a name only if it is free (`link(2)`) but cannot swap a content for another: registers are
 * numbered. A request is cheap, so every blob is a file that `ls` shows. Files end where the disk does. Bulk work is done
 * by threads, which have no part in a file system that was given as an option.
 */
export const FS_CAPABILITIES: ObjectStoreCapabilities = Object.freeze({
  adapter: 'fs',
  register: 'numbered',
  batch: false,
  staging: true,
  copy: true,
  bulk: true,
  packBelowBytes: 0,
  objectBytesMax: Number.MAX_SAFE_INTEGER,
  concurrency: 16,
})
