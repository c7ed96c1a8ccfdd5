import { setTimeout } from 'node:timers/promises'
import { join } from 'node:path'
import { changeFiles, plantFiles } from '../data.ts'
import type { FileSet } from '../data.ts'
import { interleave } from '../measure.ts'
import type { Contender } from '../measure.ts'
import { emptyFolder } from '../places.ts'
import { loggingRival, prepareRival } from '../rivals/rival.ts'
import { describeFiles } from '../sizes.ts'
import type { Sizes } from '../sizes.ts'
import {
  MANNERS,
  contender,
  describeManner,
  emptyStore,
  ladingContender,
  owedCheck,
  plantWarmUp,
  ratioCheck,
  shownCheck,
  unopenedCheck,
  untilKnown,
  warmUpOf,
} from '../work.ts'
import type { Bench, Manner, Outcome, Work } from '../work.ts'
import { walks } from './walks.ts'

/** What a first log is held against. */
interface FirstLog {
  readonly name: string
  readonly files: (sizes: Sizes) => FileSet
  readonly manner: Manner
  /** How many times the limit; null: there is no bar. */
  readonly most: number | null
  readonly limits: (bench: Bench, source: string) => readonly Contender[]
}

const FIRST_LOGS: readonly FirstLog[] = [
  { name: 'large-file', files: ({ largeFile }) => largeFile, manner: 'fresh', most: 1.1, limits: onePass },
  {
    name: 'large-files',
    files: ({ largeFiles }) => largeFiles,
    manner: 'warm',
    most: 1.1,
    limits: plainScript('warm'),
  },
  {
    name: 'large-files-fresh',
    files: ({ largeFiles }) => largeFiles,
    manner: 'fresh',
    most: null,
    limits: plainScript('fresh'),
  },
  {
    name: 'small-files',
    files: ({ smallFiles }) => smallFiles,
    manner: 'warm',
    most: 1.3,
    limits: plainScript('warm'),
  },
  {
    name: 'small-files-fresh',
    files: ({ smallFiles }) => smallFiles,
    manner: 'fresh',
    most: null,
    limits: plainScript('fresh'),
  },
]

const WAYS = [
  { threads: 1, owed: false, role: 'limit' },
  { threads: 2, owed: false, role: 'limit' },
  { threads: 2, owed: true, role: 'owed' },
] as const

/** Logging into a new store. */
export const firstLogs: readonly Work[] = FIRST_LOGS.map(firstLog)

/** Logging again what is in the store, with and without a change. */
export const logsAgain: readonly Work[] = (['warm', 'fresh'] as const).flatMap((manner) => {
  const suffix = manner === 'warm' ? '' : '-fresh'
  return [
    {
      name: `small-files-changed${suffix}`,
      describe: ({ smallFiles }: Sizes) =>
        `log ${describeFiles(smallFiles)} again, 1 % of them changed${describeManner(manner)}`,
      run: (bench: Bench) => logChanged(bench, manner),
    },
    {
      name: `small-files-again${suffix}`,
      describe: ({ smallFiles }: Sizes) =>
        `log ${describeFiles(smallFiles)} again, nothing changed${describeManner(manner)}`,
      run: (bench: Bench) => logUnchanged(bench, manner),
    },
  ]
})

function firstLog({ name, files, manner, most, limits }: FirstLog): Work {
  const describe = (sizes: Sizes): string => {
    const isShort = files(sizes) !== sizes.largeFile
    return `log ${describeFiles(files(sizes))}${isShort ? describeManner(manner) : ''}`
  }
  return {
    name,
    describe,
    async run(bench) {
      const source = emptyFolder(bench.place, 'source')
      plantFiles(source, files(bench.sizes), name)
      const empty = ['warm-store', 'cache']
      const before = manner === 'warm' ? { task: warmLog(bench, files(bench.sizes)), empty } : null
      const log = ladingContender(bench, { watch: source, task: { kind: 'log', path: source }, before }, () =>
        emptyStore(bench),
      )
      const rivals = bench.rivals.map((rival) => loggingRival(rival, { place: bench.place, source }, { fresh: true }))
      const series = await interleave([...limits(bench, source), log, ...rivals], bench)
      const what = describe(bench.sizes)
      const check = most === null ? shownCheck(what, series) : ratioCheck(what, series, most)
      const owed = manner === 'warm' ? [owedCheck(what, series)] : []
      return { checks: [check, ...owed], series, manner: MANNERS[manner] }
    },
  }
}

/** A log of other files. */
function warmLog(bench: Bench, files: FileSet): object {
  return { kind: 'log', path: plantWarmUp(bench, files) }
}

