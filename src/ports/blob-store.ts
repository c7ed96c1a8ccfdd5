import type { Digest } from '../domain/digest.ts'
import type { ByteSource } from './bytes.ts'
import type { CallOptions } from './call.ts'
import type { ByteRange } from './object-store.ts'

/** Where a blob lies inside a pack. Kept in layouts, never in a manifest. */
export interface PackLocation {
  readonly pack: string
  readonly offset: number
  readonly sizeBytes: number
}

/** Where a blob lies: an object of its own (null), or a part of a pack. */
export type Location = PackLocation | null

/** The state of blob collection in a project under which blobs are relied on. */
export interface Collection {
  readonly epoch: number
  readonly state: 'condemned' | 'swept'
  /** Names of blobs and packs that must neither be written nor relied on. */
  readonly condemned: ReadonlySet<string>
}

/** What a blob store can do, and its limits. Frozen. */
export interface BlobCapabilities {
  readonly adapter: string
  /** Whether `ingest` hashes and stores in one pass. Otherwise it reads each source twice. */
  readonly onePass: boolean
  /** Blobs of at most this many bytes travel in packs; 0: none does. */
  readonly packBelowBytes: number
  /** The largest blob, in bytes. */
  readonly blobBytesMax: number
}

/** A blob whose digest is known. */
export interface BlobItem {
  readonly digest: Digest
  /** Exact, in bytes. */
  readonly sizeBytes: number
  readonly source: ByteSource
}

/** A blob that was stored. */
export interface StoredBlob {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly location: Location
}

/** How blobs are stored. */
export interface WriteOptions extends CallOptions {
  /** As it was read before the blobs of this work were looked at. */
  readonly collection: Collection
  /** Blobs that a base version's layout shows to be present and not condemned; they are not written again. */
  readonly known?: ReadonlyMap<Digest, Location> | undefined
  /** Called with the number of bytes that were taken since the last call. */
  readonly onBytes?: ((count: number) => void) | undefined
}

/** One blob, or a part of it, that is asked for. */
export interface BlobWant {
  readonly digest: Digest
  /** Where a layout says it lies; absent: an object of its own. */
  readonly location?: Location | undefined
  /** Exact size of the blob in bytes; null where it is not known, as of a manifest. */
  readonly sizeBytes: number | null
  readonly range?: ByteRange | undefined
}

/** Good bytes for a blob that is damaged or missing where it should lie. */
export interface RepairItem extends BlobItem {
  /** Where a layout says it lies; null: an object of its own. */
  readonly location: Location
}

/** What became of a blob that was to be repaired. */
export interface RepairedBlob {
  /** Where its good bytes lie. Another location than before belongs into the layouts. */
  readonly location: Location
  /** False when what is stored was sound: nothing was changed. */
  readonly repaired: boolean
}

/**
 * Takes one blob of a `read`: is called once for each want, with its index, and settles when it has taken all chunks.
 * Several may be under way at once. A chunk stays valid until the next one is asked for.
 */
export type BlobSink = (index: number, chunks: AsyncIterable<Uint8Array>) => Promise<void>

/** Where whole blobs may be put by the store itself, each in the place of a call of the sink. */
export interface BlobPlaces {
  /** Who made the places: a store that does not know it puts nothing there. */
  readonly maker: object
  /** The place of a want; null for one that goes to the sink. */
  of(index: number): unknown
  /** Is told, now and then, how many bytes of a want were taken so far. */
  onBytes(index: number, count: number): void
  /** Is told of each want that was put in its place. */
  onPut(index: number): void
}

/** How blobs are read. */
export interface ReadOptions extends CallOptions {
  /** Default: each blob goes to the sink. */
  readonly places?: BlobPlaces | undefined
}

/** How blobs are looked for. */
export interface PresentOptions extends CallOptions {
  /** Names that it condemns do not count. */
  readonly collection: Collection
  /** Their sizes in bytes, as far as they are known. */
  readonly sizes?: ReadonlyMap<Digest, number> | undefined
}

