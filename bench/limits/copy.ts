// A plain script: reads, hashes and writes every file of a folder, in one thread or in two that take the next file each.
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { sampled, taskOf } from '../programs/sample.ts'
import { warmUp } from '../programs/warm-up.ts'
import type { Warmed } from '../programs/warm-up.ts'
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

/** The second thread is kept: a process that has copied before has it already. */
const threadsMade: Worker[] = []

if (isMainThread) {
  const task = taskOf<Warmed<CopyTask>>()
  await warmUp<CopyTask>(task, copyAll)
  await sampled(async () => ({ facts: { files: await copyAll(task) } }))
  for (const thread of threadsMade) await thread.terminate()
} else {
  parentPort!.on('message', (shared: Shared) => {
    copyRest(shared)
    parentPort!.postMessage('done')
  })
}

/** The first thread begins while the second one starts. */
async function copyAll(task: CopyTask): Promise<number> {
  const { threads, changedSinceMs, from } = task
  if (task.owed && task.name === 'digest') writeManifest(task)
  const paths = changedSinceMs === null ? listFiles(from) : walkSync(from, changedSinceMs)
  makeFolders(task, paths)
  const shared: Shared = { rules: task, paths, next: new Int32Array(new SharedArrayBuffer(4)) }
  const second = threads === 2 ? secondThread() : null
  const ended = second && once(second, 'message')
  second?.postMessage(shared)
  copyRest(shared)
  await ended
  return paths.length
}

/** What a version owes beside its bytes: a stat of each stored object, here of each file, and a list of all under its digest. */
function writeManifest({ from, to, sync }: CopyTask): void {
  const digest = '0'.repeat(64)
  const entries = listFiles(from)
    .toSorted()
    .map((path) => ({ digest, path, size: Number(statSync(`${from}/${path}`, { bigint: true }).size) }))
  const text = JSON.stringify(entries)
  const file = openSync(`${to}/${hash('sha256', text)}`, 'wx')
  writeSync(file, text)
  if (sync) fsyncSync(file)
  closeSync(file)
}

function secondThread(): Worker {
  if (threadsMade.length === 0) threadsMade.push(new Worker(new URL(import.meta.url)))
  return threadsMade[0]!
}

function copyRest({ rules, paths, next }: Shared): void {
  for (;;) {
    const path = paths[Atomics.add(next, 0, 1)]
    if (path === undefined) return
    copyFile(rules, path)
  }
}
