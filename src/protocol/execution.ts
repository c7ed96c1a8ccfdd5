import type { Answer, Refusal } from '../domain/command.ts'
import { loggedAs, recall } from '../domain/decide.ts'
import type { Decision, Need, View } from '../domain/decide.ts'
import type { LadingError } from '../domain/errors.ts'
import { countVersion } from '../domain/head.ts'
import type { Head, HeadChange } from '../domain/head.ts'
import { refusalError } from '../domain/limits.ts'
import type { VersionRecord } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import { repeatUntilKnown } from './context.ts'
import type { Seen } from './indexed-documents.ts'
import type { ExecutionParts } from './execution-parts.ts'
import { writeIndexes } from './indexes.ts'
import { blobsExpired, otherType, unknownOutcome } from './outcomes.ts'
import type { Swapped } from './register.ts'
import { attempt, isUnanswered } from './writes.ts'

/** `at once`: read head again now. `again`: after a pause. */
type Step = Answer | 'again' | 'at once'

/** An own swap of head whose outcome is not known. */
interface Unresolved {
  readonly rev: number
  readonly change: HeadChange
  readonly after: AfterSwap
}

interface AfterSwap {
  readonly tombstone: number | null
  readonly outcome: Answer | Refusal
}

/**
 * One executor of one command on a bare object store (docs/on-disk-format.md, "The commit protocol"; ADR 1).
 *
 * What a command means is decided by its rule; this is how the decision becomes durable. After each answer but a success
 * head is read again, for it tells what became of the command; nothing is decided before head counts all that is there.
 */
export class Execution {
  readonly #parts: ExecutionParts
  /** Head as `prepare` read it; undefined once it was used. */
  #prepared: Seen<Head> | null | undefined
  /** The rev up to which the command is known not to be applied; null: nobody else can have applied it. */
  #base: number | null
  #unresolved: Unresolved | null = null
  /** The version that this command made, by whichever executor. */
  #mine: number | null = null
  /** Whether a write that may have committed the command was sent and not seen to be lost. */
  #open = false
  #dead: number | null = null
  #mustSettle = false
  /** The version whose tombstone was seen to be there. */
  #buried: number | null = null
  /** Versions as they were read: what a tombstone needs to replace one. */
  readonly #versions = new Map<number, Seen<VersionRecord>>()

  constructor(parts: ExecutionParts, prepared: Seen<Head> | null | undefined) {
    this.#parts = parts
    this.#prepared = prepared
    this.#base = parts.command.delivery === 'alone' ? null : parts.command.baseRev
  }

  /** Runs the command to its end. Rejects with its refusal, or `UNKNOWN_OUTCOME` when it may have taken effect. */
  async run(options: CallOptions): Promise<Answer> {
    try {
      const { context } = this.#parts
      const step = () => this.#step(this.#cancellable(options))
      return await repeatUntilKnown(context, step, () => this.#cancellable(options).signal)
    } catch (error) {
      throw this.#mayHaveTakenEffect() ? unknownOutcome(error, this.#mine) : error
    }
  }

  /** Once something was sent that may commit the command, stopping in the middle would only hide its outcome. */
  #cancellable(options: CallOptions): CallOptions {
    return this.#mayHaveTakenEffect() ? {} : options
  }

