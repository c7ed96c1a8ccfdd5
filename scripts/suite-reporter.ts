import { appendFileSync, readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** What the reporter is told in the vitest config. */
export interface SuiteReporterOptions {
  /** File of `{ suite: seconds }`, relative to the root. Absent: the time is shown, and no suite needs a budget. */
  readonly budgets?: string
}

/** The whole of `npm test` has five minutes on two cores, which share the work well enough for this sum over one core. */
const BUDGET_SECONDS_MAX = 420

/**
 * Keeps `npm test` short and its skips honest.
 *
 * - Prints the seconds of each suite (a folder of `test/`) beside its budget. Slower than its budget only warns.
 * - Fails the run when a suite has no budget, or when the budgets add up to more than `BUDGET_SECONDS_MAX`.
 * - Fails the run when a skipped test is not in `test/skips.json`, gives another reason there, or is listed and ran.
 * - Appends the counts as a line of JSON to the file that `LADING_TEST_COUNTS` names, for `.ci/run`.
 */
export default class SuiteReporter implements Reporter {
  readonly #options: SuiteReporterOptions

  constructor(options: SuiteReporterOptions = {}) {
    this.#options = options
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()])
    const budgets = this.#options.budgets === undefined ? undefined : readTable<number>(this.#options.budgets)
    const seconds = secondsPerSuite(modules)
    process.stdout.write(formatTable(seconds, budgets))

    const problems = [
      ...(budgets === undefined ? [] : budgetProblems([...seconds.keys()], budgets)),
      ...skipProblems(cases.map(describeCase), readTable<string>('test/skips.json')),
    ]
    for (const problem of problems) process.stdout.write(`  ✗ ${problem}\n`)
    if (problems.length > 0) process.exitCode = 1
    writeCounts(modules, cases)
  }
}

/** A test as far as the skip list is concerned. */
export interface CaseFacts {
  /** `contract/fs › races › metadata.alias.one-winner`: the file without `test/` and `.test.ts`, then the names. */
  readonly id: string
  readonly skipped: boolean
  /** The reason given to `context.skip(reason)`, if any. */
  readonly note: string | undefined
}

/** What is wrong with the budgets, a sentence each. */
export function budgetProblems(suites: readonly string[], budgets: Readonly<Record<string, number>>): string[] {
  const total = Object.values(budgets).reduce((sum, seconds) => sum + seconds, 0)
  const missing = suites.filter((suite) => budgets[suite] === undefined)
  return [
    ...missing.map((suite) => `suite ${suite} has no budget: add it to test/seconds.json`),
    ...(total > BUDGET_SECONDS_MAX ? [`test/seconds.json adds up to ${total} s, over ${BUDGET_SECONDS_MAX} s`] : []),
  ]
}

/** Compares the skipped tests with the committed list: id → the capability that is missing. */
export function skipProblems(cases: readonly CaseFacts[], list: Readonly<Record<string, string>>): string[] {
  return cases.flatMap(({ id, skipped, note }) => {
    const reason = list[id]
    if (!skipped) return reason === undefined ? [] : [`no longer skipped, remove it from test/skips.json: ${id}`]
    if (reason === undefined) return [`skipped, but not in test/skips.json: ${id}${note ? ` (${note})` : ''}`]
    return note === undefined || note === reason ? [] : [`skipped for "${note}", listed for "${reason}": ${id}`]
  })
}

function describeCase(test: TestCase): CaseFacts {
  const result = test.result()
  const file = relativePath(test.module)
    .replace(/^test\//, '')
    .replace(/\.test(-d)?\.ts$/, '')
  return {
    id: [file, ...test.fullName.split(' > ')].join(' › '),
    skipped: result.state === 'skipped',
    note: result.state === 'skipped' ? result.note : undefined,
  }
}

/** `test/domain/alias.test.ts` → `domain`, `test/full/races/fs.test.ts` → `full/races`. */
export function suiteOf(file: string): string {
  const [, folder = '.', below = '.'] = file.split('/')
  return folder === 'full' ? `full/${below.replace(/\.test\.ts$/, '')}` : folder
}

function secondsPerSuite(modules: readonly TestModule[]): Map<string, number> {
  const seconds = new Map<string, number>()
  for (const module of modules) {
    const { setupDuration, collectDuration, duration } = module.diagnostic()
    const suite = suiteOf(relativePath(module))
    seconds.set(suite, (seconds.get(suite) ?? 0) + (setupDuration + collectDuration + duration) / 1000)
  }
  return new Map([...seconds].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function formatTable(seconds: ReadonlyMap<string, number>, budgets: Readonly<Record<string, number>> = {}): string {
  const rows = [...seconds].map(([suite, spent]) => {
    const budget = budgets[suite]
    const over = budget !== undefined && spent > budget ? '  ⚠ over its budget' : ''
    return `  ${suite.padEnd(14)} ${spent.toFixed(1).padStart(7)} s ${budget === undefined ? '' : `of ${budget} s`}${over}`
  })
  return `\n Seconds per suite, one core\n${rows.join('\n')}\n\n`
}

function writeCounts(modules: readonly TestModule[], cases: readonly TestCase[]): void {
  const file = process.env['LADING_TEST_COUNTS']
  if (file === undefined) return
  const states = cases.map((test) => test.result().state)
  const count = (state: string): number => states.filter((each) => each === state).length
  // A file that cannot even be loaded has no tests, and must not look like a success.
  const broken = modules.filter((module) => module.errors().length > 0).length
  const counts = { passed: count('passed'), failed: count('failed') + broken, skipped: count('skipped') }
  appendFileSync(file, `${JSON.stringify(counts)}\n`)
}

function relativePath(module: TestModule): string {
  return relative(process.cwd(), module.moduleId).split(sep).join('/')
}

function readTable<T>(file: string): Record<string, T> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, T>
}
