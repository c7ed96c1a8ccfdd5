import type { ContractCase, ContractSubject, Tier } from './case.ts'
import { ContractFailure, check } from './check.ts'
import { repeatCommand, repeatWithVitest } from './repeat.ts'
import type { RunnerTest } from './repeat.ts'
import { withTimeLimit } from './time-limit.ts'

/** As much of a test runner as is needed. Fits `{ describe, it }` of vitest and of node:test. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, options: { timeout: number }, body: (test: RunnerTest) => Promise<void>): unknown
}

/** How a suite is run. */
export interface ContractOptions {
  /** Cases of this tier and of the smaller ones are run. */
  readonly tier: Tier
  /** The committed list: id of a case → the capabilities it misses. A skip that is not on it fails, and so does an entry that runs. */
  readonly skips: Readonly<Record<string, string>>
  /** Default: `LADING_CONTRACT_SEED`, else a new one. It is printed. */
  readonly seed?: number
  /** The command that repeats one case. Default: that of vitest or of node:test, with the file, for a POSIX shell. */
  readonly repeat?: (caseId: string) => string
}

const TIERS: readonly Tier[] = ['quick', 'full', 'soak']

/** A store that never answers fails its case by then, with the case's own message. */
const TIME_LIMIT_MS: Readonly<Record<Tier, number>> = { quick: 120_000, full: 600_000, soak: 3_600_000 }

/** Room for what a clean-up has to wait for: handles that do not close, processes, folders. */
const CLEANUP_LIMIT_MS = 60_000

/** Declares every case of a tier as a test, in their order, grouped by category. Does nothing else before they run. */
export function describeContract<Context>(
  runner: ContractRunner,
  cases: readonly ContractCase<Context>[],
  subject: ContractSubject<Context>,
  options: ContractOptions,
): void {
  assertContractOptions(options)
  const seed = options.seed ?? seedOfEnvironment()
  process.stdout.write(`contract of ${subject.name}: LADING_CONTRACT_SEED=${seed}\n`)
  const included = cases.filter(({ tier }) => TIERS.indexOf(tier) <= TIERS.indexOf(options.tier))
  runner.describe(subject.name, () => {
    for (const [category, members] of Map.groupBy(included, ({ category }) => category)) {
      runner.describe(category, () => {
        for (const member of members) declareCase(runner, member, subject, { ...options, seed })
      })
    }
  })
}

/**
 * Runs one case against a subject and undoes everything.
 *
 * Rejects with a ContractFailure that names case, obligation, expected, seen, seed and the command that repeats it.
 */
export async function runCase<Context>(
  contractCase: ContractCase<Context>,
  subject: ContractSubject<Context>,
  options: Pick<ContractOptions, 'repeat'> & { readonly seed: number },
): Promise<void> {
  const { id, tier } = contractCase
  const { seed } = options
  const capabilities = new Set(subject.capabilities)
  const { context, cleanup } = await subject.create({ caseId: id, seed })
  const [result] = await Promise.allSettled([
    withTimeLimit(contractCase.run({ ...context, seed, capabilities, check }), TIME_LIMIT_MS[tier], 'the case'),
  ])
  const [undone] = await Promise.allSettled([withTimeLimit(cleanup(), CLEANUP_LIMIT_MS, 'the clean-up')])
  for (const settled of [result!, undone!]) {
    if (settled.status === 'rejected') throw explain(settled.reason, contractCase, options)
  }
}

/** What a case requires and a subject does not have, as lists of skips name it; null if it can be run. */
export function missingCapabilities<Context>(
  { requires }: ContractCase<Context>,
  subject: ContractSubject<Context>,
): string | null {
  return requires.filter((name) => !subject.capabilities.includes(name)).join(', ') || null
}

/** With an unknown tier there would be no case, and a suite that passes. */
function assertContractOptions({ tier, skips }: ContractOptions): void {
  if (!TIERS.includes(tier)) throw new Error(`the tier is ${String(tier)}: give one of ${TIERS.join(', ')}`)
  const given: unknown = skips
  if (typeof given === 'object' && given !== null) return
  throw new Error('`skips` is missing: give the committed list, or {} where nothing is skipped')
}

function declareCase<Context>(
  runner: ContractRunner,
  contractCase: ContractCase<Context>,
  subject: ContractSubject<Context>,
  options: ContractOptions & { readonly seed: number },
): void {
  const { id, tier } = contractCase
  const { seed } = options
  const missing = missingCapabilities(contractCase, subject)
  const listed = options.skips[id] ?? null
  // The runner's limit only has to be later than ours.
  runner.it(id, { timeout: TIME_LIMIT_MS[tier] + 2 * CLEANUP_LIMIT_MS }, async (test) => {
    if (missing !== listed) throw new Error(skipProblem(id, missing, listed))
    if (missing !== null) return test.skip(missing)
    const repeat = options.repeat ?? ((caseId: string) => repeatCommand(caseId, subject.name, test))
    await runCase(contractCase, subject, { seed, repeat })
  })
}

function skipProblem(id: string, missing: string | null, listed: string | null): string {
  if (missing === null) return `${id} is on the list of skips (${listed}) and can be run: remove it from the list`
  const entry = listed === null ? 'is not on the list of skips' : `is on the list of skips for ${listed}`
  return `${id} needs ${missing}, which the subject does not have, and ${entry}`
}

function explain<Context>(
  error: unknown,
  { id, obligation }: ContractCase<Context>,
  { seed, repeat = repeatWithVitest }: { readonly seed: number; readonly repeat?: (caseId: string) => string },
): ContractFailure {
  const { expected, seen } = failedCheck(error) ?? unexpected(error)
  const failure = new ContractFailure(expected, seen, error)
  failure.message = [
    id,
    `  obligation: ${obligation}`,
    `  expected:   ${indented(expected)}`,
    `  seen:       ${indented(seen)}`,
    `  seed:       ${seed}`,
    `  repeat:     LADING_CONTRACT_SEED=${seed} ${repeat(id)}`,
  ].join('\n')
  // A stack begins with the message that there was when it was captured, and node:test shows the stack.
  Error.captureStackTrace(failure, explain)
  return failure
}

function indented(text: string): string {
  return text.replaceAll('\n', `\n${' '.repeat(14)}`)
}

/** A check inside a source fails the call that reads it, and comes out as the cause of that. */
function failedCheck(error: unknown): ContractFailure | null {
  if (error instanceof ContractFailure) return error
  return error instanceof Error ? failedCheck(error.cause) : null
}

function unexpected(error: unknown): { expected: string; seen: string } {
  return { expected: 'no error', seen: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
}

function seedOfEnvironment(): number {
  const given = process.env['LADING_CONTRACT_SEED']
  if (given === undefined) return Math.floor(Math.random() * 2 ** 31)
  const seed = Number(given)
  if (!Number.isSafeInteger(seed)) throw new Error(`LADING_CONTRACT_SEED is ${given}: give a whole number`)
  return seed
}
