import type { Digest } from '../domain/digest.ts'
import type { DraftChoice, DraftClosing, DraftKey, DraftPart, DraftResult, DraftRound } from '../domain/draft.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { CallOptions } from './call.ts'
import type { CommitOptions } from './commit.ts'
import type { Ids } from './environment.ts'
import type { MetadataStore } from './metadata-store.ts'
import type { Page, PageOptions } from './page.ts'

/** A fact of a round that is written once. */
export interface RoundFact<T> {
  /** null: not there yet. What was read is durable. */
  read(round: DraftRound, options: CallOptions): Promise<T | null>
  /** Creates it unless it is there. When it settles one is there, durable, this one or another: who needs it reads. */
  create(round: DraftRound, fact: T): Promise<void>
}

/** What a store keeps of drafts: facts that are written once, and parts that are only added. It decides nothing. */
export interface DraftRecords {
  readonly result: RoundFact<DraftResult>
  readonly closing: RoundFact<DraftClosing>
  /** The operation ids of the parts that count, sorted. */
  readonly closed: RoundFact<readonly string[]>
  readonly choice: RoundFact<DraftChoice>

  /**
   * Records the run as one that outputs to the round, makes the part's blobs present and then adds the part, unless
   * there is one with its operation id. Until it has settled the part may be visible already.
   */
  addPart(round: DraftRound, part: DraftPart, options: CommitOptions): Promise<void>
  /** The operation ids of all parts that were added before this was called. */
  listParts(round: DraftRound, options: CallOptions): Promise<readonly string[]>
  /** These parts, in this order; `CORRUPT`, naming it, for one that is not there. */
  readParts(round: DraftRound, opIds: readonly string[], options: CallOptions): Promise<readonly DraftPart[]>

  /** The newest round of a draft that has a part or a fact; null where there is none. */
  newestRound(key: DraftKey, options: CallOptions): Promise<number | null>
  /** The ids of all drafts of an artifact, open or not, in a stable order. */
  ids(key: ArtifactKey, options: PageOptions): Promise<Page<string>>
  /** The version that the index has for this content, if this operation made it; else null. */
  madeBy(key: ArtifactKey, made: { digest: Digest; opId: string }, options: CallOptions): Promise<number | null>
}

/** What drafts need of the store that they belong to. */
export interface DraftHost extends Pick<MetadataStore, 'prepare' | 'head' | 'commit' | 'resolve' | 'recordEdge'> {
  readonly ids: Ids
}
