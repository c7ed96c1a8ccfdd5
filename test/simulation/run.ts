import type { Head } from '../../src/domain/head.ts'
import type { Build } from './build.ts'
import { loadBuild } from './build.ts'
import type { Violation } from './invariants.ts'
import type { Ledger } from './ledger.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { TYPE } from './scenario.ts'
import type { Operation, Scenario, Step } from './scenario.ts'
import { Simulation } from './simulation.ts'
import type { Choice } from './simulation.ts'
import { Storage } from './storage.ts'

/** How a run of one schedule ended. */
export interface Run {
  readonly violations: readonly Violation[]
  readonly trace: readonly string[]
  readonly steps: number
}

interface RunOptions {
  readonly build: Build
  readonly traced?: boolean
  /** The violation to look for; the run ends at it. Absent: the run ends at any. */
  readonly watch?: string
}

const starts = new Map<string, Promise<Storage>>()

/** The store after a list of operations by one writer alone, without patches; carried out once. */
export async function startState(scenario: Scenario): Promise<Storage> {
  const { flavour, start, blindEtags, recent, moves } = scenario
  const id = JSON.stringify([flavour, start, blindEtags, recent, moves])
  const known = starts.get(id) ?? prepareStart(scenario)
  starts.set(id, known)
  return (await known).clone()
}

async function prepareStart(scenario: Scenario): Promise<Storage> {
  const build = await buildOf(scenario)
  const etagged = scenario.blindEtags ? withoutRev : (text: string) => text
  const storage = Storage.empty({ batch: scenario.flavour === 'batch', etagged })
  const steps = scenario.start.map((operation, index): Step => ({ id: `s${index}`, operation, delivery: 'alone' }))
  const simulation = await alone({ ...scenario, everyRequest: true }, { storage, steps, build })
  const [violation] = simulation.violations
  if (violation) throw new Error(`the start state violates ${violation.invariant}: ${violation.detail}`)
  return storage
}

/** A head as it would be if its body held no `rev` and nothing else that grows. */
function withoutRev(text: string, key: string): string {
  if (!key.includes('/heads/')) return text
  const { type, next, floor, aliases, latest, deleting } = JSON.parse(text) as Head
  return JSON.stringify({ type, next, floor, aliases, latest, deleting })
}

/** One writer alone, without faults. */
async function alone(
  scenario: Scenario,
  { storage, steps, build, ledger }: { storage: Storage; steps: readonly Step[]; build: Build; ledger?: Ledger },
): Promise<Simulation> {
  const quiet: Scenario = { ...scenario, writers: [steps], faults: 0, crashes: 0 }
  const simulation = new Simulation(quiet, storage, { build, traced: false, pauses: false }, ledger)
  await simulation.start()
  for (let choices = simulation.choices(); choices.length > 0; choices = simulation.choices()) {
    await simulation.perform(choices[0]!)
    if (simulation.violations.length > 0) break
  }
  simulation.finish()
  return simulation
}

/** Whether a fresh writer alone finishes everything half done, from here. */
export async function recoveryViolations(
  scenario: Scenario,
  simulation: Simulation,
  build: Build,
): Promise<readonly Violation[]> {
  const { head, drafts } = simulation.ledger
  const rounds = drafts.open()
  const type = head === null || head.type === TYPE ? {} : { type: head.type }
  const log: Operation[] = head === null ? [] : [{ kind: 'log', content: 'Z', ...type }]
  const finish: Operation[] = rounds.length === 0 ? [] : [...drafts.finishes(), { kind: 'abandon' }]
  const steps = [...log, ...finish].map((operation, index): Step => {
    return { id: `fresh-${index}`, operation, delivery: 'alone' }
  })
  if (steps.length === 0) return []
  const [storage, ledger] = [simulation.storage.clone(), simulation.ledger.copy()]
  const recovery = await alone(scenario, { storage, steps, build, ledger })
  const left = [...recovery.ledger.leftBehind(), ...recovery.ledger.drafts.leftBehind(rounds)]
  const found = [...recovery.violations, ...left]
  return found.map(({ invariant, detail }) => ({ invariant, detail: `after a fresh writer alone: ${detail}` }))
}

/** Runs one random schedule: the seed decides all that the scenario leaves open. */
export async function runSeed(scenario: Scenario, seed: number, options: RunOptions): Promise<Run> {
  const { build, traced = false, watch } = options
  const random = createRandom(seed)
  const simulation = new Simulation(scenario, await startState(scenario), { build, traced, pauses: true })
  const pick = createPicker(random, scenario.writers.length)
  const ended = () => simulation.violations.some(({ invariant }) => watch === undefined || invariant === watch)
  let steps = 0
  await simulation.start()
  while (!ended()) {
    const choice = pick(simulation)
    if (choice === null) break
    await simulation.perform(choice)
    steps++
  }
  if (ended()) return { violations: simulation.violations, trace: simulation.trace, steps }
  simulation.finish()
  const recovery = await recoveryViolations(scenario, simulation, build)
  return { violations: [...simulation.violations, ...recovery], trace: simulation.trace, steps }
}

/**
 * Picks what happens next. Half of the seeds let every process go on with equal chance; the others prefer one until a
 * few random moments, which finds what needs a long undisturbed stretch of one writer.
 */
function createPicker(random: Random, processes: number): (simulation: Simulation) => Choice | null {
  const preferring = random.chance(0.6)
  const switching = random.pick([0.05, 0.15, 0.3])
  const faulty = random.pick([0.05, 0.15, 0.4])
  let preferred = random.below(processes)
  return (simulation) => {
    const crashes = simulation.crashes()
    if (crashes.length > 0 && random.chance(0.03)) return random.pick(crashes)
    const choices = simulation.choices()
    const [late, others] = [choices.filter(({ kind }) => kind === 'land'), choices.filter(isQuiet)]
    if (late.length > 0 && random.chance(others.length > 0 ? 0.15 : 0.7)) return random.pick(late)
    if (others.length === 0) return null
    if (random.chance(switching)) preferred = random.below(processes)
    const mine = preferring ? others.filter(({ process }) => process === preferred) : others
    const choice = random.pick(mine.length > 0 ? mine : others)
    if (choice.kind !== 'settle' || choice.request.write === null || !random.chance(faulty)) return choice
    return random.pick(choices.filter((other) => other.kind === 'settle' && other.request === choice.request))
  }
}

function isQuiet(choice: Choice): boolean {
  return (
    choice.kind === 'resume' || (choice.kind === 'settle' && (choice.outcome === 'ok' || choice.outcome === 'missed'))
  )
}

/** The build that a scenario runs on. */
export function buildOf({ recent, moves }: Scenario): Promise<Build> {
  return loadBuild({ recent, moves })
}