/** Immutable bytes under their SHA-256, scoped by project. */
export interface BlobStore {
  readonly capabilities: BlobCapabilities
  /** The blobs of one project. Does no I/O; costs nothing. */
  in(project: string): ProjectBlobs
  /** Releases what the store holds. Idempotent. */
  close(): Promise<void>
}

/**
 * The blobs of one project. The facade has checked every argument before an adapter sees it.
 *
 * - No blob is visible to another project.
 * - No size and no etag is trusted for content.
 */
export interface ProjectBlobs {
  /**
   * Hashes and stores sources whose digests are not known; answers in their order.
   *
   * - Must read each source once where `onePass` says so.
   * - Must be all or nothing for each blob, idempotent, and durable when it answers.
   * - After an abort or an error nothing half written is visible; blobs that were whole may stay.
   * - Costs at most one request a blob, less where small ones are packed.
   */
  ingest(sources: readonly ByteSource[], options: WriteOptions): Promise<readonly StoredBlob[]>

  /**
   * Stores blobs whose digests are known; answers where each one lies, in the order of `items`.
   *
   * - Must be all or nothing for each blob: no reader ever sees a part of it, not even after a crash.
   * - Must be idempotent: writing a digest that is there succeeds and changes nothing.
   * - Must reject `CORRUPT`, with that blob not visible, when its bytes do not hash to its digest.
   * - Must reject `UNKNOWN_OUTCOME` when the store may or may not have taken it. It never guesses.
   * - Must never write or rely on a name that `collection` condemns: then `<digest>.<epoch>` is written instead.
   * - Costs at most one request a blob, less where small ones are packed.
   */
  write(items: readonly BlobItem[], options: WriteOptions & { readonly pack: boolean }): Promise<readonly Location[]>

  /**
   * Which of these blobs are objects of their own, present and not condemned.
   *
   * - Must leave out a blob for which the store does not vouch, and one of another size than it should have.
   * - Costs at most one request a digest; ask a layout first.
   */
  present(digests: readonly Digest[], options: PresentOptions): Promise<ReadonlySet<Digest>>

  /**
   * Reads blobs or ranges of them, in any order, several at once.
   *
   * - A blob read whole is verified: its last chunk is handed out only after its SHA-256 was found right; otherwise
   *   the sink's iteration rejects `CORRUPT` and so does the read.
   * - A range is not verified.
   * - Must reject `NOT_FOUND` for a blob that is not there.
   * - Ranges of one pack that are near each other are merged: fewer requests than wants.
   * - Must hand over each want once. Into `places` a store may put blobs that were asked for whole, in what way it likes,
   *   verified as they are for the sink; whatever is not put there, for whatever reason, goes to the sink.
   */
  read(wants: readonly BlobWant[], sink: BlobSink, options: ReadOptions): Promise<void>

  /**
   * Puts good bytes in the place of blobs that are damaged or missing; answers in the order of `items`.
   *
   * - Must replace a stored blob whose bytes are not what its digest says, or that is missing; a sound one stays as it is.
   * - Must read what is stored: neither presence nor size says that it is sound.
   * - No reader ever sees a part of it. After a stop a damaged blob may be missing: repairing again cures that too.
   * - Must reject `CORRUPT`, with what is stored unchanged, when the given bytes do not hash to the digest.
   * - One inside a pack becomes an object of its own; the pack stays as it is.
   * - Must never write a name that `collection` condemns, as `write`.
   * - Each source may be read twice. Costs a read of each blob; for one that is replaced 4 requests more.
   */
  repair(
    items: readonly RepairItem[],
    options: CallOptions & { readonly collection: Collection },
  ): Promise<readonly RepairedBlob[]>

  /** Deletes blobs and packs by name. Only a collector does this. Missing ones are fine. */
  delete(names: readonly string[], options: CallOptions): Promise<void>

  /** Lists the names of all blobs and packs, one page at a time. */
  list(options: CallOptions & { readonly cursor?: string; readonly limit: number }): Promise<BlobPage>
}

/** One page of blob names. */
export interface BlobPage {
  readonly blobs: readonly { readonly name: string; readonly sizeBytes: number }[]
  readonly cursor?: string
}
