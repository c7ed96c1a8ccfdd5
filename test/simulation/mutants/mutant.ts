import type { Patch } from '../build.ts'
import type { Operation, Scenario, Step } from '../scenario.ts'

/** A way to get the protocol wrong, as a patch of the source, and the situation in which it shows. */
export interface Mutant {
  /** The shortcut that it takes; one that is there for two kinds of stores has its store before it. */
  readonly name: string
  /** The invariant whose violation is to be found. */
  readonly breaks: string
  readonly patches: readonly Patch[]
  readonly scenario: Scenario
}

/** The executor on bare object stores. */
export const EXECUTION = 'src/protocol/execution.ts'
/** The executor on stores with atomic commits. */
export const BATCH = 'src/protocol/batch-execution.ts'
/** The index documents. */
export const INDEXES = 'src/protocol/indexes.ts'
/** The rule. */
export const DECIDE = 'src/domain/decide.ts'
/** The rule of rounds of a draft. */
export const FINISH = 'src/domain/finish.ts'
/** What is done to drafts. */
export const DRAFTS = 'src/ports/drafts.ts'
/** The executor of one operation on a round. */
export const ROUND = 'src/ports/draft-executor.ts'
/** How head changes. */
export const HEAD = 'src/domain/head.ts'

type Log = Omit<Extract<Operation, { kind: 'log' }>, 'kind' | 'content' | 'aliases'>

/** Logs a content, with aliases of one letter each. */
export const log = (content: string, aliases = '', more: Log = {}): Operation => {
  return { kind: 'log', content, aliases: [...aliases], ...more }
}
/** Logs a content that ends what is older. */
export const supersede = (content: string): Operation => log(content, '', { supersede: true })
/** Moves an alias, or removes it. */
export const move = (alias: string, to: number | null, expect?: number): Operation => {
  return { kind: 'setAlias', alias, to, ...(expect === undefined ? {} : { expect }) }
}
/** Deletes a version that nothing points at. */
export const remove = (n: number): Operation => ({ kind: 'delete', n })
/** Deletes a version and what points at it. */
export const removeAll = (n: number): Operation => ({ kind: 'delete', n, withAliases: true })

/** Writers by their operations; every command has an id of its own and one executor. */
export function writers(...operations: readonly (readonly Operation[])[]): Step[][] {
  return operations.map((list, writer) =>
    list.map((operation, step): Step => ({ id: `w${writer + 1}.${step + 1}`, operation, delivery: 'alone' })),
  )
}

/** Two executors of one command, and a third writer. */
export function shared(operation: Operation, first: 'first' | 'resent', ...others: readonly Operation[]): Step[][] {
  return [
    [{ id: 'shared', operation, delivery: first }],
    [{ id: 'shared', operation, delivery: 'resent' }],
    ...writers(others),
  ]
}

/** A small situation on a native store, without faults unless `more` has some. */
export function scenario(start: readonly Operation[], steps: Step[][], more: Partial<Scenario> = {}): Scenario {
  const limits = { recent: 128, moves: 32, faults: 0, crashes: 0, everyRequest: false }
  return { flavour: 'native', start, writers: steps, ...limits, ...more }
}

/** A start state: content A is v0. */
export const A = [log('A')]
/** The same, with alias a at it. */
export const Aa = [log('A', 'a')]
/** A is v0, B is v1. */
export const AB = [log('A'), log('B')]
/** The same, with alias a at v1. */
export const ABa = [log('A'), log('B', 'a')]
