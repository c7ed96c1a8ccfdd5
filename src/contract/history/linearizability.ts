import { isDeepStrictEqual } from 'node:util'
import type { HistoryOperation } from './history.ts'

/** What an object does when one operation comes after the other. Pure; states are never changed. */
export interface SequentialObject<State, Input, Output> {
  readonly initial: State
  apply(state: State, input: Input): { readonly state: State; readonly output: Output }
  /** Equal for equal states, and only for them. */
  keyOf(state: State): string
}

/** Whether there is an order of the operations that explains every answer. */
export type LinearizabilityVerdict<Input, Output> =
  | { readonly kind: 'linearizable' }
  /** The search was given up: the history has too many operations that overlap. */
  | { readonly kind: 'undecided' }
  | {
      readonly kind: 'not linearizable'
      /** The shortest beginning of the history that no order explains. Who was not answered by then is `unknown`. */
      readonly prefix: readonly HistoryOperation<Input, Output>[]
      /** The operation whose answer ends the prefix. Without that answer there is an order. */
      readonly offender: HistoryOperation<Input, Output>
      /** The answers to it that some order explains. */
      readonly allowed: readonly Output[]
    }

/** Operations that one search may try: about a second. Histories of the contract take some hundred. */
const STEPS_MAX = 300_000

/**
 * Checks that a history is linearizable: that every operation seems to take effect at one moment between its call and
 * its answer, as the sequential object does. Operations that failed are left out, unknown ones take effect at any
 * moment after their call, or never.
 *
 * The search is that of Wing and Gong, "Testing and Verifying Concurrent Objects" (JPDC 17, 1993), with the memory of
 * Lowe, "Testing for linearizability" (CCPE 29(4), 2017): no set of operations is tried twice from the same state.
 * The shortest prefix is found by bisection, since every prefix of a linearizable history is linearizable.
 */
export function checkLinearizability<State, Input, Output>(
  object: SequentialObject<State, Input, Output>,
  history: readonly HistoryOperation<Input, Output>[],
): LinearizabilityVerdict<Input, Output> {
  const operations = history.filter(({ outcome }) => outcome.kind !== 'failed')
  const whole = new Search(object, operations).run()
  if (whole !== 'none') return { kind: whole === 'found' ? 'linearizable' : 'undecided' }

  const answers = operations
    .filter(({ outcome }) => outcome.kind === 'answered')
    .map(({ answeredAt }) => answeredAt)
    .sort((a, b) => a - b)
  let [explained, refuted] = [-1, answers.length - 1]
  while (refuted - explained > 1) {
    const middle = (explained + refuted) >>> 1
    const found = new Search(object, prefixOf(operations, answers[middle]!)).run()
    if (found === 'undecided') return { kind: 'undecided' }
    if (found === 'found') explained = middle
    else refuted = middle
  }
  const prefix = prefixOf(operations, answers[refuted]!)
  const offender = prefix.find(({ answeredAt }) => answeredAt === answers[refuted])!
  return { kind: 'not linearizable', prefix, offender, allowed: allowedAnswers(object, prefix, offender) }
}

/** The operations that were called by a moment. Those that were not answered by then are unknown. */
function prefixOf<Input, Output>(
  operations: readonly HistoryOperation<Input, Output>[],
  moment: number,
): HistoryOperation<Input, Output>[] {
  return operations
    .filter(({ calledAt }) => calledAt < moment)
    .map((each) => (each.answeredAt <= moment ? each : { ...each, outcome: { kind: 'unknown' } }))
}

function allowedAnswers<State, Input, Output>(
  object: SequentialObject<State, Input, Output>,
  prefix: readonly HistoryOperation<Input, Output>[],
  offender: HistoryOperation<Input, Output>,
): Output[] {
  const answering = (outcome: HistoryOperation<Input, Output>['outcome']) =>
    prefix.map((each) => (each === offender ? { ...each, outcome } : each))
  const open = new Search(object, answering({ kind: 'unknown' }), prefix.indexOf(offender))
  open.run()
  return open.outputs.filter((output) => new Search(object, answering({ kind: 'answered', output })).run() === 'found')
}

/** An operation in the list of those that are not in the order yet, or its answer. */
interface Entry<Input, Output> {
  readonly kind: 'call' | 'answer'
  readonly index: number
  readonly operation: HistoryOperation<Input, Output>
  readonly at: number
}

/** A choice that can be taken back. */
interface Choice<State> {
  readonly index: number
  readonly state: State
}

/** One search for an order. With `watched`, it collects what that operation might have answered, and finds all orders. */
class Search<State, Input, Output> {
  readonly outputs: Output[] = []
  readonly #object: SequentialObject<State, Input, Output>
  readonly #entries: readonly Entry<Input, Output>[]
  readonly #watched: number
  readonly #seen = new Set<string>()
  /** By index: whether the operation is in the order. */
  readonly #taken: boolean[]
  #steps = 0

  constructor(
    object: SequentialObject<State, Input, Output>,
    operations: readonly HistoryOperation<Input, Output>[],
    watched = -1,
  ) {
    this.#object = object
    this.#watched = watched
    this.#taken = operations.map(() => false)
    this.#entries = operations.flatMap((operation, index) => entriesOf(operation, index)).sort((a, b) => a.at - b.at)
  }

  run(): 'found' | 'none' | 'undecided' {
    const order: Choice<State>[] = []
    let state = this.#object.initial
    for (let position = 0; ;) {
      const entry = this.#entries[position]
      // Nothing that was answered is left. What is unknown may never have happened.
      if (entry === undefined && this.#watched === -1) return 'found'
      if (this.#steps > STEPS_MAX) return 'undecided'
      const next = entry?.kind === 'call' && !this.#taken[entry.index]! ? this.#take(entry, state) : null
      if (next !== null) {
        order.push({ index: entry!.index, state })
        state = next
        position = 0
      } else if (entry === undefined || (entry.kind === 'answer' && !this.#taken[entry.index]!)) {
        // An operation that is not in the order was answered here: the last choice was wrong.
        const last = order.pop()
        if (last === undefined) return 'none'
        this.#taken[last.index] = false
        state = last.state
        position = this.#positionOf(last.index) + 1
      } else {
        position++
      }
    }
  }

  /** Puts an operation next in the order; null when its answer forbids that, or this was tried before. */
  #take({ index, operation }: Entry<Input, Output>, from: State): State | null {
    this.#steps++
    const { state, output } = this.#object.apply(from, operation.input)
    if (index === this.#watched) this.#collect(output)
    const { outcome } = operation
    if (outcome.kind === 'answered' && !isDeepStrictEqual(output, outcome.output)) return null
    this.#taken[index] = true
    const key = `${this.#taken.map(Number).join('')} ${this.#object.keyOf(state)}`
    if (!this.#seen.has(key)) {
      this.#seen.add(key)
      return state
    }
    this.#taken[index] = false
    return null
  }

  #collect(output: Output): void {
    if (!this.outputs.some((known) => isDeepStrictEqual(known, output))) this.outputs.push(output)
  }

  #positionOf(index: number): number {
    return this.#entries.findIndex((entry) => entry.index === index && entry.kind === 'call')
  }
}

/** An unknown operation has no answer: nothing has to be in the order because of it. */
function entriesOf<Input, Output>(operation: HistoryOperation<Input, Output>, index: number): Entry<Input, Output>[] {
  const call = { kind: 'call', index, operation, at: operation.calledAt } as const
  if (operation.outcome.kind !== 'answered') return [call]
  return [call, { kind: 'answer', index, operation, at: operation.answeredAt }]
}
