// A plain script for large files: one thread reads and hashes, the other one writes what it hands over.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { sampled, taskOf } from '../programs/sample.ts'
import { CHUNK_BYTES, makeFolders } from './copy-file.ts'
import type { CopyRules } from './copy-file.ts'
import { listFiles } from './tree.ts'

/** Chunks that are read ahead of the writer. */
const SLOTS = 8

/** Numbers of chunks that were read and written so far. */
const READ = 0
const WRITTEN = 1

/** A ring of chunks. The size of the chunk in slot `i` is `sizes[i]`; 0 ends a file, -1 all of them. */
interface Ring {
  readonly rules: CopyRules
  readonly paths: readonly string[]
  readonly counts: Int32Array
  readonly sizes: Int32Array
  readonly bytes: Uint8Array
}

if (isMainThread) {
  const rules = taskOf<CopyRules>()
  await sampled(async () => ({ facts: { files: await copyAll(rules) } }))
} else writeAll(workerData as Ring)

async function copyAll(rules: CopyRules): Promise<number> {
  const paths = listFiles(rules.from)
  makeFolders(rules, paths)
  const ring: Ring = {
    rules,
    paths,
    counts: new Int32Array(new SharedArrayBuffer(8)),
    sizes: new Int32Array(new SharedArrayBuffer(4 * SLOTS)),
    bytes: new Uint8Array(new SharedArrayBuffer(CHUNK_BYTES * SLOTS)),
  }
  const ended = once(new Worker(new URL(import.meta.url), { workerData: ring }), 'exit')
  for (const path of paths) readFile(ring, `${rules.from}/${path}`)
  handOver(ring, () => -1)
  await ended
  return paths.length
}

function readFile(ring: Ring, path: string): string {
  const digester = createHash('sha256')
  const file = openSync(path, 'r')
  let count = -1
  while (count !== 0) {
    handOver(ring, (slot) => {
      count = readSync(file, slot, 0, CHUNK_BYTES, null)
      digester.update(slot.subarray(0, count))
      return count
    })
  }
  closeSync(file)
  return digester.digest('hex')
}

/** Waits for a free slot, has it filled, and tells the writer. */
function handOver({ counts, sizes, bytes }: Ring, fill: (slot: Uint8Array) => number): void {
  const number = Atomics.load(counts, READ)
  for (let written; number - (written = Atomics.load(counts, WRITTEN)) >= SLOTS;) Atomics.wait(counts, WRITTEN, written)
  const slot = number % SLOTS
  sizes[slot] = fill(bytes.subarray(slot * CHUNK_BYTES, (slot + 1) * CHUNK_BYTES))
  Atomics.add(counts, READ, 1)
  Atomics.notify(counts, READ)
}

function writeAll({ rules, paths, counts, sizes, bytes }: Ring): void {
  let file: number | null = null
  const rest = paths.values()
  for (let number = 0; ; number++) {
    for (let read; (read = Atomics.load(counts, READ)) <= number;) Atomics.wait(counts, READ, read)
    const slot = number % SLOTS
    const size = sizes[slot]!
    if (size < 0) return
    file ??= openSync(`${rules.to}/${rest.next().value!}`, 'wx')
    writeSync(file, bytes, slot * CHUNK_BYTES, size)
    if (size === 0) {
      if (rules.sync) fsyncSync(file)
      closeSync(file)
      file = null
    }
    Atomics.add(counts, WRITTEN, 1)
    Atomics.notify(counts, WRITTEN)
  }
}
