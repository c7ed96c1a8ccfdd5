import { LadingError } from '../../domain/errors.ts'
import type { Random } from '../random.ts'

/**
 * What can go wrong with a request to a store that keeps its port.
 *
 * - `lost answer`: a write is carried out; its caller is told `UNKNOWN_OUTCOME`.
 * - `refused though landed`: a conditional write is carried out; its answer is that of a copy that was sent again:
 *   `exists`, `lost`, `stale`.
 * - `late landing`: the caller of a write is told `UNKNOWN_OUTCOME`, and the write is carried out later, by its
 *   precondition at that moment.
 * - `duplicate`: a write is sent twice, one after the other; the second answer counts.
 * - `delay`: other calls overtake the request, or its answer.
 * - `partial list`: a page has fewer entries than were asked for, and a cursor.
 * - `throttling`: the call is told `UNAVAILABLE`, and nothing was done.
 */
export type FaultKind =
  | 'lost answer'
  | 'refused though landed'
  | 'late landing'
  | 'duplicate'
  | 'delay'
  | 'partial list'
  | 'throttling'

/** A method of the driver that can be met by a fault. Of a staged object: its `publish` and `replace`. */
export type FaultOperation =
  | 'get'
  | 'read'
  | 'stat'
  | 'list'
  | 'putIfAbsent'
  | 'put'
  | 'compareAndSwap'
  | 'delete'
  | 'sync'
  | 'publish'
  | 'replace'
  | 'copy'
  | 'batch.tip'
  | 'batch.getAt'
  | 'batch.listAt'
  | 'batch.commit'
  | 'batch.commitsSince'
  | 'bulk.deliverAll'
  | 'bulk.ingestAll'
  | 'bulk.vouchAll'

/** One line of a plan: which fault meets which calls, and when. */
export type FaultRule = {
  readonly fault: FaultKind
  /** The methods that it meets. Default: all that can have it. */
  readonly operations?: readonly FaultOperation[]
  /** The keys, or prefixes, that it meets; of a batch or a deletion the first one. Default: all. */
  readonly key?: RegExp
} & ({ readonly chance: number } | { readonly nth: number })

/** How often each fault was injected. */
export type FaultCounts = Readonly<Record<FaultKind, number>>

const CONDITIONAL: readonly FaultOperation[] = ['putIfAbsent', 'compareAndSwap', 'copy', 'batch.commit']
/** A staged object is published once, and sources are the caller's: neither is a write that can be sent again, or later. */
const REPEATABLE: readonly FaultOperation[] = [...CONDITIONAL, 'put', 'delete']
const WRITES: readonly FaultOperation[] = [...REPEATABLE, 'publish', 'replace', 'bulk.ingestAll']
const LISTS: readonly FaultOperation[] = ['list', 'batch.listAt']
const READS: readonly FaultOperation[] = [
  ...(['get', 'read', 'stat', 'batch.tip', 'batch.getAt', 'batch.commitsSince'] as const),
  ...(['bulk.deliverAll', 'bulk.vouchAll'] as const),
]
const ALL: readonly FaultOperation[] = [...WRITES, ...LISTS, ...READS, 'sync']

/** What the port lets each fault happen to. */
const POSSIBLE: Readonly<Record<FaultKind, readonly FaultOperation[]>> = {
  'lost answer': WRITES,
  'refused though landed': [...CONDITIONAL, 'publish'],
  'late landing': REPEATABLE,
  duplicate: REPEATABLE,
  delay: ALL,
  'partial list': LISTS,
  throttling: ALL,
}

/** Decides which fault meets which call, and counts. Of several rules that meet one call, the first injects. */
export class FaultPlan {
  readonly #rules: readonly (FaultRule & { met: number })[]
  readonly #random: Random
  readonly #injected = Object.fromEntries(Object.keys(POSSIBLE).map((kind) => [kind, 0])) as Record<FaultKind, number>

  /** Throws `INVALID` for a rule that could never inject. */
  constructor(rules: readonly FaultRule[], random: Random) {
    for (const rule of rules) assertRule(rule)
    this.#rules = rules.map((rule) => ({ ...rule, met: 0 }))
    this.#random = random
  }

  get injected(): FaultCounts {
    return { ...this.#injected }
  }

  /** The fault of this call, or null. Every rule that the call meets counts it, or draws, whatever the others say. */
  next(operation: FaultOperation, key: string): FaultKind | null {
    let chosen: FaultKind | null = null
    for (const rule of this.#rules) {
      if (!(rule.operations ?? POSSIBLE[rule.fault]).includes(operation)) continue
      if (rule.key !== undefined && key.search(rule.key) === -1) continue
      rule.met++
      const injects = 'nth' in rule ? rule.met === rule.nth : this.#random.chance(rule.chance)
      if (injects) chosen ??= rule.fault
    }
    return chosen
  }

  /** Counts a fault that was injected. */
  count(fault: FaultKind): void {
    this.#injected[fault]++
  }
}

function assertRule(rule: FaultRule): void {
  const possible: readonly FaultOperation[] | undefined = POSSIBLE[rule.fault]
  if (possible === undefined) throw invalid(rule, 'there is no such fault')
  const impossible = rule.operations?.find((operation) => !possible.includes(operation))
  if (impossible !== undefined) throw invalid(rule, `the port does not let it happen to ${impossible}`)
  if (rule.operations?.length === 0) throw invalid(rule, 'it names no operation')
  if ('nth' in rule && !(Number.isSafeInteger(rule.nth) && rule.nth >= 1)) throw invalid(rule, `nth is ${rule.nth}`)
  if ('chance' in rule && !(rule.chance >= 0 && rule.chance <= 1)) throw invalid(rule, `its chance is ${rule.chance}`)
}

function invalid(rule: FaultRule, detail: string): LadingError {
  return new LadingError('INVALID', {
    operation: 'withFaults',
    key: rule.fault,
    detail,
    next: 'see FaultRule: a fault, calls that can have it, and a chance from 0 to 1 or a number from 1',
  })
}
