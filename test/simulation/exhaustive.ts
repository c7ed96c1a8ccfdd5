import { parseArgs } from 'node:util'
import { EXPOSED, loadBuild } from './build.ts'
import type { Build } from './build.ts'
import { draftPairScenarios } from './draft-scenarios.ts'
import type { Violation } from './invariants.ts'
import { recoveryViolations, startState } from './run.ts'
import { showScenario } from './scenario.ts'
import type { Operation, Scenario, Step } from './scenario.ts'
import { Simulation } from './simulation.ts'
import type { Choice } from './simulation.ts'

/** All that can happen from one start: how much was looked at, and what was found. */
export interface Exploration {
  readonly states: number
  readonly steps: number
  readonly violations: readonly Violation[]
  readonly trace: readonly string[]
}

/** A start state and the operations that are tried from it: those of the model checker. */
interface World {
  readonly start: readonly Operation[]
  readonly operations: readonly Operation[]
}

const log = (content: string, aliases: readonly string[] = []): Operation => ({ kind: 'log', content, aliases })
const supersede = (content: string, alias: string): Operation => {
  return { kind: 'log', content, aliases: [alias], supersede: true }
}
const move = (alias: string, to: number | null): Operation => ({ kind: 'setAlias', alias, to })
const moveIf = (alias: string, to: number, expect: number): Operation => ({ kind: 'setAlias', alias, to, expect })
const remove = (n: number, withAliases: boolean): Operation => ({ kind: 'delete', n, withAliases })

const WORLDS: readonly World[] = [
  {
    start: [],
    operations: [
      log('A', ['a']),
      log('A'),
      log('A', ['b']),
      log('B', ['a']),
      log('B'),
      { kind: 'log', content: 'B', aliases: ['a'], type: 'dataset' },
      move('a', 0),
      remove(0, true),
      supersede('A', 'a'),
    ],
  },
  {
    start: [log('A', ['a'])],
    operations: [
      log('A'),
      log('A', ['b']),
      log('B', ['a']),
      log('C'),
      move('a', 0),
      move('b', 0),
      moveIf('a', 1, 0),
      move('a', null),
      remove(0, false),
      remove(0, true),
      supersede('A', 'b'),
      { kind: 'deleteArtifact' },
    ],
  },
  {
    start: [log('A'), log('B', ['a'])],
    operations: [
      log('A', ['a']),
      log('A', ['b']),
      log('C', ['a']),
      log('B'),
      move('a', 0),
      moveIf('a', 0, 1),
      move('b', 0),
      move('a', null),
      remove(0, false),
      remove(1, true),
      supersede('A', 'a'),
      { kind: 'deleteArtifact' },
    ],
  },
]

/** Two writers with one operation each, in all combinations; two executors of one command, as first send and as replay. */
export function pairScenarios({ faults, recent }: { faults: number; recent: number }): Scenario[] {
  return WORLDS.flatMap(({ start, operations }) => {
    const make = (...steps: Step[]): Scenario => {
      const limits = { recent, moves: 32, faults, crashes: 0, everyRequest: false }
      return { flavour: 'native', start, writers: steps.map((step) => [step]), ...limits }
    }
    return operations.flatMap((one, index) => [
      ...operations.slice(index).map((other) => make(stepOf('one', one), stepOf('other', other))),
      // Without a head, nothing but a log is sent twice.
      ...(start.length === 0 && one.kind !== 'log'
        ? []
        : ([stepOf('same', one, 'first'), stepOf('same', one, 'resent')] as const).map((first) =>
            make(first, stepOf('same', one, 'resent')),
          )),
    ])
  })
}

function stepOf(id: string, operation: Operation, delivery: Step['delivery'] = 'alone'): Step {
  return { id, operation, delivery }
}

/**
 * Follows every schedule from the start of a scenario, each from the beginning: what a promise waits for cannot be copied.
 * A state that was met before is not gone on from. In each state a fresh writer alone must finish what is half done,
 * so that every crash of all writers is covered as well.
 */
export async function explore(scenario: Scenario, build: Build): Promise<Exploration> {
  const search: Search = { scenario, build, seen: new Set(), recovered: new Set(), path: [], steps: 0 }
  do {
    const simulation = await follow(search, false)
    if (simulation.violations.length > 0) {
      const { violations } = simulation
      const { trace } = await follow(search, true)
      return { states: search.seen.size, steps: search.steps, violations, trace }
    }
  } while (turnBack(search.path))
  return { states: search.seen.size, steps: search.steps, violations: [], trace: [] }
}

