import type { LoggedAnswer } from '../domain/command.ts'
import type { Digest } from '../domain/digest.ts'
import type { AbandonClosing, DraftKey, DraftPart, DraftRound, FinishClosing } from '../domain/draft.ts'
import type { UnionLog } from '../domain/finish.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { ArtifactKey, RunRef } from '../domain/version.ts'
import type { Collection } from './blob-store.ts'
import type { CallOptions } from './call.ts'
import type { CommitOptions } from './commit.ts'
import type { Page, PageOptions } from './page.ts'

/** A round that has no result yet. */
export interface DraftSummary {
  readonly round: DraftRound
  readonly type: string
  readonly parts: number
  /** The runs of its parts, each once. */
  readonly runs: readonly RunRef[]
  /** Whether a finish or an abandonment has closed it and did not get to its end. */
  readonly closing: boolean
}

/** How a finish is carried out: manifests are blobs, of which the store of drafts knows the digests alone. */
export interface FinishRoundOptions extends CallOptions {
  /** Reads the manifest of a part, verified. */
  readonly manifestOf: (digest: Digest, options: CallOptions) => Promise<Manifest>
  /** As `CommitOptions.confirm`, for the union and its manifest. */
  readonly confirm: (union: Manifest, collection: Collection) => Promise<void>
  /**
   * Called when the log of the union has found a version that had this content. The round has no result before it has
   * settled, so that whoever goes on after a stop calls it again.
   */
  readonly onKnown?: ((known: LoggedAnswer, log: UnionLog['command']) => Promise<void>) | undefined
}

/**
 * Collaborative drafts: parts from any number of runs and machines, made one version by one finish.
 *
 * Rounds are grow-only: nothing of them is ever replaced, so that any number of executors of one operation, early or
 * late, do the same. The facade has checked every argument; the errors of `MetadataStore` hold here too.
 */
export interface DraftStore {
  /** The first round without a result: what a client asks once, before its first send. */
  round(key: DraftKey, options: CallOptions): Promise<number>

  /**
   * Gives a part to a round.
   *
   * - Must be idempotent by the part's operation id.
   * - Must be in the version once it was acknowledged, unless the round is abandoned.
   * - Must reject `ALREADY_FINISHED` when the round was closed without this part.
   * - Must reject `CONFLICT` when the artifact, or a part that is there, has another type.
   * - Must record the run as one that outputs to this round before the part can be seen.
   * - Blobs, layout and manifest are made present by `confirm`, as for `commit`.
   */
  upsert(round: DraftRound, part: DraftPart, options: CommitOptions): Promise<void>

  /**
   * Makes the parts of a round one version. Idempotent: a round that has its version answers it.
   *
   * - Must decide by `decideFinish`, and go on where an executor that is gone has stopped, under its operation.
   * - Must reject `CONFLICT`, naming path and runs, when parts disagree and nobody has chosen; `CONFLICT` also when the
   *   round was abandoned; `NOT_FOUND` when it has no parts.
   * - Must reject `CONFLICT` when it, the artifact or a part have different types.
   * - All runs of the parts must be recorded as producers before it answers.
   */
  finish(round: DraftRound, closing: FinishClosing, options: FinishRoundOptions): Promise<LoggedAnswer>

  /**
   * Ends a round without a version; idempotent.
   *
   * - Must reject `CONFLICT` when a finish has closed it, unless that finish can never come to its end, as the artifact
   *   has got another type meanwhile.
   * - Must reject `NOT_FOUND` when it has no parts, so that nobody ends a round before it is opened.
   */
  abandon(round: DraftRound, closing: AbandonClosing, options: CallOptions): Promise<void>

  /** Rounds of an artifact's drafts that have no result, in a stable order of the store's own. */
  list(key: ArtifactKey, options: PageOptions): Promise<Page<DraftSummary>>
}
