import pMap from 'p-map'
import type { LoggedAnswer } from '../domain/command.ts'
import type { DraftPart, DraftResult, DraftRound, ReadPart } from '../domain/draft.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { DraftDecision, DraftNeed, DraftView, UnionLog } from '../domain/finish.ts'
import { recordedResult, windowReaches } from '../domain/head.ts'
import { refusalError } from '../domain/limits.ts'
import { manifestDigest } from '../domain/manifest.ts'
import type { RunRef } from '../domain/version.ts'
import type { CallOptions } from './call.ts'
import type { CommitOptions } from './commit.ts'
import type { DraftHost, DraftRecords } from './draft-records.ts'
import type { FinishRoundOptions } from './draft-store.ts'

const NOTHING: DraftView = {
  result: undefined,
  closing: undefined,
  closed: undefined,
  choice: undefined,
  listed: undefined,
  parts: new Map(),
  type: undefined,
  logged: undefined,
  indexed: undefined,
}

/** Manifests that are read, and producers that are recorded, at once. */
const REQUESTS_MAX = 16

/** How long a round that always looks different is followed, in decisions; each ends with a fact that stays. */
const DECISIONS_MAX = 1_000

/** What one executor works on. `finish`: how the union is logged; abandoning and upserting never do. */
export interface RoundWork {
  readonly round: DraftRound
  readonly options: CallOptions
  readonly finish?: FinishRoundOptions
}

/** How a round ended. */
export interface RoundEnd {
  readonly result: DraftResult
  /** What the log of the union told, where this executor carried it out. */
  readonly answer: LoggedAnswer | null
}

/** One executor of an operation on a round: carries out decisions until there is an answer. */
export class RoundExecutor {
  readonly #host: DraftHost
  readonly #records: DraftRecords
  readonly #work: RoundWork
  #view = NOTHING
  #answer: LoggedAnswer | null = null
  /** Whether this executor may have closed the round, or has made its version. */
  #mayHaveActed = false

  constructor(host: DraftHost, records: DraftRecords, work: RoundWork) {
    this.#host = host
    this.#records = records
    this.#work = work
  }

  /** Answers how the round ended, or null where `decide` has nothing more to ask. */
  async run(decide: (view: DraftView) => DraftDecision | null): Promise<RoundEnd | null> {
    try {
      return await this.#follow(decide)
    } catch (error) {
      throw this.#mayHaveActed ? stoppedHalfway(error) : error
    }
  }

  async #follow(decide: (view: DraftView) => DraftDecision | null): Promise<RoundEnd | null> {
    for (let decisions = 0; decisions < DECISIONS_MAX; decisions++) {
      const decision = decide(this.#view)
      if (decision === null) return null
      if (decision.kind === 'answer') return { result: decision.result, answer: this.#answer }
      if (decision.kind === 'refuse') throw refusalError(decision.refusal)
      this.#view = { ...this.#view, ...(await this.#perform(decision)) }
    }
    throw new Error('a round that does not end')
  }

  async #perform(decision: Exclude<DraftDecision, { kind: 'answer' | 'refuse' }>): Promise<Partial<DraftView>> {
    const { closing, closed, choice, result } = this.#records
    const { round } = this.#work
    switch (decision.kind) {
      case 'need':
        return this.#read(decision.need)
      case 'close':
        this.#mayHaveActed = true
        await closing.create(round, decision.closing)
        return this.#read({ kind: 'closing' })
      case 'seal':
        await closed.create(round, decision.closed)
        return this.#read({ kind: 'closed' })
      case 'choose':
        await choice.create(round, decision.choice)
        return this.#read({ kind: 'choice' })
      case 'log':
        return this.#log(decision.log)
      case 'conclude':
        await result.create(round, decision.result)
        return this.#read({ kind: 'result' })
    }
  }

