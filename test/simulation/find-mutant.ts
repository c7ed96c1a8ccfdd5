import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadBuild } from './build.ts'
import { buildOf, runSeed } from './run.ts'
import type { Run } from './run.ts'
import { MUTANTS } from './mutants.ts'
import type { Mutant } from './mutants/mutant.ts'
import { showScenario } from './scenario.ts'

/** Mutant → the seed of a schedule that finds it. */
export type Schedules = Readonly<Record<string, number>>

/** Where the schedules are kept. */
export const SCHEDULES = new URL('schedules.json', import.meta.url)

/** Of so many finds the shortest is kept: it is read by people. */
const FINDS = 30

/** Runs one schedule with a mutant, looking for the violation that it is known for. */
export async function runMutant({ patches, scenario, breaks }: Mutant, seed: number, traced = false): Promise<Run> {
  const build = await loadBuild({ recent: scenario.recent, moves: scenario.moves }, patches)
  return runSeed(scenario, seed, { build, traced, watch: breaks })
}

/** Runs the same schedule with the code as it is. A store that hides `rev` is a part of the mutant. */
export async function runUnmutated(
  { scenario: { blindEtags: _blind, ...scenario } }: Mutant,
  seed: number,
): Promise<Run> {
  return runSeed(scenario, seed, { build: await buildOf(scenario) })
}

/** Whether a run shows what a mutant breaks. */
export function shows({ breaks }: Mutant, { violations }: Run): boolean {
  return violations.some(({ invariant }) => invariant === breaks)
}

/** The seed of a short schedule that finds a mutant, or null. */
export async function findSchedule(mutant: Mutant, seeds: number): Promise<number | null> {
  let best: { seed: number; steps: number } | null = null
  for (let seed = 1, finds = 0; seed <= seeds && finds < FINDS; seed++) {
    const run = await runMutant(mutant, seed)
    if (!shows(mutant, run) || (await runUnmutated(mutant, seed)).violations.length > 0) continue
    finds++
    if (best === null || run.steps < best.steps) best = { seed, steps: run.steps }
  }
  return best?.seed ?? null
}

/** The committed schedules. */
export function readSchedules(): Schedules {
  return JSON.parse(readFileSync(SCHEDULES, 'utf8')) as Schedules
}

const USAGE = `node test/simulation/find-mutant.ts [--all] [--update] [--seeds N] [NAME…]

Looks for schedules that find mutants, and prints the shortest of them. \`--update\` writes them to schedules.json.
`

async function search(mutant: Mutant, seeds: number): Promise<number | null> {
  const seed = await findSchedule(mutant, seeds)
  process.stdout.write(`${mutant.name}: ${seed === null ? `NOT FOUND in ${seeds} seeds` : `seed ${seed}`}\n`)
  return seed
}

async function show(mutant: Mutant, seed: number): Promise<void> {
  const { trace } = await runMutant(mutant, seed, true)
  process.stdout.write(`  ${showScenario(mutant.scenario)}\n${trace.map((line) => `    ${line}\n`).join('')}`)
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      seeds: { type: 'string', default: '20000' },
    },
  })
  const unknown = positionals.filter((name) => !MUTANTS.some((mutant) => mutant.name === name))
  if (unknown.length > 0 || (!values.all && positionals.length === 0)) {
    process.stderr.write(unknown.length > 0 ? `no such mutant: ${unknown.join(', ')}\n` : USAGE)
    return 2
  }
  const asked = MUTANTS.filter(({ name }) => values.all || positionals.includes(name))
  const found = new Map<string, number>()
  for (const mutant of asked) {
    const seed = await search(mutant, Number(values.seeds))
    if (seed === null) continue
    found.set(mutant.name, seed)
    if (positionals.length > 0) await show(mutant, seed)
  }
  if (values.update) {
    const known = values.all ? {} : readSchedules()
    writeFileSync(SCHEDULES, `${JSON.stringify({ ...known, ...Object.fromEntries(found) }, null, 2)}\n`)
  }
  return found.size === asked.length ? 0 : 1
}

if (import.meta.main) process.exitCode = await main()
