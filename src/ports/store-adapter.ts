import type { BlobStore } from './blob-store.ts'
import type { CallOptions } from './call.ts'
import type { Clock, Ids } from './environment.ts'
import type { MetadataStore } from './metadata-store.ts'
import type { ObjectStore } from './object-store.ts'
import type { Transport } from './transport.ts'

/** The version of `StoreAdapter` that this lading speaks. It grows when an adapter written for it would no longer work. */
export const ADAPTER_CONTRACT = 1

/** What a store takes from its machine. */
export interface StoreEnvironment {
  readonly clock: Clock
  readonly ids: Ids
}

/**
 * What an adapter opens, as one of three: a driver, over which lading puts both of its stores; the two stores
 * themselves; or a transport to a service. Their checked fronts are put there by lading.
 */
export type StoreAccess =
  | { readonly driver: ObjectStore; readonly metadata?: never; readonly blobs?: never; readonly transport?: never }
  | {
      readonly metadata: MetadataStore
      readonly blobs: BlobStore
      readonly driver?: never
      readonly transport?: never
    }
  | { readonly transport: Transport; readonly driver?: never; readonly metadata?: never; readonly blobs?: never }

/** Something that an adapter found out about a store. */
export interface Finding {
  /** What was looked at, in a few words that stay the same: `credentials`, `clock skew`. */
  readonly check: string
  /** `warning`: the store works, but not as well or as safely as it could. `broken`: it does not. */
  readonly verdict: 'good' | 'warning' | 'broken'
  /** What was found, for people. No secrets. */
  readonly detail: string
  /** What the reader can do about it. */
  readonly next?: string | undefined
}

/**
 * The way from a store URL to a store: what the author of an adapter exports, usually from a function that takes what a
 * URL should not carry, such as credentials. `openStore(url, { adapters: [webdav({ password })] })`.
 */
export interface StoreAdapter {
  /** The version of this interface that the adapter was written for: 1. */
  readonly contract: typeof ADAPTER_CONTRACT
  /** The name in errors: `webdav`. */
  readonly name: string
  /** The schemes of its URLs, in lower case and without the colon: `webdav`, `webdavs`. At least one. */
  readonly schemes: readonly string[]

  /**
   * Opens the store that a URL names. `parseStoreUrl` takes the URL apart.
   *
   * - Gets a URL of one of its `schemes`, as the user wrote it; the scheme may be in capitals.
   * - Must do no I/O, and load no SDK: the first call does, and its `open` is the first.
   * - Must throw `INVALID` for a URL that makes no sense, naming the part; an unknown parameter is one.
   * - Called again, must answer objects of its own: each is closed once.
   */
  open(url: string, environment: StoreEnvironment): StoreAccess

  /**
   * The files and folders of this machine that belong to the store that a URL names: a folder that is logged leaves
   * them out, and no download goes into one. Does no I/O. Absent: there are none.
   */
  pathsOf?(url: string): readonly string[]

  /**
   * Looks whether the store that a URL names can be relied on, for `lading doctor`: what only the adapter knows of, such
   * as permissions, a server's settings, or promises that a service does not keep.
   *
   * - Must leave the store as it was: what it has to write in order to find out, it deletes.
   * - What is wrong with the store is a finding and not thrown. One that is thrown ends the diagnosis.
   * - Is called while no other object of the adapter is in use. After an abort it ends soon.
   */
  diagnose?(url: string, environment: StoreEnvironment & CallOptions): AsyncIterable<Finding>
}