/** One pass over a large file. With the sync that a durable log owes; without it, for whoever wants to know. */
function onePass(bench: Bench, source: string): readonly Contender[] {
  const ways = [
    { sync: true, role: 'limit' },
    { sync: false, role: 'shown' },
  ] as const
  return ways.flatMap(({ sync, role }) => {
    const name = `read + SHA-256 + write${sync ? ' + fsync' : ''}`
    const watch = source
    const rules = { from: source, sync, name: 'path', changedSinceMs: null, threads: 1, owed: false, warmUp: null }
    const task = () => ({ ...rules, to: emptyFolder(bench.place, 'limit') })
    return [
      contender(bench, { name, role, watch }, () => ({ script: 'limits/copy.ts', task: task() })),
      contender(bench, { name: `${name}, written by a second thread`, role, watch }, () => ({
        script: 'limits/pipeline.ts',
        task: task(),
      })),
    ]
  })
}

/**
 * Reads, hashes, writes, syncs and renames every file. Shown beside it: the same with all that a version owes, which is what
 * lading can come near to.
 */
function plainScript(manner: Manner, changedSinceMs: () => number | null = () => null) {
  return (bench: Bench, source: string): Contender[] => {
    const base = changedSinceMs() === null ? 'plain script' : 'stat of all + plain script'
    const warm = { from: join(bench.place.folder, 'warm'), to: join(bench.place.folder, 'warm-limit') }
    const rules = { sync: true, name: 'digest', changedSinceMs: null }
    return WAYS.map(({ threads, owed, role }) => {
      const name = `${base}, ${threads === 1 ? '1 thread' : '2 threads'}${owed ? ', with all that a version owes' : ''}`
      return contender(bench, { name, role, watch: source }, () => {
        const warmUp = warmUpOf(bench, manner, { task: { ...rules, ...warm, threads, owed }, empty: ['warm-limit'] })
        const to = emptyFolder(bench.place, 'limit')
        const task = { ...rules, from: source, to, threads, owed, changedSinceMs: changedSinceMs(), warmUp }
        return { script: 'limits/copy.ts', task }
      })
    })
  }
}

/** Stores that have the small files, and a cache that knows them. */
async function loggedSmallFiles(bench: Bench, manner: Manner): Promise<LoggedFiles> {
  const source = emptyFolder(bench.place, 'source')
  plantFiles(source, bench.sizes.smallFiles, 'small-files')
  emptyStore(bench)
  emptyFolder(bench.place, 'warm-store')
  const before = manner === 'warm' ? { task: warmLog(bench, bench.sizes.smallFiles), empty: [] } : null
  const log = ladingContender(bench, { watch: source, task: { kind: 'log', path: source }, before })
  await untilKnown(bench, log)
  const folders = { place: bench.place, source }
  for (const rival of bench.rivals) await prepareRival(rival, folders)
  return { source, logs: [log, ...bench.rivals.map((rival) => loggingRival(rival, folders, { fresh: false }))] }
}

interface LoggedFiles {
  readonly source: string
  /** lading and its rivals. */
  readonly logs: readonly Contender[]
}

async function logChanged(bench: Bench, manner: Manner): Promise<Outcome> {
  const { source, logs } = await loggedSmallFiles(bench, manner)
  let sinceMs = Date.now()
  const before = async (round: number): Promise<void> => {
    await setTimeout(100)
    // The clock of the disk may be some milliseconds behind.
    sinceMs = Date.now() - 50
    changeFiles(source, bench.sizes.smallFiles, round)
  }
  const limits = plainScript(manner, () => sinceMs)(bench, source)
  const series = await interleave([...limits, ...logs], { runs: bench.runs, before })
  const what = `log ${describeFiles(bench.sizes.smallFiles)} again, 1 % of them changed${describeManner(manner)}`
  const checks =
    manner === 'warm' ? [ratioCheck(what, series, 1.3), owedCheck(what, series)] : [shownCheck(what, series)]
  return { checks, series, manner: MANNERS[manner] }
}

async function logUnchanged(bench: Bench, manner: Manner): Promise<Outcome> {
  const { source, logs } = await loggedSmallFiles(bench, manner)
  const series = await interleave([...walks(bench, source, manner), ...logs], bench)
  const what = `log ${describeFiles(bench.sizes.smallFiles)} again, nothing changed${describeManner(manner)}`
  const checks =
    manner === 'warm' ? [ratioCheck(what, series, 1.5), owedCheck(what, series)] : [shownCheck(what, series)]
  return { checks: [unopenedCheck(what, series), ...checks], series, manner: MANNERS[manner] }
}
