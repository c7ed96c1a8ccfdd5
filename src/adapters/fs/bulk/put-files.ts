import { dirname } from 'node:path'
import { isMarked, markOf, READ_ONLY } from '../mark.ts'
import { sliceAt } from './buffers.ts'
import type { Gathered } from './buffers.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Objects to store. */
export interface PutFilesInput extends Gathered {
  readonly paths: readonly string[]
  /** Where the bytes lie until they are whole: a path that with `-<number>` behind it is nobody else's. */
  readonly temporary: string
  readonly durable: boolean
  /** Whether the disk takes marks. */
  readonly marks: boolean
}

/** What became of them. */
export interface PutFilesOutput {
  /** Given back. */
  readonly slab: Uint8Array
  /** Of each path, whether it is there now. */
  readonly written: readonly boolean[]
}

/**
 * Stores small objects under names that say what their bytes are. What is there already, with its mark and the same size, stays as it is; anything else in its place is replaced.
 *
 * Costs an object that is new: lstat, open, write, utimes, fsync, close and rename; one that is there: lstat.
 */
export function putFiles(fs: SyncFileSystem, { paths, ...input }: PutFilesInput): PutFilesOutput {
  const written = paths.map((path, index) => {
    const { durable, marks, temporary } = input
    const bytes = sliceAt(input, index)
    return putFile(fs, { path, bytes, durable, marks, temporary: `${temporary}-${index}` })
  })
  return { slab: input.slab, written }
}

interface Put extends Pick<PutFilesInput, 'temporary' | 'durable' | 'marks'> {
  readonly path: string
  readonly bytes: Uint8Array
}

function putFile(fs: SyncFileSystem, put: Put): boolean {
  try {
    const found = fs.lstatSync(put.path, { bigint: true, throwIfNoEntry: false })
    if (found && !found.isFile()) return false
    if (found && (isMarked(found) || !put.marks) && Number(found.size) === put.bytes.length) return true
  } catch {
    return false
  }
  try {
    writeFile(fs, put)
    inFolderOf(fs, put.path, () => fs.renameSync(put.temporary, put.path))
    return true
  } catch {
    discard(fs, put.temporary)
    return false
  }
}

/** What cannot be removed, on a disk that became read-only or fails, stays below `staging/`: a sweep by age finds it. */
function discard(fs: SyncFileSystem, temporary: string): void {
  try {
    fs.rmSync(temporary, { force: true })
  } catch {
    // The one who stores the object again is told why it cannot be.
  }
}

function writeFile(fs: SyncFileSystem, { temporary, bytes, durable, marks }: Put): void {
  const file = inFolderOf(fs, temporary, () => fs.openSync(temporary, 'wx', READ_ONLY))
  try {
    for (let written = 0; written < bytes.length;) {
      written += fs.writeSync(file, bytes, written, bytes.length - written)
    }
    const mark = markOf(Date.now())
    if (marks) fs.utimesSync(temporary, mark, mark)
    if (durable) fs.fsyncSync(file)
  } finally {
    fs.closeSync(file)
  }
}

/** Does what needs the folder of `path`; makes the folder when it is missing and does it again. */
function inFolderOf<T>(fs: SyncFileSystem, path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  fs.mkdirSync(dirname(path), { recursive: true })
  return act()
}
