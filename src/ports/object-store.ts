import type { BulkObjects } from './bulk-objects.ts'
import type { ByteSource } from './bytes.ts'
import type { CallOptions } from './call.ts'

/** Opaque proof of an object's state. Only compared, never parsed. */
export type Etag = string

/** A part of an object. `to` is exclusive. A range that starts past the end is empty. */
export type ByteRange =
  | { readonly from: number; readonly to: number }
  | { readonly from: number }
  /** The last bytes, at most as many as there are. */
  | { readonly last: number }

/** What an object store can do, and its limits. Frozen; never changes while the store is open. */
export interface ObjectStoreCapabilities {
  /** The name in errors and events: `fs`, `memory`, `s3`. */
  readonly adapter: string
  /** `native`: `compareAndSwap` works. `numbered`: registers are built from `putIfAbsent` and `list`. */
  readonly register: 'native' | 'numbered'
  /** Whether `batch` writes many objects in one atomic commit. */
  readonly batch: boolean
  /** Whether `stage` takes bytes whose key is known only when they have all been written. */
  readonly staging: boolean
  /** Whether `copy` duplicates an object without its bytes travelling through this process. */
  readonly copy: boolean
  /** Whether `bulk` moves many small objects for less than one by one. */
  readonly bulk: boolean
  /** Blobs of at most this many bytes travel in packs; 0: every blob is an object of its own. */
  readonly packBelowBytes: number
  /** The largest object, in bytes. */
  readonly objectBytesMax: number
  /** How many requests are worth having under way at once. */
  readonly concurrency: number
}

/** An object's bytes in memory, with their etag. */
export interface StoredObject {
  readonly bytes: Uint8Array
  readonly etag: Etag
}

/** What is known of an object without its bytes. */
export interface ObjectInfo {
  readonly sizeBytes: number
  readonly etag: Etag
  /**
   * Whether the store vouches that the bytes are those that were staged. False if the object shows signs of a change since
   * then, or was not staged. Always true where nothing but the store itself can change an object.
   */
  readonly pristine: boolean
}

/** One entry of a listing: an object, or, when only direct children are listed, a folder. */
export type ListEntry =
  | { readonly kind: 'object'; readonly key: string; readonly sizeBytes: number | null; readonly etag: Etag | null }
  | { readonly kind: 'folder'; readonly key: string }

/** What is listed, and which page of it. */
export interface ListOptions extends CallOptions {
  /** `children`: direct children, deeper keys folded into folders. `all`: every key below the prefix. */
  readonly depth: 'children' | 'all'
  /**
   * False when nobody looks at sizes and etags: a store may then answer null for both and spare a request for each
   * entry. Default: true.
   */
  readonly details?: boolean | undefined
  /** Opaque, from the page before; absent for the first page. */
  readonly cursor?: string | undefined
  /** Entries a page, at least 1. A store may answer fewer. */
  readonly limit: number
}

/** One page of a listing. */
export interface ListPage {
  /** In code-point order of their keys. */
  readonly entries: readonly ListEntry[]
  /** Absent on the last page. */
  readonly cursor?: string
}

/** Bytes on their way to a key that is named at the end. */
export interface StagedObject {
  /**
   * Takes the next bytes. They may be reused by the caller once the promise is settled.
   *
   * - Must not make anything visible under any key but temporary ones.
   */
  write(chunk: Uint8Array): Promise<void>
  /**
   * Makes the bytes the object `key`, if there is none.
   *
   * - Must be atomic: no reader ever sees a part, not even after a crash.
   * - Must leave an existing object as it is and answer `exists`.
   * - Answers `suspect` instead if what is there has another size, or if the store does not vouch for it, as `stat` says:
   *   the bytes are then kept for `replace`.
   * - The bytes are durable when it answers; the *name* only after `sync([key])`.
   */
  publish(key: string): Promise<'created' | 'exists' | 'suspect'>
  /**
   * Makes the bytes the object `key`, whatever is there. Only for objects whose keys say what their bytes are.
   *
   * - Must be atomic: a reader sees the bytes from before or these, whole. Durable as after `publish`.
   */
  replace(key: string): Promise<void>
  /** Drops the bytes. Harmless after `publish` and `replace`. */
  discard(): Promise<void>
}

/** One conditional write of an atomic batch. */
export type BatchWrite = {
  readonly key: string
  readonly bytes: Uint8Array
  readonly precondition: 'ifAbsent' | 'none'
}

/** One commit of a store with atomic batches. */
export interface BatchCommit {
  readonly id: string
  /** The title that the commit was made with. */
  readonly title: string
}

