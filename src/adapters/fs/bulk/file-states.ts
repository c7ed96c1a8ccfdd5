import type { BigIntStats } from 'node:fs'
import type { FileState } from '../../../ports/file-state.ts'

/** Numbers that each state takes: dev, ino, size in bytes, mtime and ctime in nanoseconds. */
export const STATE_FIELDS = 5

/** States of files as they move between threads: zeros for a file that has none. */
export function createStates(count: number): BigInt64Array {
  return new BigInt64Array(count * STATE_FIELDS)
}

/** Notes the state of one file. */
export function setState(states: BigInt64Array, index: number, found: BigIntStats): void {
  const at = index * STATE_FIELDS
  states[at] = found.dev
  states[at + 1] = found.ino
  states[at + 2] = found.size
  states[at + 3] = found.mtimeNs
  states[at + 4] = found.ctimeNs
}

/** The state of one file. */
export function stateAt(states: BigInt64Array, index: number): FileState {
  return new StateAt(states, index * STATE_FIELDS)
}

/** One of many thousand states: its numbers are made when somebody asks for them. */
class StateAt implements FileState {
  readonly #states: BigInt64Array
  readonly #at: number

  constructor(states: BigInt64Array, at: number) {
    this.#states = states
    this.#at = at
  }

  // This one and the next are unsigned where they come from.
  get dev(): bigint {
    return BigInt.asUintN(64, this.#states[this.#at]!)
  }

  get ino(): bigint {
    return BigInt.asUintN(64, this.#states[this.#at + 1]!)
  }

  get sizeBytes(): number {
    return Number(this.#states[this.#at + 2])
  }

  get mtimeNs(): bigint {
    return this.#states[this.#at + 3]!
  }

  get ctimeNs(): bigint {
    return this.#states[this.#at + 4]!
  }
}

/** The size in the state of one file, in bytes. */
export function sizeAt(states: BigInt64Array, index: number): number {
  return Number(states[index * STATE_FIELDS + 2])
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

/** Whether an open file was left alone between two looks. None of its names is left when it was removed or replaced. */
export function isUntouched(before: BigIntStats, after: BigIntStats): boolean {
  return (
    after.ctimeNs === before.ctimeNs &&
    after.mtimeNs === before.mtimeNs &&
    after.size === before.size &&
    after.nlink === before.nlink
  )
}
