import type { ObjectStoreCapabilities } from '../../ports/object-store.ts'
import type { MemoryConfig } from './config.ts'

/** One typed array holds this much in every runtime we support. */
const OBJECT_BYTES_MAX = 2 ** 32

/** What a store in memory can do, in the flavour that was asked for. */
export function memoryCapabilities({ register, batch, packBelowBytes }: MemoryConfig): ObjectStoreCapabilities {
  return Object.freeze({
    adapter: 'memory',
    register,
    batch,
    staging: true,
    copy: true,
    bulk: false,
    packBelowBytes,
    objectBytesMax: OBJECT_BYTES_MAX,
    concurrency: 16,
  })
}