  async #read(need: DraftNeed): Promise<Partial<DraftView>> {
    const { round, options } = this.#work
    switch (need.kind) {
      case 'parts':
        return { parts: await this.#readParts(need.opIds) }
      case 'listed': {
        const when = this.#view.closing ? 'afterClosing' : 'beforeClosing'
        return { listed: { opIds: await this.#records.listParts(round, options), when } }
      }
      case 'type':
        return { type: (await this.#host.head(round, options))?.type ?? null }
      case 'indexed':
        return { indexed: await this.#madeByClosing(need.log) }
      default:
        return { [need.kind]: await this.#records[need.kind].read(round, options) }
    }
  }

  async #readParts(opIds: readonly string[]): Promise<DraftView['parts']> {
    const { round, options, finish } = this.#work
    if (!finish) throw new Error('only a finish reads parts')
    const read = async (part: DraftPart): Promise<ReadPart> => {
      return { part, manifest: await finish.manifestOf(part.manifest, options) }
    }
    const found = await pMap(await this.#records.readParts(round, opIds, options), read, { concurrency: REQUESTS_MAX })
    return new Map([...this.#view.parts, ...found.map((read) => [read.part.opId, read] as const)])
  }

  async #madeByClosing(log: UnionLog): Promise<number | null> {
    const { closing } = this.#view
    if (!closing) throw new Error('nobody has closed the round')
    const made = { digest: manifestDigest(log.union), opId: closing.opId }
    const n = await this.#records.madeBy(this.#work.round, made, this.#work.options)
    // Who made it may have stopped before the edges.
    if (n !== null) await this.#recordProducers(log, { n, opId: closing.opId })
    return n
  }

  /** FINISH 4: the collection state, then `result` again: only then the parts are known to keep their blobs. */
  async #log(log: UnionLog): Promise<Partial<DraftView>> {
    const { command, union } = log
    const { round, options, finish } = this.#work
    if (!finish) throw new Error('only a finish logs')
    const prepared = await this.#host.prepare({ project: round.project, artifact: round.artifact }, options)
    const result = await this.#records.result.read(round, options)
    if (result !== null) return { result }
    const opId = command.opId ?? this.#host.ids.next()
    const confirm: CommitOptions['confirm'] = (collection) => finish.confirm(union, collection)
    const answer = await this.#commit(command, opId, { ...options, prepared, confirm })
    if (answer === null) return { logged: 'unknown' }
    await this.#recordProducers(log, { n: answer.n, opId })
    if (!answer.created) await finish.onKnown?.(answer, command)
    this.#answer = answer
    return { logged: answer.n }
  }

  /** Null: nobody can tell any more what came of the closing's log. */
  async #commit(command: UnionLog['command'], opId: string, options: CommitOptions): Promise<LoggedAnswer | null> {
    const { project, artifact, id, round } = this.#work.round
    try {
      const answer = await this.#host.commit({ project, artifact }, { ...command, opId, draft: { id, round } }, options)
      if (answer.n === null) throw new Error('a log answers with a version')
      this.#mayHaveActed = true
      return { ...answer, n: answer.n }
    } catch (error) {
      if (!isLadingError(error, 'UNKNOWN_OUTCOME') || !(await this.#isForgotten(command))) throw error
      return null
    }
  }

  /** All runs of the round, before its result: who reads that finds them. */
  async #recordProducers(
    { command, producers }: UnionLog,
    { n, opId }: { readonly n: number; readonly opId: string },
  ): Promise<void> {
    const { project, artifact } = this.#work.round
    const record = (run: RunRef): Promise<void> => {
      return this.#host.recordEdge({ kind: 'out', run, version: { project, artifact, n }, at: command.at, opId }, {})
    }
    await pMap(producers, record, { concurrency: REQUESTS_MAX })
  }

  /** Whether head, for every executor, can no longer tell what came of the closing's log. */
  async #isForgotten({ opId, baseRev }: UnionLog['command']): Promise<boolean> {
    const head = opId === null ? null : await this.#host.head(this.#work.round, {})
    return head !== null && recordedResult(head, opId!) === undefined && !windowReaches(head, baseRev)
  }
}

/** Whoever stops after the closing has not said no: the next executor carries the round to its end. */
function stoppedHalfway(error: unknown): unknown {
  if (!isLadingError(error, 'UNAVAILABLE') && !isLadingError(error, 'ABORTED')) return error
  return new LadingError('UNKNOWN_OUTCOME', {
    detail: `the round may be closed, but then ${error.detail}`,
    next: 'do the same again: it goes on where this stopped',
    cause: error,
  })
}
