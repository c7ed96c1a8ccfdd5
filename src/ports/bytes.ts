import type { Digest } from '../domain/digest.ts'
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
  /** Where many small sources are read together for less than one by one. Whoever wraps a source passes it on. */
  readonly bulk?: BulkSource | undefined
}

/** A source among others that are read together. */
export interface BulkSource {
  readonly reader: BulkReader
  /** What the reader knows the source by. */
  readonly handle: unknown
  /** Is called when all its bytes were read together with others. */
  readonly onRead?: (() => void) | undefined
}

/** Bytes of a source, all read from one state of it. */
export interface HashedBytes {
  readonly digest: Digest
  readonly bytes: Uint8Array
}

/** Reads small sources together. */
export interface BulkReader {
  /**
   * The whole content of each source, in the order of the handles; null for each that was not read, for whatever reason:
   * `read` does it, or tells why it cannot be done.
   */
  readAll(handles: readonly unknown[], options: CallOptions): Promise<readonly (HashedBytes | null)[]>
}
