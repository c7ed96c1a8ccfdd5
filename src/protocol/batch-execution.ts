import { encodeDocument } from '../domain/canonical-json.ts'
import type { Answer, Refusal } from '../domain/command.ts'
import { loggedAs } from '../domain/decide.ts'
import type { Decision, Need, View } from '../domain/decide.ts'
import { countVersion } from '../domain/head.ts'
import type { Head, HeadChange } from '../domain/head.ts'
import { refusalError } from '../domain/limits.ts'
import { tombstoneOf } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import { throwIfAborted } from '../ports/facade/call-gate.ts'
import type { BatchWrite } from '../ports/object-store.ts'
import { repeatUntilKnown } from './context.ts'
import type { ExecutionParts } from './execution-parts.ts'
import { edgeDocuments } from './indexes.ts'
import { digestKey, headKey, historyKey, versionKey } from './keys.ts'
import { blobsExpired, unknownOutcome } from './outcomes.ts'
import { indexSchema, parseDocument, parseHead, parseVersion } from './schemas.ts'
import { attempt } from './writes.ts'

/** What a decision comes to in one commit. */
interface Plan {
  readonly writes: readonly BatchWrite[]
  readonly outcome: Answer | Refusal
  /** The monotonic time until which it may be sent: it relies on blobs that were confirmed before. */
  readonly until: number
}

/**
 * One executor of one command on a store with atomic commits, as a Hugging Face dataset is (ADR 2).
 *
 * Everything is read at one commit; one commit on top of it carries version, indexes and head. The commit's title is
 * the operation id, so that an unknown outcome can be read back.
 */
export class BatchExecution {
  readonly #parts: ExecutionParts
  #base: number | null
  #open = false

  constructor(parts: ExecutionParts) {
    this.#parts = parts
    this.#base = parts.command.delivery === 'alone' ? null : parts.command.baseRev
  }

  /** Runs the command to its end. Rejects with its refusal, or `UNKNOWN_OUTCOME` when it may have taken effect. */
  async run(options: CallOptions): Promise<Answer> {
    const outcome = await this.#outcome(options)
    if (!('code' in outcome)) return outcome
    throw refusalError(outcome)
  }

  async #outcome(options: CallOptions): Promise<Answer | Refusal> {
    try {
      return await repeatUntilKnown(this.#parts.context, () => this.#step(options))
    } catch (error) {
      throw this.#open ? unknownOutcome(error, null) : error
    }
  }

  async #step(options: CallOptions): Promise<Answer | Refusal | 'again' | 'at once'> {
    const { context, key } = this.#parts
    const parent = await context.objects.batch.tip(options)
    const found = await this.#readAt(parent, headKey(key), options)
    const head = found && parseHead(found, headKey(key))
    const plan = await this.#plan(parent, head, options)
    if (head !== null && this.#base !== null) this.#base = head.rev
    if (plan.writes.length === 0) return plan.outcome
    throwIfAborted(options)
    return this.#commit(parent, plan)
  }

