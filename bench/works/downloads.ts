import { join } from 'node:path'
import { plantFiles } from '../data.ts'
import type { FileSet } from '../data.ts'
import { interleave } from '../measure.ts'
import type { Contender } from '../measure.ts'
import { emptyFolder } from '../places.ts'
import { downloadingRivals } from '../rivals/rival.ts'
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
import type { Bench, LadingWarmUp, Manner, Work } from '../work.ts'
import { walks } from './walks.ts'

/** What is downloaded, and in what state the process is. */
interface Kind {
  readonly name: string
  readonly files: (sizes: Sizes) => FileSet
  readonly manner: Manner
  /** Whether there is a bar. */
  readonly judged: boolean
}

const KINDS: readonly Kind[] = [
  { name: 'large-file', files: ({ largeFile }) => largeFile, manner: 'fresh', judged: true },
  { name: 'large-files', files: ({ largeFiles }) => largeFiles, manner: 'warm', judged: true },
  { name: 'large-files-fresh', files: ({ largeFiles }) => largeFiles, manner: 'fresh', judged: false },
  { name: 'small-files', files: ({ smallFiles }) => smallFiles, manner: 'warm', judged: true },
  { name: 'small-files-fresh', files: ({ smallFiles }) => smallFiles, manner: 'fresh', judged: false },
]

/** Downloading into an empty folder. */
export const downloads: readonly Work[] = KINDS.map(download)

/** Downloading once more into the folder that has it all. */
export const downloadsAgain: readonly Work[] = KINDS.filter(({ judged }) => judged).map(downloadAgain)

function download({ name, files, manner, judged }: Kind): Work {
  const describe = (sizes: Sizes): string =>
    `download ${describeFiles(files(sizes))}${judged ? '' : describeManner(manner)}`
  return {
    name: `download-${name}`,
    describe,
    async run(bench) {
      const source = await loggedFiles(bench, files(bench.sizes), name)
      const root = join(bench.place.folder, 'target')
      const before = manner === 'warm' ? await warmDownload(bench, files(bench.sizes)) : null
      const get = ladingContender(bench, { watch: root, task: { kind: 'download', root }, before }, () => {
        emptyFolder(bench.place, 'target')
        emptyFolder(bench.place, 'cache')
      })
      const rivals = downloadingRivals(bench.rivals, { place: bench.place, source })
      const series = await interleave([...plainCopies(bench, source, manner), get, ...rivals], bench)
      const what = describe(bench.sizes)
      const check = judged ? ratioCheck(what, series, 1.1) : shownCheck(what, series)
      const owed = manner === 'warm' ? [owedCheck(what, series)] : []
      return { checks: [check, ...owed], series, manner: MANNERS[manner] }
    },
  }
}

function downloadAgain({ name, files }: Kind): Work {
  const describe = (sizes: Sizes): string => `download ${describeFiles(files(sizes))} into the intact folder`
  return {
    name: `download-${name}-again`,
    describe,
    async run(bench) {
      await loggedFiles(bench, files(bench.sizes), name)
      const root = emptyFolder(bench.place, 'target')
      const get = ladingContender(bench, { watch: root, task: { kind: 'download', root } })
      await untilKnown(bench, get)
      const series = await interleave([...walks(bench, root, 'fresh'), get], bench)
      return { checks: [unopenedCheck(describe(bench.sizes), series)], series, manner: MANNERS.fresh }
    },
  }
}

/** Plants files and logs them into a new store. Answers where they are. */
async function loggedFiles(bench: Bench, files: FileSet, seed: string): Promise<string> {
  const source = emptyFolder(bench.place, 'source')
  plantFiles(source, files, seed)
  emptyStore(bench)
  await ladingContender(bench, { watch: source, task: { kind: 'log', path: source } }).run({ count: false })
  return source
}

/** A download of other files, which are logged here. */
async function warmDownload(bench: Bench, files: FileSet): Promise<LadingWarmUp> {
  const path = plantWarmUp(bench, files)
  const store = emptyFolder(bench.place, 'warm-store')
  await ladingContender(bench, { watch: path, task: { kind: 'log', path, store } }).run({ count: false })
  return { task: { kind: 'download', root: join(bench.place.folder, 'warm-target') }, empty: ['warm-target'] }
}

const PIPELINE: PlainCopy = { script: 'limits/pipeline.ts', threads: 2, name: 'written by a second thread' }

interface PlainCopy {
  readonly script: string
  readonly threads: 1 | 2
  readonly name: string
  readonly owed?: boolean
}

/** Reads, hashes and writes the same bytes. No sync: nor has a download one. */
function plainCopies(bench: Bench, source: string, manner: Manner): readonly Contender[] {
  const rules = { sync: false, name: 'path', changedSinceMs: null }
  const warm = { from: join(bench.place.folder, 'warm'), to: join(bench.place.folder, 'warm-limit') }
  const scripts: readonly PlainCopy[] = [
    { script: 'limits/copy.ts', threads: 1, name: '1 thread' },
    { script: 'limits/copy.ts', threads: 2, name: '2 threads' },
    { script: 'limits/copy.ts', threads: 2, name: '2 threads, with all that a download owes', owed: true },
    // What makes a large file faster makes small ones slower.
    ...(manner === 'warm' ? [] : [PIPELINE]),
  ]
  return scripts.map(({ script, threads, name, owed = false }) =>
    contender(bench, { name: `read + SHA-256 + write, ${name}`, role: owed ? 'owed' : 'limit' }, () => {
      const to = emptyFolder(bench.place, 'target')
      const warmUp = warmUpOf(bench, manner, { task: { ...rules, ...warm, threads, owed }, empty: ['warm-limit'] })
      return { script, task: { ...rules, from: source, to, threads, owed, warmUp } }
    }),
  )
}
