import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { createStates, isUntouched, setState } from './file-states.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Files to read, as they were found. */
export interface ReadFilesInput {
  /** Real paths: a link at the end of one is not followed. */
  readonly paths: readonly string[]
  /** Their sizes, in bytes. */
  readonly sizes: readonly number[]
  /** Takes their bytes, one after the other. */
  readonly slab: Uint8Array
}

/** What was read. */
export interface ReadFilesOutput {
  /** Given back with the files' bytes, one after the other, with gaps where a file was not read. */
  readonly slab: Uint8Array
  /** SHA-256 in hex; null for a file that was not read. */
  readonly digests: readonly (string | null)[]
  /** Of each file, the state in which all its bytes were read. */
  readonly states: BigInt64Array
}

/**
 * Reads and hashes small files. Not read is what is no regular file any more, has another size, changes meanwhile, or
 * cannot be opened.
 */
export function readFiles(fs: SyncFileSystem, { paths, sizes, slab }: ReadFilesInput): ReadFilesOutput {
  const states = createStates(paths.length)
  let end = 0
  const digests = paths.map((path, index) => {
    const into = slab.subarray(end, (end += sizes[index]!))
    const state = readFile(fs, path, into)
    if (state === null) return null
    setState(states, index, state)
    return createHash('sha256').update(into).digest('hex')
  })
  return { slab, digests, states }
}

/** Fills `into` with the whole file; null if it is not all from one state. */
function readFile(fs: SyncFileSystem, path: string, into: Uint8Array): BigIntStats | null {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  try {
    const file = fs.openSync(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
    try {
      const before = fs.fstatSync(file, { bigint: true })
      if (!before.isFile() || Number(before.size) !== into.length) return null
      if (!fill(fs, file, into)) return null
      return isUntouched(before, fs.fstatSync(file, { bigint: true })) ? before : null
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return null
  }
}

/** Fills `into` from the beginning of a file; false if the file has fewer bytes, or is said to be empty and is not. */
function fill(fs: SyncFileSystem, file: number, into: Uint8Array): boolean {
  for (let filled = 0; filled < into.length;) {
    const count = fs.readSync(file, into, filled, into.length - filled, filled)
    if (count === 0) return false
    filled += count
  }
  // Files of the kernel say that they are empty and are not.
  return into.length > 0 || fs.readSync(file, new Uint8Array(1), 0, 1, 0) === 0
}