interface Search {
  readonly scenario: Scenario
  readonly build: Build
  readonly seen: Set<string>
  readonly recovered: Set<string>
  /** The choice at each step so far, and how many there were. */
  readonly path: { index: number; readonly count: number }[]
  steps: number
}

/** Runs along the path, then on by first choices until nothing new comes. With `again`, the path alone, with its trace. */
async function follow(search: Search, again: boolean): Promise<Simulation> {
  const { scenario, build, path } = search
  const simulation = new Simulation(scenario, await startState(scenario), { build, traced: again, pauses: false })
  await simulation.start()
  for (let depth = 0; simulation.violations.length === 0; depth++) {
    if (depth === path.length && (again || !(await enter(search, simulation)))) return simulation
    simulation.ledger.judging = again || depth >= path.length - 1
    const choice = simulation.choices()[path[depth]!.index] as Choice
    await simulation.perform(choice)
  }
  return simulation
}

/** Looks at the state at the end of the path. Whether there is something new to go on with. */
async function enter(search: Search, simulation: Simulation): Promise<boolean> {
  const { seen, recovered, path, scenario, build } = search
  search.steps++
  const state = simulation.fingerprint
  if (seen.has(state)) return false
  seen.add(state)
  const left = `${simulation.storage.fingerprint} ${simulation.ledger.effects}`
  if (!recovered.has(left)) {
    recovered.add(left)
    simulation.violations.push(...(await recoveryViolations(scenario, simulation, build)))
  }
  const count = simulation.choices().length
  if (count === 0) simulation.finish()
  else path.push({ index: 0, count })
  return count > 0 && simulation.violations.length === 0
}

/** The next path that was not followed yet; false when there is none. */
function turnBack(path: Search['path']): boolean {
  for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
    last.index++
    if (last.index < last.count) return true
    path.pop()
  }
  return false
}

/** Explores scenarios one after the other; stops at the first violation, which it tells. */
export async function exploreAll(
  scenarios: readonly Scenario[],
  progress: (text: string) => void,
): Promise<{ states: number; steps: number; failure: string | null }> {
  let [states, steps] = [0, 0]
  for (const [index, scenario] of scenarios.entries()) {
    const found = await explore(scenario, await loadBuild(scenario, [EXPOSED]))
    states += found.states
    steps += found.steps
    progress(`${index + 1} of ${scenarios.length}: ${found.states} states: ${showScenario(scenario)}`)
    const [violation] = found.violations
    if (violation === undefined) continue
    const failure = [showScenario(scenario), `${violation.invariant}: ${violation.detail}`, ...found.trace].join(
      '\n    ',
    )
    return { states, steps, failure }
  }
  return { states, steps, failure: null }
}

const USAGE = `node test/simulation/exhaustive.ts [--faults N] [--recent K] [--part I/N] [--drafts] [--verbose]

Follows every schedule of two writers with one operation each.
  --faults N   faults a schedule, default 1
  --recent K   operations that head remembers, default 128
  --part I/N   every Nth scenario alone, from the Ith on; default 1/1
  --drafts     the operations are those on a collaborative draft
`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      faults: { type: 'string', default: '1' },
      recent: { type: 'string', default: '128' },
      part: { type: 'string', default: '1/1' },
      drafts: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const [faults, recent] = [Number(values.faults), Number(values.recent)]
  const [part, parts] = values.part.split('/').map(Number) as [number, number]
  if (values.help || ![faults, recent, part, parts].every(Number.isSafeInteger)) {
    process.stderr.write(USAGE)
    return values.help ? 0 : 2
  }
  const start = performance.now()
  const pairs = values.drafts ? draftPairScenarios({ faults, recent }) : pairScenarios({ faults, recent })
  const scenarios = pairs.filter((_, index) => index % parts === part - 1)
  const { states, steps, failure } = await exploreAll(
    scenarios,
    (text) => values.verbose && process.stderr.write(`${text}\n`),
  )
  const seconds = ((performance.now() - start) / 1_000).toFixed(1)
  process.stdout.write(`${scenarios.length} scenarios, ${states} states, ${steps} steps, ${seconds} s\n`)
  process.stdout.write(failure === null ? 'no violation\n' : `VIOLATION\n${failure}\n`)
  return failure === null ? 0 : 1
}

if (import.meta.main) process.exitCode = await main()
