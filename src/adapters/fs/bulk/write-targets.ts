import { sep } from 'node:path'
import { createStates, setState } from './file-states.ts'
import { inFolder } from './in-folder.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** The mode of files that are written for the user, less the umask. */
export const TARGET_MODE = 0o644

/** Files of one folder among those of a batch. */
export interface TargetGroup {
  /** Its path without links, as it was seen. */
  readonly folder: string
  /** Of the files in it, in the batch. */
  readonly indexes: readonly number[]
}

/** Files to write. */
export interface WriteTargetsInput {
  readonly groups: readonly TargetGroup[]
  /** Of each file, in its folder, with a NUL between two: one string moves to another thread for less than many. */
  readonly names: string
  readonly slab: Uint8Array
  /** Where the bytes of each file begin and end in the slab: two numbers a file. */
  readonly slices: Float64Array
  /** What the names of temporary files begin and end with; a number is put between. */
  readonly temporary: readonly [start: string, end: string]
  /** What their mtime becomes. */
  readonly mtimeSeconds: number
}

/** What was written. */
export interface WriteTargetsOutput {
  /** Given back. */
  readonly slab: Uint8Array
  /** Of each file: 1 if it was written. */
  readonly written: Uint8Array
  /** As the files were found afterwards, under their names. */
  readonly states: BigInt64Array
}

/**
 * Writes small files, each under a temporary name beside its place and then renamed. Not written is a file whose place is
 * taken by something else, or whose folder is not in its place before or afterwards.
 *
 * Everything is done in the very folder that was checked. The system looks both names of a renaming up one after the
 * other, so that one by the folder's usual name could begin there and end behind a link. Costs a file: lstat, open,
 * write, utimes, rename, fstat and close.
 */
export function writeTargets(fs: SyncFileSystem, input: WriteTargetsInput): WriteTargetsOutput {
  const names = input.names.split('\0')
  const written = new Uint8Array(names.length)
  const states = createStates(names.length)
  for (const { folder, indexes } of input.groups) {
    const isInPlace = inFolder(fs, folder, (pinned) => {
      for (const index of indexes) {
        const temporary = input.temporary.join(index.toString(16).padStart(4, '0'))
        const paths = { place: `${pinned}${sep}${names[index]}`, temporary: `${pinned}${sep}${temporary}` }
        written[index] = Number(writeTarget(fs, paths, { input, index, states }))
      }
    })
    if (!isInPlace) for (const index of indexes) written[index] = 0
  }
  return { slab: input.slab, written, states }
}

/** Where a file is to be, and where it is made. */
interface TargetPaths {
  readonly place: string
  readonly temporary: string
}

interface Target {
  readonly input: WriteTargetsInput
  readonly index: number
  readonly states: BigInt64Array
}

function writeTarget(fs: SyncFileSystem, { place, temporary }: TargetPaths, target: Target): boolean {
  try {
    const found = fs.lstatSync(place, { throwIfNoEntry: false })
    if (found && !found.isFile()) return false
    const file = fs.openSync(temporary, 'wx', TARGET_MODE)
    try {
      fill(fs, file, target)
      fs.renameSync(temporary, place)
      setState(target.states, target.index, fs.fstatSync(file, { bigint: true }))
    } finally {
      fs.closeSync(file)
    }
    return true
  } catch {
    // Also when something failed after the renaming: the one who writes the file again replaces it.
    fs.rmSync(temporary, { force: true })
    return false
  }
}

function fill(fs: SyncFileSystem, file: number, { input, index }: Target): void {
  const to = input.slices[index * 2 + 1]!
  for (let at = input.slices[index * 2]!; at < to;) at += fs.writeSync(file, input.slab, at, to - at)
  try {
    fs.futimesSync(file, input.mtimeSeconds, input.mtimeSeconds)
  } catch {
    // A disk that takes no times: what has another one is not remembered, and read when it is looked at again.
  }
}
