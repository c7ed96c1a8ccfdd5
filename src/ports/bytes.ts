import type { CallOptions } from './call.ts'

/**
 * Bytes that can be read more than once.
 */
export interface ByteSource {
  /** In bytes, or null where it is known only at the end. */
  readonly sizeBytes: number | null
  /**
   * Reads from the beginning.
   *
   * - A chunk stays valid until the next one is asked for, and no longer: sources reuse their buffers.
   * - Must reject when the bytes change while they are read, rather than end early.
   */
  read(options: CallOptions): AsyncIterable<Uint8Array>
}
