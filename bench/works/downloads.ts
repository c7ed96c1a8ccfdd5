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
  FRESH_PROCESSES,
  contender,
  emptyStore,
  ladingContender,
  ratioCheck,
  unopenedCheck,
  untilKnown,
} from '../work.ts'
import type { Bench, Work } from '../work.ts'
import { walks } from './walks.ts'

const KINDS = [
  { name: 'large-file', files: ({ largeFile }: Sizes) => largeFile },
  { name: 'large-files', files: ({ largeFiles }: Sizes) => largeFiles },
  { name: 'small-files', files: ({ smallFiles }: Sizes) => smallFiles },
] as const

type Kind = (typeof KINDS)[number]

/** Downloading into an empty folder. */
export const downloads: readonly Work[] = KINDS.map(download)

/** Downloading once more into the folder that has it all. */
export const downloadsAgain: readonly Work[] = KINDS.map(downloadAgain)

function download({ name, files }: Kind): Work {
  const describe = (sizes: Sizes): string => `download ${describeFiles(files(sizes))}`
  return {
    name: `download-${name}`,
    describe,
    async run(bench) {
      const source = await loggedFiles(bench, files(bench.sizes), name)
      const root = join(bench.place.folder, 'target')
      const get = ladingContender(bench, { watch: root, task: { kind: 'download', root } }, () => {
        emptyFolder(bench.place, 'target')
        emptyFolder(bench.place, 'cache')
      })
      const rivals = downloadingRivals(bench.rivals, { place: bench.place, source })
      const series = await interleave([...plainCopies(bench, source), get, ...rivals], bench)
      return { checks: [ratioCheck(describe(bench.sizes), series, 1.1)], series, manner: FRESH_PROCESSES }
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
      const series = await interleave([...walks(bench, root), get], bench)
      return { checks: [unopenedCheck(describe(bench.sizes), series)], series, manner: FRESH_PROCESSES }
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

/** Reads, hashes and writes the same bytes. No sync: nor has a download one. */
function plainCopies(bench: Bench, source: string): readonly Contender[] {
  const rules = { from: source, sync: false, name: 'path', changedSinceMs: null }
  const scripts = [
    { script: 'limits/copy.ts', threads: 1, name: '1 thread' },
    { script: 'limits/copy.ts', threads: 2, name: '2 threads' },
    { script: 'limits/pipeline.ts', threads: 2, name: 'written by a second thread' },
  ]
  return scripts.map(({ script, threads, name }) =>
    contender(bench, { name: `read + SHA-256 + write, ${name}`, role: 'limit' }, () => {
      const to = emptyFolder(bench.place, 'target')
      return { script, task: { ...rules, to, threads } }
    }),
  )
}