  /** The decision under one commit, with every need read at that same commit. */
  async #plan(parent: string, existing: Head | null, options: CallOptions): Promise<Plan> {
    const { command, hooks, rule } = this.#parts
    let head = existing
    let view: View = {
      head,
      base: this.#base,
      settled: true,
      indexed: undefined,
      versions: new Map(),
      dead: null,
    }
    for (;;) {
      const decision = rule(view, command)
      if (decision.kind === 'establish') {
        await hooks.beforeFirstHead(options)
        head = decision.head
        view = { ...view, head }
      } else if (decision.kind === 'reread') {
        view = { ...view, dead: decision.dead }
      } else if (decision.kind === 'need') {
        view = await this.#read(parent, view, { need: decision.need, options })
      } else {
        const until = decision.kind === 'create' ? await hooks.confirmBlobs(options) : Infinity
        return { ...(await this.#planOf(parent, head!, decision)), until }
      }
    }
  }

  async #planOf(parent: string, head: Head, decision: Decision): Promise<Omit<Plan, 'until'>> {
    const { key } = this.#parts
    switch (decision.kind) {
      case 'create': {
        const { version } = decision
        const index = { key: digestKey(key, version.digest), bytes: encodeDocument({ n: version.n }) }
        const edges = edgeDocuments(key, version).map(([edge, bytes]) => ({ key: edge, bytes }))
        const counted = countVersion(head, version)
        const writes = [...edges, index, ...this.#headWrites(counted)]
        const record = {
          key: versionKey(key, version.n),
          bytes: encodeDocument(version),
          precondition: 'ifAbsent' as const,
        }
        return {
          writes: [record, ...writes.map((write) => ({ ...write, precondition: 'none' as const }))],
          outcome: loggedAs(counted.head, { n: version.n, created: true, record: version }),
        }
      }
      case 'advance': {
        const tombstone = decision.tombstone === null ? [] : await this.#tombstone(parent, decision.tombstone)
        const writes = [...tombstone, ...this.#headWrites(decision.change)]
        return { writes: writes.map((write) => ({ ...write, precondition: 'none' })), outcome: decision.answer }
      }
      case 'refuse': {
        const writes = decision.record === null ? [] : this.#headWrites(decision.record)
        return { writes: writes.map((write) => ({ ...write, precondition: 'none' })), outcome: decision.refusal }
      }
      case 'answer':
        return { writes: [], outcome: decision.answer }
      default:
        throw new Error(`${decision.kind} is no plan`)
    }
  }

  #headWrites({ head, history }: HeadChange): { key: string; bytes: Uint8Array }[] {
    const { key } = this.#parts
    const page = history && { key: historyKey(key, history[0]!.rev), bytes: encodeDocument({ moves: history }) }
    return [...(page ? [page] : []), { key: headKey(key), bytes: encodeDocument(head) }]
  }

  async #tombstone(parent: string, n: number): Promise<{ key: string; bytes: Uint8Array }[]> {
    const at = versionKey(this.#parts.key, n)
    const found = await this.#readAt(parent, at, {})
    // The rule has read it live at this very commit.
    return [{ key: at, bytes: encodeDocument(tombstoneOf(parseVersion(found!, { key: at, n }))) }]
  }

  async #commit(parent: string, plan: Plan): Promise<Answer | Refusal | 'again' | 'at once'> {
    const { step } = await repeatUntilKnown(this.#parts.context, async () => {
      if ((await this.#send(parent, plan)) === 'ok') return { step: plan.outcome }
      const found = await this.#lookUp(parent, plan)
      return found === 'not there' ? 'again' : { step: found }
    })
    return step
  }

  /** After a stale or unknown commit: an earlier copy of this very commit may have landed. */
  async #lookUp(parent: string, { outcome }: Plan): Promise<Answer | Refusal | 'again' | 'at once' | 'not there'> {
    const { context, command } = this.#parts
    const since = await context.objects.batch.commitsSince(parent, {})
    if (since.some((commit) => commit.title === command.opId)) {
      if (command.delivery === 'alone') return outcome
      // It may be another executor's, and that may have decided otherwise: head remembers how.
      this.#open = true
      return 'at once'
    }
    if (since.length === 0) return 'not there'
    this.#open = false
    return 'again'
  }

  /** Sent without the signal: stopping a commit that is under way would only hide its outcome. */
  async #send(parent: string, { writes, until }: Plan): Promise<'ok' | 'open'> {
    const { context, command } = this.#parts
    if (context.clock.monotonicMs() > until) throw blobsExpired()
    const commit = { parent, title: command.opId }
    const answer = await attempt(() => context.objects.batch.commit(writes, commit))
    if (typeof answer !== 'string') return 'ok'
    // Stale may be the answer to a second copy of this very commit: until it is read back, all is open.
    if (answer !== 'not now') this.#open = true
    return 'open'
  }

  async #read(parent: string, view: View, { need, options }: { need: Need; options: CallOptions }): Promise<View> {
    const { key, command } = this.#parts
    if (need.kind === 'version') {
      const at = versionKey(key, need.n)
      const found = await this.#readAt(parent, at, options)
      const record = found && parseVersion(found, { key: at, n: need.n })
      return { ...view, versions: new Map(view.versions).set(need.n, record) }
    }
    if (need.kind !== 'digest' || command.kind !== 'log') throw new Error(`the rule needs ${need.kind} out of turn`)
    const at = digestKey(key, command.digest)
    const found = await this.#readAt(parent, at, options)
    return { ...view, indexed: found && parseDocument(indexSchema, found, at).n }
  }

  async #readAt(commit: string, key: string, options: CallOptions): Promise<Uint8Array | null> {
    const [found] = await this.#parts.context.objects.batch.getAt(commit, [key], options)
    return found?.bytes ?? null
  }
}
