import type { Head } from '../domain/head.ts'
import type { Collection } from './blob-store.ts'
import type { CallOptions } from './call.ts'

/** What a command starts from: one read of head and of the collection state, before any blob is relied on. */
export interface Preparation {
  readonly head: Head | null
  readonly collection: Collection
  /** Opaque to the caller: lets `commit` start from this very read of head. */
  readonly seen: unknown
}

/** How a command is carried out. */
export interface CommitOptions extends CallOptions {
  /** From `prepare` or `locate`; without it head is read again. */
  readonly prepared?: Located | Preparation | undefined
  /**
   * Called before a version is created, again for each collection state that is met: makes every blob that the version
   * needs, its manifest and its layout present under that state. Not called for content that is there already.
   */
  readonly confirm?: ((collection: Collection) => Promise<void>) | undefined
}

/** The number that a selector names. Whether that version is live, only a command or `resolve` tells. */
export interface Located {
  readonly n: number
  /** Opaque to the caller: lets `commit` start from the head that was read; absent where none was. */
  readonly seen?: unknown
}
