import type { DraftKey, DraftRound } from '../../domain/draft.ts'
import type { Digest } from '../../domain/digest.ts'
import type { Artifact } from './artifact.ts'
import type { newChange } from './client-ports.ts'

/** A part that was sent, and what is not known to have come of it. */
interface Unsettled {
  readonly round: DraftRound
  readonly digest: Digest
  readonly change: ReturnType<typeof newChange>
}

/**
 * What a run remembers of the drafts that it works on: in this process, of this Run. @internal
 *
 * It is what keeps all parts of a run in one round, and what tells a finish that is repeated from one that comes too early.
 */
export class DraftsOfRun {
  readonly #kept = new Map<string, number>()
  readonly #finished = new Map<string, number>()
  readonly #sent = new WeakMap<Artifact, DraftRound>()
  readonly #sealed = new WeakMap<Artifact, DraftRound>()
  readonly #unsettled = new WeakMap<Artifact, Unsettled>()

  /** The round that the run has given a part, or that it could not end for certain; null: any that is open will do. */
  kept(draft: DraftKey): number | null {
    return this.#kept.get(nameOf(draft)) ?? null
  }

  keep(round: DraftRound): void {
    this.#kept.set(nameOf(round), round.round)
  }

  /** The round is over: the next part is for the next one. */
  forget(round: DraftRound): void {
    if (this.kept(round) === round.round) this.#kept.delete(nameOf(round))
  }

  /** After a `CONFLICT`, which leaves a round open unless it has ended otherwise. `open`: asks which round is open now. */
  async forgetIfOver(round: DraftRound, open: () => Promise<number>): Promise<void> {
    if (this.kept(round) === round.round && (await open()) > round.round) this.forget(round)
  }

  /** The round that the run finished last; null: none. */
  finished(draft: DraftKey): number | null {
    return this.#finished.get(nameOf(draft)) ?? null
  }

  /** The artifact's entries are a part of this round. */
  recordPart(artifact: Artifact, round: DraftRound): void {
    this.keep(round)
    this.#sent.set(artifact, round)
  }

  /** Nobody knows whether the artifact became a part. */
  leaveUnsettled(artifact: Artifact, sent: Unsettled): void {
    this.#unsettled.set(artifact, sent)
  }

  /** The intent under which these very entries were sent to this round, if nobody knows what came of that. */
  unsettled(artifact: Artifact, { round, digest }: Omit<Unsettled, 'change'>): Unsettled['change'] | null {
    const sent = this.#unsettled.get(artifact)
    return sent !== undefined && isSameRound(sent.round, round) && sent.digest === digest ? sent.change : null
  }

  settle(artifact: Artifact): void {
    this.#unsettled.delete(artifact)
  }

  /** Whether the round has the artifact as it is now. */
  hasSent(artifact: Artifact, round: DraftRound): boolean {
    const sent = this.#sent.get(artifact)
    return sent !== undefined && isSameRound(sent, round) && artifact.isSettled()
  }

  /** The round has become a version; `artifact`: what was frozen as that version. */
  recordFinish(round: DraftRound, artifact: Artifact | null): void {
    this.forget(round)
    this.#finished.set(nameOf(round), round.round)
    if (artifact !== null) this.#sealed.set(artifact, round)
  }

  /** The round of this draft that an artifact was frozen by; null: none. */
  sealedBy(artifact: Artifact, draft: DraftKey): DraftRound | null {
    const round = this.#sealed.get(artifact)
    return round !== undefined && nameOf(round) === nameOf(draft) ? round : null
  }
}

function nameOf({ artifact, id }: DraftKey): string {
  // No name of an artifact has a line break.
  return `${artifact}\n${id}`
}

function isSameRound(a: DraftRound, b: DraftRound): boolean {
  return nameOf(a) === nameOf(b) && a.round === b.round
}
