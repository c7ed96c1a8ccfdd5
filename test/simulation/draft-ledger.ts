import type { Head } from '../../src/domain/head.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import type { RunRef } from '../../src/domain/version.ts'
import { runDraftKey, runEdgeKey, versionEdgeKey } from '../../src/protocol/keys.ts'
import { DRAFT } from './draft-operations.ts'
import type { DraftAnswer, DraftOperation, DraftStep } from './draft-operations.ts'
import { isLive } from './invariants.ts'
import type { Violation } from './invariants.ts'
import { ARTIFACT } from './scenario.ts'
import type { StoredDocuments } from './stored-documents.ts'
import { unionOf } from './stored-drafts.ts'
import type { StoredRound } from './stored-drafts.ts'

/**
 * What was promised to whom about the draft. Violations: `acknowledged upsert` (an acknowledged part is not in the
 * version, or a refused one is), `once` (a round became two versions, or one upsert is in two rounds), `round` (facts
 * that do not fit together, or change), `producers`.
 */
export class DraftLedger {
  #stored: StoredDocuments
  readonly #acknowledged = new Map<string, number>()
  readonly #refused = new Map<string, number>()
  /** Round → its version, as somebody was told. */
  readonly #told = new Map<number, number>()

  constructor(stored: StoredDocuments) {
    this.#stored = stored
  }

