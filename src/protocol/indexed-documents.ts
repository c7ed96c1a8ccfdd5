import type { Digest } from '../domain/digest.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'

/** A document, and what is needed to replace it. */
export interface Seen<T> {
  readonly value: T
  readonly proof: string
}

/**
 * The documents that replace their content once or forward only. They are registers where the store has native ones;
 * on numbered stores the same facts are side files, because a key cannot be both a file and a folder on a disk.
 */
export interface IndexedDocuments {
  readVersion(key: ArtifactKey, n: number, options: CallOptions): Promise<Seen<VersionRecord> | null>
  /** Turns a live version into a tombstone; `lost`: someone else did. */
  buryVersion(key: ArtifactKey, seen: Seen<VersionRecord>, options: CallOptions): Promise<'ok' | 'lost'>
  readIndex(key: ArtifactKey, digest: Digest, options: CallOptions): Promise<Seen<number> | null>
  /** Points the index of a digest at version `n`, from what was seen. */
  writeIndex(
    key: ArtifactKey,
    entry: { digest: Digest; n: number; seen: Seen<number> | null },
    options: CallOptions,
  ): Promise<'ok' | 'lost'>
}
