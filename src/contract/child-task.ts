import type { ObjectStore } from '../ports/object-store.ts'
import { bytesOf, sourceOf } from './data.ts'

/** What another process is asked to do with a store. It prints a line for each thing that it did. */
export type ChildTask =
  /** Tries to create `<prefix><n>` for n from 0 to `count`, with a body of its own; prints each number that it won. */
  | {
      readonly kind: 'create'
      readonly prefix: string
      readonly count: number
      readonly seed: number
      readonly owner: string
    }
  /** Creates objects without end, prints each number once it is acknowledged. */
  | { readonly kind: 'write'; readonly prefix: string; readonly sizeBytes: number; readonly seed: number }
  /** Creates one object from a source that prints `chunk <n>` and stops before chunk n, for ever. */
  | {
      readonly kind: 'stall'
      readonly key: string
      readonly sizeBytes: number
      readonly seed: number
      readonly chunk: number
    }

/** A process that runs a task. */
export interface ChildRun {
  /** What it prints, line by line, from the beginning. */
  lines(): AsyncIterable<string>
  /** Kills it with SIGKILL and waits for its end. */
  kill(): Promise<void>
  /** Waits for its end; rejects unless it ended by itself and without an error. */
  ended(): Promise<void>
}

/** Bytes of a chunk in a stalled write. */
export const STALL_CHUNK_BYTES = 64 * 1024

/** Runs a task. A harness's child process opens its store and calls this. */
export async function runChildTask(store: ObjectStore, task: ChildTask, print: (line: string) => void): Promise<void> {
  if (task.kind === 'create') await createAll(store, task, print)
  if (task.kind === 'write') await writeWithoutEnd(store, task, print)
  if (task.kind === 'stall') await stallBefore(store, task, print)
}

/** The body that an owner writes under a number. */
export function childBody(seed: number, owner: string, n: number, sizeBytes = 2_000): Uint8Array {
  return bytesOf({ seed, name: `${owner}/${n}` }, sizeBytes)
}

type Task<K extends ChildTask['kind']> = Extract<ChildTask, { kind: K }>

async function createAll(store: ObjectStore, task: Task<'create'>, print: (line: string) => void): Promise<void> {
  print('ready')
  for (let n = 0; n < task.count; n++) {
    const answer = await store.putIfAbsent(`${task.prefix}${n}`, childBody(task.seed, task.owner, n), {})
    if (answer !== 'exists') print(`${n}`)
  }
}

async function writeWithoutEnd(store: ObjectStore, task: Task<'write'>, print: (line: string) => void): Promise<void> {
  for (let n = 0; ; n++) {
    const body = sourceOf(childBody(task.seed, 'writer', n, task.sizeBytes))
    await store.putIfAbsent(`${task.prefix}${n}`, body, {})
    print(`${n}`)
  }
}

async function stallBefore(store: ObjectStore, task: Task<'stall'>, print: (line: string) => void): Promise<void> {
  const forEver = new Promise<never>(() => {})
  // Something must keep the process alive: a promise alone does not.
  const alive = setInterval(() => {}, 60_000)
  const before = (taken: number): void | Promise<void> => {
    if (taken !== task.chunk) return
    print(`chunk ${taken}`)
    return forEver
  }
  const bytes = bytesOf({ seed: task.seed, name: task.key }, task.sizeBytes)
  await store.putIfAbsent(task.key, sourceOf(bytes, { chunkBytes: STALL_CHUNK_BYTES, before }), {})
  clearInterval(alive)
}
