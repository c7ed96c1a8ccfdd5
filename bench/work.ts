import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { plantFiles } from './data.ts'
import type { FileSet } from './data.ts'
import { limitOf, timesOf } from './measure.ts'
import type { Contender, Series } from './measure.ts'
import { emptyFolder } from './places.ts'
import type { Place } from './places.ts'
import { runProgram } from './processes.ts'
import type { Program } from './processes.ts'
import type { Build } from './programs/lading-module.ts'
import type { Sample } from './programs/sample.ts'
import type { WarmUp } from './programs/warm-up.ts'
import type { Rival } from './rivals/rival.ts'
import type { Sizes } from './sizes.ts'

/** Where and how work is measured. */
export interface Bench {
  readonly place: Place
  readonly sizes: Sizes
  readonly runs: number
  readonly build: Build
  /** Other tools that do the same work, for `--vs`. */
  readonly rivals: readonly Rival[]
}

/** One claim of the table of bars, and what was found. */
export interface Check {
  readonly what: string
  readonly bar: string
  readonly found: string
  /** By the least time. */
  readonly holds: boolean
}

/** What came of a piece of work. */
export interface Outcome {
  readonly checks: readonly Check[]
  readonly series: readonly Series[]
  /** How the programs were run, in words. */
  readonly manner: string
}

/** A piece of work that is measured. */
export interface Work {
  /** For `--only`. */
  readonly name: string
  /** What is done, for the tables. */
  describe(sizes: Sizes): string
  run(bench: Bench): Promise<Outcome>
}

/**
 * In what state a process is when the work begins. `fresh`: nothing was done in it but importing. `warm`: it has done such
 * work before, with other files: the engine has compiled what it needs, threads are there.
 */
export type Manner = 'fresh' | 'warm'

/** The same in words. One run of each program, which is not timed, warms up the disk and counts. */
export const MANNERS: Readonly<Record<Manner, string>> = {
  fresh: 'a fresh process each',
  warm: 'a process each that has done such work before',
}

/** What the tables say of short work, where it makes a difference. */
export function describeManner(manner: Manner): string {
  return manner === 'warm' ? '' : ', the first work of a process'
}

/** Files from this size on warm up what they need by some of them. */
const LARGE_BYTES = 1024 * 1024
const LARGE_COUNT = 10

/** How often such work is done before. */
const WARM_ROUNDS = 8

/** What a program does before its own work, where that is to be; folders are below the place. */
export function warmUpOf<T>(
  { place }: Bench,
  manner: Manner,
  { task, empty }: { readonly task: T; readonly empty: readonly string[] },
): WarmUp<T> | null {
  return manner === 'warm' ? { rounds: WARM_ROUNDS, empty: empty.map((name) => join(place.folder, name)), task } : null
}

/** Other files of the same size, to warm up with: as many, or a few large ones. Answers their folder. */
export function plantWarmUp({ place }: Bench, { count, sizeBytes }: FileSet): string {
  const folder = emptyFolder(place, 'warm')
  plantFiles(folder, { count: sizeBytes < LARGE_BYTES ? count : Math.min(count, LARGE_COUNT), sizeBytes }, 'warm-up')
  return folder
}

/** A program as a contender. `prepare` comes before each run, out of the time. */
export function contender(
  { place }: Bench,
  who: Pick<Contender, 'name' | 'role'> & { readonly watch?: string },
  prepare: (count: boolean) => Program,
): Contender {
  return {
    ...who,
    async run({ count }): Promise<Sample> {
      const { script, task } = prepare(count)
      settle(place)
      // What is counted is the work itself.
      const program = { script, task: count ? { ...(task as object), warmUp: null } : task }
      return runProgram(program, { count, watch: who.watch, cache: join(place.folder, 'cache') })
    },
  }
}

/** What lading does before the work that is timed, with the store in the folder `warm-store`. */
export interface LadingWarmUp {
  readonly task: object
  /** Folders of the place that are emptied before each round. */
  readonly empty: readonly string[]
}

/** lading with the store in the folder `store` of the place. */
export function ladingContender(
  bench: Bench,
  {
    watch,
    task,
    before = null,
  }: { readonly watch: string; readonly task: object; readonly before?: LadingWarmUp | null },
  prepare: () => void = () => {},
): Contender {
  const script = 'programs/lading.ts'
  const { build, place } = bench
  const store = join(place.folder, 'store')
  const warmTask = before && { build, store: join(place.folder, 'warm-store'), count: false, ...before.task }
  const warmUp = warmTask && warmUpOf(bench, 'warm', { task: warmTask, empty: before.empty })
  return contender(bench, { name: 'lading', role: 'lading', watch }, (count) => {
    prepare()
    return { script, task: { build, store, ...task, count, warmUp } }
  })
}

/** Empties what a fresh store starts with: the store, and the cache that goes with it. */
export function emptyStore({ place }: Bench): void {
  emptyFolder(place, 'store')
  emptyFolder(place, 'cache')
}

/** Does work until the stat cache knows all its files: those that are younger than the disk's clock can tell are not. */
export async function untilKnown({ sizes }: Bench, work: Contender): Promise<void> {
  await work.run({ count: false })
  await setTimeout(sizes.restMs)
  await work.run({ count: false })
}

/** How many times the best of the limits lading takes where there is no bar. */
export function shownCheck(what: string, series: readonly Series[]): Check {
  const { name } = limitOf(series)
  return { ...ratioCheck(what, series, Number.POSITIVE_INFINITY), bar: `no bar; the limit is ${name}` }
}

/** What the promises of a store cost the script without lading, and how near to that lading comes. There is no bar. */
export function owedCheck(what: string, series: readonly Series[]): Check {
  const limit = limitOf(series)
  const owed = timesOf(series.find(({ role }) => role === 'owed')!.ms)
  const lading = timesOf(series.find(({ role }) => role === 'lading')!.ms)
  const times = (a: number, b: number): string => `${(a / b).toFixed(2)} ×`
  const found = `${times(owed.min, limit.min)} the limit; lading ${times(lading.min, owed.min)} that (median ${times(lading.median, owed.median)})`
  return { what: `${what}: the script with all that is owed`, bar: 'no bar', found, holds: true }
}

/** lading takes at most `most` times the best of the limits. */
export function ratioCheck(what: string, series: readonly Series[], most: number): Check {
  const { min, median } = ratioOf(series)
  const { name } = limitOf(series)
  return {
    what,
    bar: `≤ ${most.toFixed(2)} × ${name}`,
    found: `${min.toFixed(2)} × (median ${median.toFixed(2)} ×)`,
    holds: min <= most,
  }
}

/** The least and the middle time of lading over those of the limit. */
export function ratioOf(series: readonly Series[]): { readonly min: number; readonly median: number } {
  const limit = limitOf(series)
  const lading = timesOf(series.find(({ role }) => role === 'lading')!.ms)
  return { min: lading.min / limit.min, median: lading.median / limit.median }
}

/** Nothing of the user's files was opened. */
export function unopenedCheck(what: string, series: readonly Series[]): Check {
  const { opens } = series.find(({ role }) => role === 'lading')!.counted
  return { what, bar: 'no content read', found: `${opens} files opened`, holds: opens === 0 }
}

/** What runs before must not still be on its way to the disk. */
function settle({ kind }: Place): void {
  if (kind === 'disk') spawnSync('sync')
}