  #mayHaveTakenEffect(): boolean {
    return this.#open || this.#mine !== null || this.#unresolved !== null
  }

  /** Reads head, and does all that follows from it. */
  async #step(options: CallOptions): Promise<Step> {
    const { documents, key, command, rule } = this.#parts
    const seen = this.#prepared === undefined ? await documents.readHead(key, options) : this.#prepared
    this.#prepared = undefined
    if (seen === null) return this.#perform(rule(this.#view(null), command), null, options)
    const head = seen.value
    if (recall(head, this.#view(head), command)) return this.#decideUnder(seen, this.#view(head), options)
    if (this.#base !== null) this.#base = head.rev
    if (this.#unresolved) return this.#resolve(seen, this.#unresolved)
    if (this.#mine !== null && head.next > this.#mine) {
      await documents.syncHead(key, seen.proof, {})
      return loggedAs(head, { n: this.#mine, created: true })
    }
    if (head.deleting !== null && head.deleting !== this.#buried) await this.#bury(head.deleting)
    if (this.#mine === null && !this.#mustSettle) return this.#decideUnder(seen, this.#view(head), options)
    const settled = await this.#rollForward(seen)
    return isSeen(settled) ? this.#decideUnder(settled, this.#view(settled.value, true), options) : settled
  }

  #view(head: Head | null, settled = false): View {
    return { head, base: this.#base, settled, indexed: undefined, versions: new Map(), dead: this.#dead }
  }

  async #decideUnder(seen: Seen<Head>, first: View, options: CallOptions): Promise<Step> {
    let [under, view] = [seen, first]
    for (;;) {
      const decision = this.#parts.rule(view, this.#parts.command)
      if (decision.kind !== 'need') return this.#perform(decision, under, options)
      if (decision.need.kind === 'settled') {
        const settled = await this.#rollForward(under)
        if (!isSeen(settled)) return settled
        view = settled === under ? { ...view, settled: true } : this.#view(settled.value, true)
        under = settled
      } else {
        view = await this.#read(view, decision.need, options)
      }
    }
  }

  async #read(view: View, need: Need, options: CallOptions): Promise<View> {
    const { documents, key, command } = this.#parts
    if (need.kind === 'version') {
      const found = await documents.readVersion(key, need.n, options)
      if (found) this.#versions.set(need.n, found)
      return { ...view, versions: new Map(view.versions).set(need.n, found?.value ?? null) }
    }
    if (need.kind !== 'digest' || command.kind !== 'log') throw new Error(`the rule needs ${need.kind} out of turn`)
    const found = await documents.readIndex(key, command.digest, options)
    return { ...view, indexed: found?.value ?? null }
  }

  async #perform(decision: Decision, seen: Seen<Head> | null, options: CallOptions): Promise<Step> {
    const { documents, key } = this.#parts
    switch (decision.kind) {
      case 'establish':
        return this.#establish(decision.head, options)
      case 'reread':
        if (decision.dead === null) this.#mustSettle = true
        this.#dead = decision.dead
        return 'at once'
      case 'create':
        return this.#create(seen!, decision.version, options)
      case 'advance':
        return this.#advance(seen!, decision.change, { tombstone: decision.tombstone, outcome: decision.answer })
      case 'answer':
        // The acknowledgement may rest on a head that another process has not made durable yet.
        await documents.syncHead(key, seen!.proof, options)
        if (decision.tombstone !== null) await this.#bury(decision.tombstone)
        return decision.answer
      case 'refuse':
        if (decision.record === null) throw this.#refuse(decision.refusal)
        return this.#advance(seen!, decision.record, { tombstone: null, outcome: decision.refusal })
      case 'need':
        throw new Error(`the rule needs ${decision.need.kind} without a head`)
    }
  }

  async #establish(head: Head, options: CallOptions): Promise<Step> {
    const { documents, hooks, key } = this.#parts
    await hooks.beforeFirstHead(options)
    const answer = await attempt(() => documents.swapHead(key, head, null, options))
    return isUnanswered(answer) ? 'again' : 'at once'
  }

  /** Puts `versions/<next>`, which is the commit. */
  async #create(seen: Seen<Head>, version: VersionRecord, options: CallOptions): Promise<Step> {
    const { context, documents, hooks, key } = this.#parts
    const until = await hooks.confirmBlobs(options)
    const found = await repeatUntilKnown(
      context,
      async () => {
        if (context.clock.monotonicMs() > until) throw blobsExpired()
        const answer = await attempt(() => documents.createVersion(key, version, {}))
        if (answer === 'ok') return version
        // A lost precondition may be that of a second copy of this very write: until it is read back, all is open.
        if (answer !== 'not now') this.#open = true
        return (await this.#findVersion(version.n)) ?? 'again'
      },
      () => this.#cancellable(options).signal,
    )
    if (found.opId !== version.opId) {
      this.#open = false
      this.#mustSettle = true
      return 'again'
    }
    return this.#countMine(seen, found)
  }

  /** The version, if it is there, made durable: head must not get ahead of what its writer may not have synced yet. */
  async #findVersion(n: number): Promise<VersionRecord | null> {
    const { documents, key } = this.#parts
    const found = await documents.readVersion(key, n, {})
    if (found !== null) await documents.syncVersion(key, n, {})
    return found?.value ?? null
  }

  async #countMine(seen: Seen<Head>, version: VersionRecord): Promise<Step> {
    const counted = await this.#count(seen, version)
    return isSeen(counted) ? loggedAs(counted.value, { n: version.n, created: true, record: version }) : counted
  }

  /** Makes head count every version that is there. Answers the head that does, or how to go on. */
  async #rollForward(from: Seen<Head>): Promise<Seen<Head> | Step> {
    let seen = from
    for (;;) {
      const found = await this.#findVersion(seen.value.next)
      if (found === null) return seen
      if (found.opId === this.#parts.command.opId) return this.#countMine(seen, found)
      const counted = await this.#count(seen, found)
      if (!isSeen(counted)) return counted
      seen = counted
    }
  }

  async #count(seen: Seen<Head>, version: VersionRecord): Promise<Seen<Head> | 'at once' | 'again'> {
    const { context, documents, key, command } = this.#parts
    if (version.type !== seen.value.type) throw otherType(version)
    if (version.opId === command.opId) this.#mine = version.n
    await writeIndexes(context, documents, { key, record: version })
    const change = countVersion(seen.value, version)
    const swapped = await this.#swap(seen, change)
    if (swapped === 'not now') return 'again'
    return swapped === 'lost' || swapped === 'unknown' ? 'at once' : { value: change.head, proof: swapped.proof }
  }

  async #advance(seen: Seen<Head>, change: HeadChange, after: AfterSwap): Promise<Step> {
    const looked = this.#unresolved !== null
    this.#unresolved = { rev: seen.value.rev, change, after }
    if (this.#base === null) this.#base = seen.value.rev
    const swapped = await this.#swap(seen, change).catch((error: unknown) => {
      // What is thrown was refused for certain: nothing is open, unless an earlier send is.
      if (!looked) this.#unresolved = null
      throw error
    })
    if (swapped === 'not now') {
      if (!looked) this.#giveUp()
      return 'again'
    }
    if (swapped === 'lost' || swapped === 'unknown') return looked ? 'again' : 'at once'
    if (after.tombstone !== null) await this.#bury(after.tombstone)
    if ('code' in after.outcome) throw this.#refuse(after.outcome)
    return after.outcome
  }

  /** A definite refusal: nothing of this command is open any more. */
  #refuse(refusal: Refusal): LadingError {
    if (refusal.code !== 'UNKNOWN_OUTCOME') this.#unresolved = null
    return refusalError(refusal)
  }

  /** The head that an own swap expected is still there, or the swap is lost for ever. */
  async #resolve(seen: Seen<Head>, unresolved: Unresolved): Promise<Step> {
    if (seen.value.rev === unresolved.rev) return this.#advance(seen, unresolved.change, unresolved.after)
    this.#giveUp()
    return 'again'
  }

  /** The own swap has not landed and never will. */
  #giveUp(): void {
    this.#unresolved = null
    if (this.#parts.command.delivery === 'alone') this.#base = null
  }

  async #swap(seen: Seen<Head>, { head, history }: HeadChange): Promise<Swapped | 'unknown' | 'not now'> {
    const { context, documents, key } = this.#parts
    if (history !== null) {
      await repeatUntilKnown(context, async () => {
        return isUnanswered(await attempt(() => documents.writeHistory(key, history, {}))) ? 'again' : 'there'
      })
    }
    return attempt(() => documents.swapHead(key, head, seen.proof, {}))
  }

  /** The version is a tombstone, for certain. */
  async #bury(n: number): Promise<void> {
    const { context, documents, key } = this.#parts
    let seen = this.#versions.get(n) ?? null
    await repeatUntilKnown(context, async () => {
      seen ??= await documents.readVersion(key, n, {})
      if (seen === null) return 'done'
      const found = seen
      // The tombstone of another process may not be durable yet; the mark that stands for it must not go before it is.
      if (found.value.deleted) {
        await documents.syncVersion(key, n, {})
        return 'done'
      }
      if (!isUnanswered(await attempt(() => documents.buryVersion(key, found, {})))) return 'done'
      seen = null
      return 'again'
    })
    this.#buried = n
  }
}

function isSeen(step: Seen<Head> | Step): step is Seen<Head> {
  return typeof step === 'object' && 'proof' in step
}
