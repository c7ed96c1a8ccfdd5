import type { Digest } from '../domain/digest.ts'
import type { BulkSource } from './bytes.ts'
import type { CallOptions } from './call.ts'

/** Where objects lie that are named by what they hold. */
export interface PrefixOptions extends CallOptions {
  /** Ends with `/`. A key is `<prefix><first two digits>/<SHA-256 in hex>`. */
  readonly prefix: string
}

/** How sources become such objects. */
export interface IngestOptions extends PrefixOptions {
  /** Is told, now and then, how many bytes of a single source were taken so far. Only of a call with one source. */
  readonly onBytes?: ((count: number) => void) | undefined
}

/** The key that an ingested object gets. */
export function ingestedKey(prefix: string, digest: Digest): string {
  return `${prefix}${digest.slice(0, 2)}/${digest}`
}

/** What an object holds that was named by it. */
export interface IngestedObject {
  readonly digest: Digest
  readonly sizeBytes: number
}

/** An object, what it holds, and where that is wanted. */
export interface DeliveredObject extends IngestedObject {
  readonly key: string
  /** As its maker knows it. */
  readonly place: unknown
}

/** How objects are put into places. */
export interface DeliverOptions extends CallOptions {
  /** Of all places. */
  readonly maker: object
  /** Is told, now and then, how many bytes of a single object were put so far. Only of a call with one object. */
  readonly onBytes?: ((count: number) => void) | undefined
}

/** Objects or sources that one call of `BulkObjects` may name. */
export const BULK_COUNT_MAX = 1_024

/**
 * Many objects at once, whose keys say what their bytes are: whoever writes one writes the same bytes.
 *
 * What cannot be read or written in bulk, for whatever reason, is answered as not done and harms nothing: the caller does
 * it one by one, and learns why it fails if it does. After an abort nothing new becomes visible that was not on its way.
 */
export interface BulkObjects {
  /**
   * Puts objects of any size where they are wanted, in one pass: where the store and the maker of the places share a way
   * that is shorter than through this process's memory. Answers which of them are there now; none is of a maker that the
   * store does not know.
   *
   * - Must verify every byte that it puts: one object that is not what its digest says is not put anywhere.
   * - Must keep to what the maker promises of its places.
   */
  deliverAll(objects: readonly DeliveredObject[], options: DeliverOptions): Promise<readonly boolean[]>
  /**
   * Makes the bytes of sources objects of any size, named by their SHA-256, in one pass: where the store and a source's
   * reader share a way that is shorter than through this process's memory. Answers the content of each; null for each that
   * was not stored, as are all of readers that the store does not know.
   *
   * - Must store them as `stage` and `publish` do, and as `replace` where the store does not vouch for what is there.
   * - Must hash the very bytes that it stores: nobody does it again.
   * - No reader ever sees a part, not even after a crash. Their names are durable only after `sync`.
   */
  ingestAll(sources: readonly BulkSource[], options: IngestOptions): Promise<readonly (IngestedObject | null)[]>
  /**
   * Whether objects that are named by what they hold are there, of their size, and vouched for, as `stat` says; null for
   * each that was not looked at.
   */
  vouchAll(objects: readonly IngestedObject[], options: PrefixOptions): Promise<readonly (boolean | null)[]>
}
