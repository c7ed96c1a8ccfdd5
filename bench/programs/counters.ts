/**
 * Counts fsyncs and opened files of a process, in all its threads. Preloaded (`node --import`) in the runs that count,
 * never in the runs that are timed. Knows `node:fs` alone: what a native module does is not seen.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

const SHARED = 'lading-bench-counters'
const FSYNCS = 0
const OPENS = 1

/** What was counted so far; null where nothing was preloaded. */
export interface Counters {
  readonly fsyncs: number
  /** Opens of files below the folder that the environment variable `LADING_BENCH_WATCH` names. */
  readonly opens: number
}

/** What all threads of this process have counted so far; null in a process that does not count. */
export function readCounters(): Counters | null {
  const cells = sharedCells()
  return cells && { fsyncs: Atomics.load(cells, FSYNCS), opens: Atomics.load(cells, OPENS) }
}

function sharedCells(): Int32Array | null {
  const shared = getEnvironmentData(SHARED)
  return shared instanceof SharedArrayBuffer ? new Int32Array(shared) : null
}

/** Puts a counter before every function of `target` that is named. */
function countCalls(target: object, names: readonly string[], onCall: (path: unknown) => void): void {
  const functions = target as Record<string, (...args: unknown[]) => unknown>
  for (const name of names) {
    const inner = functions[name]!
    functions[name] = function (this: unknown, ...args: unknown[]) {
      onCall(args[0])
      return inner.apply(this, args)
    }
  }
}

/** The class of open files is not exported. */
async function fileHandlePrototype(): Promise<object> {
  await using handle = await fs.promises.open(fileURLToPath(import.meta.url))
  return Object.getPrototypeOf(handle) as object
}

async function install(): Promise<void> {
  if (isMainThread) setEnvironmentData(SHARED, new SharedArrayBuffer(8))
  const handlePrototype = await fileHandlePrototype()
  const cells = sharedCells()!
  const watched = process.env['LADING_BENCH_WATCH']
  const onSync = (): void => void Atomics.add(cells, FSYNCS, 1)
  const onOpen = (path: unknown): void => {
    if (watched !== undefined && String(path).startsWith(watched)) Atomics.add(cells, OPENS, 1)
  }
  countCalls(fs, ['fsync', 'fsyncSync', 'fdatasync', 'fdatasyncSync'], onSync)
  countCalls(handlePrototype, ['sync', 'datasync'], onSync)
  countCalls(fs, ['open', 'openSync', 'readFile', 'readFileSync'], onOpen)
  countCalls(fs.promises, ['open', 'readFile'], onOpen)
  syncBuiltinESMExports()
}

if (process.env['LADING_BENCH_COUNT'] === '1') await install()
