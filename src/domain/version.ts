import type { Digest } from './digest.ts'
import type { Metadata } from './metadata.ts'

/** Where an artifact lives: its project and its name. */
export interface ArtifactKey {
  readonly project: string
  readonly artifact: string
}

/** One version of one artifact. */
export interface VersionKey extends ArtifactKey {
  readonly n: number
}

/** A run as versions and edges name it. The name is for people; `project` and `id` identify it. */
export interface RunRef {
  readonly project: string
  readonly id: string
  readonly name: string
}

/** The round of a collaborative draft that a version was finished from. */
export interface DraftRef {
  readonly id: string
  readonly round: number
}

/** The redo log entry of a version. Its creation is the commit of the version; only a tombstone ever replaces it. */
export interface VersionRecord {
  readonly n: number
  /** The manifest digest: the identity of the content. */
  readonly digest: Digest
  readonly type: string
  /** Aliases that move to this version when head first counts it. `latest` is implied and never listed. */
  readonly aliases: readonly string[]
  /** Whether every older version ends when head first counts this one. */
  readonly supersede: boolean
  readonly opId: string
  readonly run: RunRef | null
  readonly draft: DraftRef | null
  /** The version a patch was made from. */
  readonly derivedFrom: VersionKey | null
  /** The client's clock, ISO 8601 in UTC. Shown to people; nothing is decided by it. */
  readonly createdAt: string
  /** Sum of the sizes of all entries, in bytes. */
  readonly sizeBytes: number
  readonly fileCount: number
  /** Metadata given at the log, when its encoding is at most `METADATA_INLINE_BYTES_MAX`. */
  readonly metadata: Metadata | null
  /** The blob of the metadata given at the log, when it is larger. */
  readonly metadataDigest: Digest | null
  /** The artifact's new description, when this log changed it. It takes effect with the aliases. */
  readonly description: string | null
  /** A tombstone keeps everything else, so that the number, the content and the operation stay on record. */
  readonly deleted: boolean
}

/** Metadata whose encoding is larger than this lies in a blob of its own. */
export const METADATA_INLINE_BYTES_MAX = 16 * 1024

/** Whether a version can be used: neither deleted nor below the floor that a supersede or a deletion of the artifact set. */
export function isLive(record: VersionRecord, floor: number): boolean {
  return !record.deleted && record.n >= floor
}

/** The tombstone of a version: the same record, marked. */
export function tombstoneOf(record: VersionRecord): VersionRecord {
  return { ...record, deleted: true }
}