/**
 * A driver: the few things that a bucket-like technology must offer. Both stores are built on it.
 *
 * The facade has checked every key (`[A-Za-z0-9._/-]`, relative, at most 900 characters) before a driver sees it and
 * wraps what a driver throws. For every method:
 * - Must reject `UNKNOWN_OUTCOME` when a write may or may not have landed, `UNAVAILABLE` when it certainly has not.
 * - Must settle soon after `signal` fires, and after an abort nothing new may become visible that was not on its way.
 * - Keys that differ only in case are different keys. Where a store cannot keep two of them apart it must reject `CONFLICT`
 *   for the second one, whether that is looked up, made or deleted, and leave the first as it is.
 * - Must be strongly consistent: a read or list that starts after a write was answered sees it.
 * - Must reject `UNSUPPORTED` when its capability denies the method, and `CLOSED` after `close`.
 */
export interface ObjectStore {
  readonly capabilities: ObjectStoreCapabilities

  /**
   * Reads a whole object into memory; null when there is none. For documents, which are small.
   *
   * - Must answer bytes and etag of one state, never of two.
   */
  get(key: string, options: CallOptions): Promise<StoredObject | null>

  /**
   * Reads an object, or a range of it, as a stream; null when there is none.
   *
   * - Chunks are of at least 64 KiB where the object is larger. A chunk may be reused once the next one is asked for.
   * - Must reject `CORRUPT` or `UNAVAILABLE` when fewer bytes arrive than the object has: never a short stream.
   */
  read(key: string, options: CallOptions & { readonly range?: ByteRange }): Promise<AsyncIterable<Uint8Array> | null>

  /** What is known of an object without reading it; null when there is none. */
  stat(key: string, options: CallOptions): Promise<ObjectInfo | null>

  /**
   * Creates an object; `exists` when there is one, which is then left as it is.
   *
   * - Must let exactly one of any number of racing creations win, in all processes.
   * - Must be all or nothing, and durable with its name when it answers, also when it answers `exists`.
   */
  putIfAbsent(key: string, body: Uint8Array | ByteSource, options: CallOptions): Promise<{ etag: Etag } | 'exists'>

  /**
   * Writes an object whatever is there. Used for temporary keys, and to empty superseded bodies of numbered registers.
   *
   * - Must be all or nothing. Need not be durable when it answers.
   */
  put(key: string, bytes: Uint8Array, options: CallOptions): Promise<void>

  /**
   * Replaces an object if its etag still is `ifMatch`; `lost` when it is another or there is none.
   *
   * - Must let exactly one of any number of racing swaps from one etag win, in all processes.
   * - Must be durable when it answers. Requires `register: 'native'`.
   */
  compareAndSwap(key: string, bytes: Uint8Array, ifMatch: Etag, options: CallOptions): Promise<{ etag: Etag } | 'lost'>

  /**
   * Lists keys below `prefix`, which ends with `/` or is empty.
   *
   * - Must list every object that was there before the first page was asked for and still is; one that appears or
   *   goes in between may be listed or not. No key twice.
   */
  list(prefix: string, options: ListOptions): Promise<ListPage>

  /** Deletes temporary keys and swept blobs. Missing ones are fine. */
  delete(keys: readonly string[], options: CallOptions): Promise<void>

  /**
   * Makes sure that the names of these keys survive a crash of the machine.
   *
   * - Must make each of them durable that exists, whoever wrote it. Missing ones are fine.
   * - A store whose answers are durable already does nothing.
   */
  sync(keys: readonly string[], options: CallOptions): Promise<void>

  /** Starts an object whose key is known only at its end. Requires `staging`. Does no request before `write`. */
  stage(options: CallOptions): Promise<StagedObject>

  /** Duplicates an object under a key that is free; `exists` when it is taken, null when there is no source. Requires `copy`. */
  copy(from: string, to: string, options: CallOptions): Promise<'created' | 'exists' | null>

  /** Requires `batch`: the atomic side of the store. */
  readonly batch: BatchStore

  /** Requires `bulk`: many small objects at once. */
  readonly bulk: BulkObjects

  /** Releases what the store holds. Calls under way settle first. Idempotent. */
  close(): Promise<void>
}

/** Stores where many objects change in one commit: every read is pinned to a commit, every write names its parent. */
export interface BatchStore {
  /** The newest commit. */
  tip(options: CallOptions): Promise<string>
  /** Reads objects as they were at a commit; null for each that was not there. */
  getAt(commit: string, keys: readonly string[], options: CallOptions): Promise<readonly (StoredObject | null)[]>
  /** Lists keys as they were at a commit. */
  listAt(commit: string, prefix: string, options: ListOptions): Promise<ListPage>
  /**
   * Applies all writes in one commit on top of `parent`; `stale` when the tip is another.
   *
   * - Must be all or nothing, also when a single precondition fails (then `stale`).
   */
  commit(
    writes: readonly BatchWrite[],
    options: CallOptions & { readonly parent: string; readonly title: string },
  ): Promise<{ commit: string } | 'stale'>
  /** The commits after `commit`, newest first. Rejects `NOT_FOUND` when it is not an ancestor of the tip. */
  commitsSince(commit: string, options: CallOptions): Promise<readonly BatchCommit[]>
}
