import type { ObjectStoreCapabilities } from 'lading/ports'

/** What a shelf can do. `native`: it replaces an object only if its etag is still the one that is named. */
export const CAPABILITIES: ObjectStoreCapabilities = Object.freeze({
  adapter: 'shelf',
  register: 'native',
  batch: false,
  staging: false,
  copy: false,
  bulk: false,
  packBelowBytes: 0,
  /** The server refuses larger bodies with 413. */
  objectBytesMax: 2 ** 30,
  concurrency: 16,
})
