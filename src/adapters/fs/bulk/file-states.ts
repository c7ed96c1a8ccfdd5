import type { BigIntStats } from 'node:fs'
import type { FileState } from '../../../ports/stat-cache.ts'

/** Numbers that each state takes: dev, ino, size, mtimeNs, ctimeNs. */
const FIELDS = 5

/** States of files as they move between threads: zeros for a file that has none. */
export function createStates(count: number): BigInt64Array {
  return new BigInt64Array(count * FIELDS)
}

/** Notes the state of one file. */
export function setState(states: BigInt64Array, index: number, found: BigIntStats): void {
  const at = index * FIELDS
  states[at] = found.dev
  states[at + 1] = found.ino
  states[at + 2] = found.size
  states[at + 3] = found.mtimeNs
  states[at + 4] = found.ctimeNs
}

/** The state of one file. */
export function stateAt(states: BigInt64Array, index: number): FileState {
  const at = index * FIELDS
  return {
    // Both are unsigned where they come from.
    dev: BigInt.asUintN(64, states[at]!),
    ino: BigInt.asUintN(64, states[at + 1]!),
    sizeBytes: Number(states[at + 2]),
    mtimeNs: states[at + 3]!,
    ctimeNs: states[at + 4]!,
  }
}

/** The size in the state of one file, in bytes. */
export function sizeAt(states: BigInt64Array, index: number): number {
  return Number(states[index * FIELDS + 2])
}

/** The state of a file that was looked at in this thread. */
export function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { dev, ino, sizeBytes: Number(size), mtimeNs, ctimeNs }
}

/** Whether two states of a file are one. */
export function isSameState(a: FileState, b: FileState): boolean {
  return (
    a.ctimeNs === b.ctimeNs &&
    a.mtimeNs === b.mtimeNs &&
    a.sizeBytes === b.sizeBytes &&
    a.ino === b.ino &&
    a.dev === b.dev
  )
}
