import { parseArgs } from 'node:util'
import { buildOf, runSeed } from './run.ts'
import type { Run } from './run.ts'
import { randomScenario } from './random-scenario.ts'
import type { RandomOptions } from './random-scenario.ts'
import { showScenario } from './scenario.ts'
import type { Flavour } from './scenario.ts'

const FLAVOURS: readonly Flavour[] = ['native', 'numbered', 'batch']

const USAGE = `node test/simulation/simulate.ts [--seeds N] [--from S] [--seed S] [--flavour native|numbered|batch] [--drafts]

Runs the commit protocol over a simulated store: random writers, operations, faults and crashes.
  --seeds N     how many seeds, default 10000
  --from S      the first of them, default 1
  --seed S      this one alone, with its trace
  --flavour F   on this kind of store alone
  --drafts      the writers work on one collaborative draft
`

/** Runs one seed to its end. */
export async function simulate(seed: number, options: RandomOptions & { traced?: boolean }): Promise<Run> {
  const scenario = randomScenario(seed, options)
  return runSeed(scenario, seed, { build: await buildOf(scenario), traced: options.traced ?? false })
}

/** What there is to say about a seed that failed: how to run it again, what was violated, and how it came about. */
export function report(seed: number, options: RandomOptions, { violations, trace }: Run): string {
  const scenario = randomScenario(seed, options)
  const violated = violations.map(({ invariant, detail }) => `  ${invariant}: ${detail}`)
  const drafts = options.drafts ? ' --drafts' : ''
  const flavour = options.flavour ? ` --flavour ${options.flavour}` : ''
  const again = `node test/simulation/simulate.ts --seed ${seed}${flavour}${drafts}`
  return [`seed ${seed}: ${showScenario(scenario)}`, ...violated, ...trace.map((line) => `    ${line}`), again].join(
    '\n',
  )
}

async function runOne(seed: number, options: RandomOptions): Promise<boolean> {
  const run = await simulate(seed, { ...options, traced: true })
  process.stdout.write(`${report(seed, options, run)}\n${run.violations.length} violations\n`)
  return run.violations.length === 0
}

async function runMany(from: number, seeds: number, options: RandomOptions): Promise<boolean> {
  const start = performance.now()
  let [steps, shown] = [0, performance.now()]
  for (let seed = from; seed < from + seeds; seed++) {
    const run = await simulate(seed, options)
    steps += run.steps
    if (run.violations.length > 0) return runOne(seed, options)
    if (performance.now() - shown < 5_000) continue
    shown = performance.now()
    process.stderr.write(`${seed - from + 1} of ${seeds} seeds, ${steps} steps\n`)
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(1)
  process.stdout.write(`${seeds} seeds from ${from}, ${steps} steps, ${seconds} s: no violation\n`)
  return true
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      flavour: { type: 'string' },
      drafts: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const flavour = FLAVOURS.find((known) => known === values.flavour)
  const [seeds, from, seed] = [Number(values.seeds), Number(values.from), Number(values.seed ?? 0)]
  if (values.help || ![seeds, from, seed].every(Number.isSafeInteger) || (values.flavour && !flavour)) {
    process.stderr.write(USAGE)
    return values.help ? 0 : 2
  }
  const options = { flavour, drafts: values.drafts }
  const passed = values.seed === undefined ? await runMany(from, seeds, options) : await runOne(seed, options)
  return passed ? 0 : 1
}

if (import.meta.main) process.exitCode = await main()
