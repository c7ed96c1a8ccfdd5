import { setTimeout } from 'node:timers/promises'
import { changeFiles, plantFiles } from '../data.ts'
import type { FileSet } from '../data.ts'
import { interleave } from '../measure.ts'
import type { Contender } from '../measure.ts'
import { emptyFolder } from '../places.ts'
import { loggingRival, prepareRival } from '../rivals/rival.ts'
import { describeFiles } from '../sizes.ts'
import type { Sizes } from '../sizes.ts'
import {
  FRESH_PROCESSES,
  contender,
  emptyStore,
  ladingContender,
  ratioCheck,
  unopenedCheck,
  untilKnown,
} from '../work.ts'
import type { Bench, Outcome, Work } from '../work.ts'
import { walks } from './walks.ts'

/** What a first log is held against. */
interface FirstLog {
  readonly name: string
  readonly files: (sizes: Sizes) => FileSet
  /** How many times the limit. */
  readonly most: number
  readonly limits: (bench: Bench, source: string) => readonly Contender[]
}

/** Logging into a new store. */
export const firstLogs: readonly Work[] = [
  { name: 'large-file', files: ({ largeFile }: Sizes) => largeFile, most: 1.1, limits: onePass },
  { name: 'large-files', files: ({ largeFiles }: Sizes) => largeFiles, most: 1.1, limits: plainScript },
  { name: 'small-files', files: ({ smallFiles }: Sizes) => smallFiles, most: 1.3, limits: plainScript },
].map(firstLog)

/** Logging again what is in the store, with and without a change. */
export const logsAgain: readonly Work[] = [
  {
    name: 'small-files-changed',
    describe: ({ smallFiles }) => `log ${describeFiles(smallFiles)} again, 1 % of them changed`,
    run: logChanged,
  },
  {
    name: 'small-files-again',
    describe: ({ smallFiles }) => `log ${describeFiles(smallFiles)} again, nothing changed`,
    run: logUnchanged,
  },
]

function firstLog({ name, files, most, limits }: FirstLog): Work {
  const describe = (sizes: Sizes): string => `log ${describeFiles(files(sizes))}`
  return {
    name,
    describe,
    async run(bench) {
      const source = emptyFolder(bench.place, 'source')
      plantFiles(source, files(bench.sizes), name)
      const log = ladingContender(bench, { watch: source, task: { kind: 'log', path: source } }, () =>
        emptyStore(bench),
      )
      const rivals = bench.rivals.map((rival) => loggingRival(rival, { place: bench.place, source }, { fresh: true }))
      const series = await interleave([...limits(bench, source), log, ...rivals], bench)
      return { checks: [ratioCheck(describe(bench.sizes), series, most)], series, manner: FRESH_PROCESSES }
    },
  }
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
    const rules = { from: source, sync, name: 'path', changedSinceMs: null, threads: 1 }
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

/** Reads, hashes, writes, syncs and renames every file. */
function plainScript(bench: Bench, source: string, changedSinceMs: () => number | null = () => null): Contender[] {
  const name = changedSinceMs() === null ? 'plain script' : 'stat of all + plain script'
  return ([1, 2] as const).map((threads) =>
    contender(
      bench,
      { name: `${name}, ${threads === 1 ? '1 thread' : '2 threads'}`, role: 'limit', watch: source },
      () => ({
        script: 'limits/copy.ts',
        task: {
          from: source,
          to: emptyFolder(bench.place, 'limit'),
          sync: true,
          name: 'digest',
          threads,
          changedSinceMs: changedSinceMs(),
        },
      }),
    ),
  )
}

/** Stores that have the small files, and a cache that knows them. */
async function loggedSmallFiles(bench: Bench): Promise<LoggedFiles> {
  const source = emptyFolder(bench.place, 'source')
  plantFiles(source, bench.sizes.smallFiles, 'small-files')
  emptyStore(bench)
  const log = ladingContender(bench, { watch: source, task: { kind: 'log', path: source } })
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

async function logChanged(bench: Bench): Promise<Outcome> {
  const { source, logs } = await loggedSmallFiles(bench)
  let sinceMs = Date.now()
  const before = async (round: number): Promise<void> => {
    await setTimeout(100)
    // The clock of the disk may be some milliseconds behind.
    sinceMs = Date.now() - 50
    changeFiles(source, bench.sizes.smallFiles, round)
  }
  const series = await interleave([...plainScript(bench, source, () => sinceMs), ...logs], { runs: bench.runs, before })
  const what = `log ${describeFiles(bench.sizes.smallFiles)} again, 1 % of them changed`
  return { checks: [ratioCheck(what, series, 1.3)], series, manner: FRESH_PROCESSES }
}

async function logUnchanged(bench: Bench): Promise<Outcome> {
  const { source, logs } = await loggedSmallFiles(bench)
  const series = await interleave([...walks(bench, source), ...logs], bench)
  const what = `log ${describeFiles(bench.sizes.smallFiles)} again, nothing changed`
  return {
    checks: [unopenedCheck(what, series), ratioCheck(what, series, 1.5)],
    series,
    manner: FRESH_PROCESSES,
  }
}
