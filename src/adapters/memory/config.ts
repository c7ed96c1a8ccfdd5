import { LadingError } from '../../domain/errors.ts'
import { createMemoryData } from './client.ts'
import type { MemoryData } from './client.ts'

/** Which of the bucket-like technologies the store behaves like. */
export interface MemoryOptions {
  /** The data to work on, shared by all handles that are given it. Default: new and empty. */
  readonly shared?: MemoryData
  /** Whether registers are compared and swapped, or built from put-if-absent and list. Default `native`. */
  readonly register?: 'native' | 'numbered'
  /** Whether every write is a commit, and many can be one. Keeps all states for ever. Default false. */
  readonly batch?: boolean
  /** Blobs of at most this many bytes travel in packs. Default 0: none does. */
  readonly packBelowBytes?: number
}

/** Options with every default filled in. */
export type MemoryConfig = Readonly<Required<MemoryOptions>>

/** Fills in the defaults. Rejects a `packBelowBytes` that is no count of bytes with `INVALID`. */
export function resolveConfig(options: MemoryOptions): MemoryConfig {
  const { shared = createMemoryData(), register = 'native', batch = false, packBelowBytes = 0 } = options
  if (!Number.isSafeInteger(packBelowBytes) || packBelowBytes < 0) {
    throw new LadingError('INVALID', {
      operation: 'createMemoryObjectStore',
      adapter: 'memory',
      detail: `packBelowBytes is ${packBelowBytes}`,
      next: 'give a number of bytes, 0 or more',
    })
  }
  return Object.freeze({ shared, register, batch, packBelowBytes })
}
