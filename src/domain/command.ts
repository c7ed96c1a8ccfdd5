import type { Digest } from './digest.ts'
import type { ErrorCode } from './errors.ts'
import type { Metadata } from './metadata.ts'
import type { DraftRef, RunRef, VersionKey, VersionRecord } from './version.ts'

/**
 * How many executors a command may have.
 *
 * - `alone`: one executor can ever exist (in process, not kept in an outbox).
 * - `first`: the client's first send.
 * - `resent`: any later send, sync or replay. Its refusals are recorded, so that no executor can succeed afterwards.
 */
export type Delivery = 'alone' | 'first' | 'resent'

/** What every command carries, whatever it asks for. */
export interface CommandHeader {
  /** Unique for each intent; every send, replay and second server of that intent uses the same one. */
  readonly opId: string
  /** The head rev that the client saw before its first send; 0 when there was no head. */
  readonly baseRev: number
  readonly delivery: Delivery
  /** The client's clock, ISO 8601 in UTC. */
  readonly at: string
  readonly run: RunRef | null
}

/** Makes content the next version, or finds the version that already has it. */
export interface LogCommand extends CommandHeader {
  readonly kind: 'log'
  readonly digest: Digest
  readonly type: string
  readonly aliases: readonly string[]
  readonly supersede: boolean
  readonly draft: DraftRef | null
  readonly derivedFrom: VersionKey | null
  readonly sizeBytes: number
  readonly fileCount: number
  readonly metadata: Metadata | null
  readonly metadataDigest: Digest | null
  /** The artifact's description; null keeps what is there. */
  readonly description: string | null
}

/** Points an alias at a version, or removes it (`n: null`). */
export interface SetAliasCommand extends CommandHeader {
  readonly kind: 'setAlias'
  readonly alias: string
  readonly n: number | null
  /** The target that must hold when the move lands; null: must not exist; undefined: any. */
  readonly expect: number | null | undefined
}

/** Deletes one version. */
export interface DeleteCommand extends CommandHeader {
  readonly kind: 'delete'
  readonly n: number
  /** Whether aliases that point at it, `latest` included, go with it. */
  readonly withAliases: boolean
}

/** Deletes all versions of an artifact and hides its name until it is logged again. */
export interface DeleteArtifactCommand extends CommandHeader {
  readonly kind: 'deleteArtifact'
}

/** Replaces the artifact's description. */
export interface DescribeCommand extends CommandHeader {
  readonly kind: 'describe'
  readonly description: string
}

/** One intent to change one artifact. */
export type Command = LogCommand | SetAliasCommand | DeleteCommand | DeleteArtifactCommand | DescribeCommand

/** What a command that succeeded tells. */
export interface Answer {
  /** The version that a log made or found; null for the other commands. */
  readonly n: number | null
  /** Whether this very command made it. */
  readonly created: boolean
  /** Aliases that pointed at it when the answer was given, `latest` included, sorted. */
  readonly aliases: readonly string[]
  /** The version's record, where it was made or read on the way. */
  readonly record: VersionRecord | null
}

/** What a log tells: it always names a version. */
export interface LoggedAnswer extends Answer {
  readonly n: number
}

/** Why a command was refused. Nothing was changed by it. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail: string
  readonly next: string
}
