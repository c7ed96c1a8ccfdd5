import type { Check } from './check.ts'

/** How long a suite may take: `quick` a few seconds an adapter, `full` minutes in CI, `soak` as long as one likes. */
export type Tier = 'quick' | 'full' | 'soak'

/** One obligation of a port, as something that can be run against any adapter. */
export interface ContractCase<Context> {
  /** Stable: `<port>.<subject>.<claim>`. Lists of skips and reports of mutants name cases by it. */
  readonly id: string
  /** Cases of one category are shown together. */
  readonly category: string
  /** The smallest tier that includes the case. */
  readonly tier: Tier
  /** Capabilities without which the case says nothing; it is then skipped. */
  readonly requires: readonly string[]
  /** The words of the port that the case checks. */
  readonly obligation: string
  /** Rejects if the obligation does not hold. Leaves nothing open but handles that the context made. */
  run(context: Context & CaseTools): Promise<void>
}

/** What every case gets beside what its port needs. */
export interface CaseTools {
  /** All data and all chance of a case derive from it. */
  readonly seed: number
  readonly capabilities: ReadonlySet<string>
  readonly check: Check
}

/** What is under test, as its author hands it over. */
export interface ContractSubject<Context> {
  /** In the titles of tests: `fs`, `memory, numbered register`. */
  readonly name: string
  /** Names of what it can do; a case that requires another one is skipped. */
  readonly capabilities: readonly string[]
  /** Prepares one case. */
  create(facts: CaseFacts): Promise<PreparedCase<Context>>
}

/** What a subject is told of the case that it prepares. */
export interface CaseFacts {
  readonly caseId: string
  readonly seed: number
}

/** A context, and how everything that it made is undone. */
export interface PreparedCase<Context> {
  readonly context: Context
  cleanup(): Promise<void>
}