  /** The same knowledge, apart from this one from now on. */
  copy(): DraftLedger {
    const copy = new DraftLedger(this.#stored)
    for (const [opId, round] of this.#acknowledged) copy.#acknowledged.set(opId, round)
    for (const [opId, round] of this.#refused) copy.#refused.set(opId, round)
    for (const [round, n] of this.#told) copy.#told.set(round, n)
    return copy
  }

  /** Everything that later checks depend on, as text. */
  get fingerprint(): string {
    return [this.#acknowledged, this.#refused, this.#told].map((map) => [...map].sort().join()).join(';')
  }

  /** Something landed. */
  landed(stored: StoredDocuments): Violation[] {
    const before = this.#stored
    this.#stored = stored
    if (stored.drafts.size === 0) return []
    return [...this.#changed(before, stored), ...this.#promises(), ...this.#whole(before)]
  }

  /** An executor answered its client. */
  acknowledged({ opId, round }: DraftStep, answer: DraftAnswer): Violation[] {
    const stored = this.#stored.drafts.get(round!)
    if (answer.kind === 'upserted') {
      this.#acknowledged.set(opId, round!)
      if (!stored?.parts.has(opId)) {
        return [{ invariant: 'acknowledged upsert', detail: `#${opId} was acknowledged and is not there` }]
      }
      return [...this.#promises()]
    }
    const { result } = stored ?? {}
    if (answer.kind === 'abandoned') {
      if (result?.kind === 'abandoned') return []
      return [{ invariant: 'round', detail: `round ${round} was called abandoned, and is not` }]
    }
    if (result?.kind !== 'finished' || result.n !== answer.n) {
      const said = result?.kind === 'finished' ? `v${result.n}` : (result?.kind ?? 'nothing')
      return [{ invariant: 'once', detail: `#${opId} was told v${answer.n}, the result of round ${round} is ${said}` }]
    }
    this.#told.set(round!, answer.n)
    return []
  }

  /** A client was told that its operation was refused. `begun`: rounds that had parts before it was sent. */
  refused({ opId, operation, round }: DraftStep, code: ErrorCode, begun: ReadonlySet<number>): Violation[] {
    const stored = round === null ? undefined : this.#stored.drafts.get(round)
    if (operation.kind === 'upsert' && code === 'ALREADY_FINISHED') {
      this.#refused.set(opId, round!)
      if (!stored?.closing) return [{ invariant: 'round', detail: `#${opId} came too late for an open round` }]
      return [...this.#promises()]
    }
    if (code === 'NOT_FOUND' && operation.kind !== 'upsert' && !begun.has(round!)) return []
    if (code !== 'CONFLICT') return [{ invariant: 'assertion', detail: `#${opId} was answered ${code}` }]
    const { result, closing } = stored ?? {}
    if (operation.kind === 'abandon' && closing?.kind !== 'finish') {
      return [{ invariant: 'round', detail: `#${opId} may not abandon what no finish has closed` }]
    }
    if (operation.kind === 'finish' && result?.kind === 'finished') {
      return [{ invariant: 'once', detail: `#${opId} was refused, though round ${round} has its version` }]
    }
    return []
  }

  /** Rounds that have parts and no result. */
  open(): number[] {
    const isOpen = ({ parts, result }: StoredRound) => parts.size > 0 && result === null
    return [...this.#stored.drafts].flatMap(([round, stored]) => (isOpen(stored) ? [round] : []))
  }

  /** What a fresh finisher tries, for an open round: to take the later parts, of the type that they have. */
  finishes(): DraftOperation[] {
    const stored = [...this.#stored.drafts.values()].find(({ result }) => result === null)
    const type = stored?.closing?.kind === 'finish' ? stored.closing.type : [...(stored?.parts.values() ?? [])][0]?.type
    return [{ kind: 'finish', onConflict: 'last', ...(type !== undefined && { type }) }]
  }

  /** What a client that asks now is told: the first round without a result. */
  openRound(): number {
    const { drafts } = this.#stored
    const newest = Math.max(-1, ...drafts.keys())
    return newest === -1 ? 0 : drafts.get(newest)!.result === null ? newest : newest + 1
  }

  /** Rounds that have acknowledged parts: a finish then finds some. */
  get begun(): ReadonlySet<number> {
    return new Set(this.#acknowledged.values())
  }

  /** After a fresh finisher alone: each of these rounds has its result. */
  leftBehind(rounds: readonly number[]): Violation[] {
    return rounds.flatMap((round) => {
      const { result, closing, parts } = this.#stored.drafts.get(round)!
      const types = new Set([...parts.values()].map(({ type }) => type))
      const type = closing?.kind === 'finish' ? closing.type : types.size === 1 ? [...types][0] : null
      const mayBeAbandoned = closing?.kind === 'abandon' || type === null || this.#stored.head?.type !== type
      if (result?.kind === 'finished' || (result && mayBeAbandoned)) return []
      return [{ invariant: 'recovery', detail: `round ${round} is left ${result?.kind ?? 'without a result'}` }]
    })
  }

  *#changed(before: StoredDocuments, after: StoredDocuments): Generator<Violation> {
    for (const [round, old] of before.drafts) {
      const now = after.drafts.get(round)
      for (const fact of ['closing', 'closed', 'choice', 'result'] as const) {
        if (old[fact] !== null && now?.[fact] !== old[fact]) {
          yield { invariant: 'round', detail: `${fact} of round ${round} was changed` }
        }
      }
      for (const [opId, part] of old.parts) {
        if (now?.parts.get(opId) !== part) yield { invariant: 'round', detail: `the part #${opId} was changed` }
      }
    }
  }

  *#promises(): Generator<Violation> {
    const { drafts } = this.#stored
    for (const [opId, round] of this.#acknowledged) {
      const { closed } = drafts.get(round)!
      if (closed !== null && !closed.includes(opId)) {
        yield { invariant: 'acknowledged upsert', detail: `#${opId} was acknowledged, and does not count` }
      }
    }
    for (const [opId, round] of this.#refused) {
      const { closed, closing, result } = drafts.get(round)!
      if (closing?.kind === 'finish' && closed?.includes(opId) && result?.kind !== 'abandoned') {
        yield { invariant: 'acknowledged upsert', detail: `#${opId} was refused, and counts` }
      }
    }
  }

  *#whole(before: StoredDocuments): Generator<Violation> {
    const { drafts } = this.#stored
    const rounds = [...drafts].sort(([a], [b]) => a - b)
    const homes = new Map<string, number>()
    for (const [round, stored] of rounds) {
      for (const opId of stored.parts.keys()) {
        const other = homes.get(opId)
        if (other !== undefined) yield { invariant: 'once', detail: `#${opId} is in round ${other} and in ${round}` }
        homes.set(opId, round)
      }
      if (round > 0 && !drafts.get(round - 1)?.result) {
        yield { invariant: 'round', detail: `round ${round} was opened before the result of the one before` }
      }
      yield* this.#parts(round, stored)
      yield* this.#ended(round, stored)
      yield* this.#versions(round, stored, before)
    }
  }

  *#parts(round: number, { parts }: StoredRound): Generator<Violation> {
    for (const { run, opId } of parts.values()) {
      if (this.#stored.has(runDraftKey(run, { ...DRAFT, round }))) continue
      yield { invariant: 'producers', detail: `the part #${opId} is there before its run is recorded` }
    }
  }

  *#ended(round: number, { closing, closed, result, parts }: StoredRound): Generator<Violation> {
    if (closed !== null && closing === null)
      yield { invariant: 'round', detail: `round ${round} is sealed, not closed` }
    const absent = closed?.find((opId) => !parts.has(opId))
    if (absent !== undefined) yield { invariant: 'round', detail: `#${absent} counts and is not there` }
    if (result === null) return
    if (closed === null) yield { invariant: 'round', detail: `round ${round} has a result and is not sealed` }
    if (result.kind === 'abandoned') {
      if (closing?.kind === 'finish' && closing.type === this.#stored.head?.type) {
        yield { invariant: 'round', detail: `round ${round} was abandoned under its finisher` }
      }
      return
    }
    if (closing?.kind !== 'finish') {
      yield { invariant: 'round', detail: `round ${round} was finished by nobody` }
      return
    }
    if ((this.#stored.head?.next ?? 0) <= result.n) {
      yield { invariant: 'round', detail: `round ${round} has become v${result.n}, which head does not count` }
    }
    const runs = (closed ?? []).map((opId) => parts.get(opId)?.run).filter((run) => run !== undefined)
    for (const run of [...runs, closing.run]) yield* this.#producer(run, result.n)
  }

  *#producer(run: RunRef, n: number): Generator<Violation> {
    const version = { ...ARTIFACT, n }
    if (!this.#stored.has(runEdgeKey('out', run, version)) || !this.#stored.has(versionEdgeKey('out', version, run))) {
      yield { invariant: 'producers', detail: `${run.id} is not recorded as a producer of v${n}` }
    }
  }

  /** A round is one version, of the parts that count, made by the operation that closed it. */
  *#versions(round: number, stored: StoredRound, before: StoredDocuments): Generator<Violation> {
    const { closing, result } = stored
    const union = unionOf(stored)
    const { head, versions } = this.#stored
    const own = [...versions.values()].filter(({ draft }) => draft?.id === DRAFT.id && draft.round === round)
    for (const { n, digest, opId } of own) {
      if (digest !== union) {
        yield { invariant: 'acknowledged upsert', detail: `v${n} is not what round ${round} was closed with` }
      }
      const isNew = !before.versions.has(n)
      const isForgotten = closing?.kind === 'finish' && forgets(before.head, closing.baseRev)
      if (isNew && opId !== closing?.opId && !isForgotten) {
        yield { invariant: 'once', detail: `v${n} of round ${round} was made by #${opId}` }
      }
    }
    const live = own.filter((version) => head && isLive(head, version))
    if (live.length > 1) yield { invariant: 'once', detail: `round ${round} has become v${live.map(({ n }) => n)}` }
    if (result?.kind !== 'finished') return
    if (versions.get(result.n)?.digest !== union) {
      yield {
        invariant: 'acknowledged upsert',
        detail: `the result of round ${round} is v${result.n}, of other content`,
      }
    }
  }
}

/** Whether head may no longer remember what came of an operation that is older than `baseRev`. */
function forgets(head: Head | null, baseRev: number): boolean {
  return (head?.recent.at(-1)?.rev ?? 0) > baseRev + 1
}
