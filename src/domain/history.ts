import type { Digest } from './digest.ts'
import type { Move } from './head.ts'
import type { Metadata } from './metadata.ts'
import type { RunRef, VersionRecord } from './version.ts'

/**
 * One event of an artifact's history, as one store exports and another imports it.
 *
 * `artifact` comes first and `state` last. Between them events come in an order in which each can be carried out: a
 * version before what points at it and after what its number, its content or its floor puts an end to.
 */
export type HistoryEvent =
  /** What the artifact's first head was made of. */
  | { readonly kind: 'artifact'; readonly type: string; readonly createdAt: string }
  /** A version as it was logged: without its tombstone mark. */
  | { readonly kind: 'version'; readonly version: VersionRecord }
  /** What one operation moved, by hand or by a log of known content. Moves that a new version makes follow from its record. */
  | { readonly kind: 'moves'; readonly moves: readonly Move[] }
  | { readonly kind: 'delete'; readonly n: number }
  /** Every version below `floor` had ended by now, because the artifact was deleted. */
  | { readonly kind: 'floor'; readonly floor: number }
  /** Metadata that replaced what version `n` was logged with: the newest only. */
  | {
      readonly kind: 'metadata'
      readonly n: number
      readonly metadata: Metadata | null
      readonly metadataDigest: Digest | null
      readonly at: string
      readonly run: RunRef | null
    }
  | { readonly kind: 'state'; readonly state: HistoryState }

/** What an artifact looks like at the end of its exported history. */
export interface HistoryState {
  readonly next: number
  readonly floor: number
  readonly aliases: Readonly<Record<string, number>>
  readonly description: string | null
  /** How often any alias was moved, by hand or by a version. */
  readonly moveCount: number
}
