import type { CallOptions } from './call.ts'

/** What a reference leads to. */
export interface ReferencedContent {
  /** In bytes; null where it is not known before all have been read. */
  readonly sizeBytes: number | null
  /** An opaque proof of the state of the bytes, as the other side gives it; null where it gives none. */
  readonly etag: string | null
  /** The bytes as they are stored there, never decoded. A chunk is valid until the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** Takes the content of one reference, or refuses it; it need not read any of it. */
export type ReferenceSink = (content: ReferencedContent) => Promise<void>

/**
 * Reads bytes that references lead to: one for each place that a user keeps bytes in. It reads on behalf of whoever
 * runs the program, and only because he asked for it.
 *
 * It is guaranteed that every URI has one of `schemes` and keeps the rule of references. Handlers hold nothing between two
 * reads, so that there is nothing to close.
 */
export interface ReferenceHandler {
  /** Schemes in lower case, without the colon: `https`. */
  readonly schemes: readonly string[]

  /**
   * Opens what a URI leads to, gives it to `sink` once, and releases it when `sink` settles, whether it read all or not.
   *
   * - Must reject `NOT_FOUND` when there is nothing, `UNAUTHORIZED` when it may not be read, `INVALID` for a URI that it
   *   cannot read, `UNSUPPORTED` when the bytes as they are stored cannot be had, and `UNAVAILABLE` when they may come
   *   later. What `sink` rejects with comes back as it is.
   * - Must not end the chunks as if they were whole when they are not: then their iteration rejects.
   * - Must stop when the signal fires, while it waits for bytes too; it rejects `ABORTED`.
   * - Must not hold the whole in memory.
   * - No error names a secret that the URI holds, in its user part or its query.
   */
  read(uri: string, sink: ReferenceSink, options: CallOptions): Promise<void>
}
