// A plain script: reads, hashes and writes every file of a folder, in one thread or in two that take the next file each.
import { once } from 'node:events'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { sampled, taskOf } from '../programs/sample.ts'
import { copyFile, makeFolders } from './copy-file.ts'
import type { CopyRules } from './copy-file.ts'
import { listFiles, walkSync } from './tree.ts'

/** Which files are copied, and how. */
export interface CopyTask extends CopyRules {
  readonly threads: 1 | 2
  /** Only files that a stat of all shows as changed after this moment, in ms. Null: all, without a stat. */
  readonly changedSinceMs: number | null
}

/** What both threads work on. `next` is the index of the file that nobody has taken. */
interface Shared {
  readonly rules: CopyRules
  readonly paths: readonly string[]
  readonly next: Int32Array
}

if (isMainThread) {
  const task = taskOf<CopyTask>()
  await sampled(async () => ({ facts: { files: await copyAll(task) } }))
} else copyRest(workerData as Shared)

/** The first thread begins while the second one starts. */
async function copyAll(task: CopyTask): Promise<number> {
  const { threads, changedSinceMs, from } = task
  const paths = changedSinceMs === null ? listFiles(from) : walkSync(from, changedSinceMs)
  makeFolders(task, paths)
  const shared: Shared = { rules: task, paths, next: new Int32Array(new SharedArrayBuffer(4)) }
  const second = threads === 2 ? new Worker(new URL(import.meta.url), { workerData: shared }) : null
  const ended = second && once(second, 'exit')
  copyRest(shared)
  await ended
  return paths.length
}

function copyRest({ rules, paths, next }: Shared): void {
  for (;;) {
    const path = paths[Atomics.add(next, 0, 1)]
    if (path === undefined) return
    copyFile(rules, path)
  }
}
