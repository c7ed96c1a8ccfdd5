import { fill } from './read-files.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Objects to read. */
export interface GetObjectsInput {
  /** With a NUL between two: one string moves to another thread for less than many. */
  readonly paths: string
  /** Takes their bytes, one after the other. */
  readonly slab: Uint8Array
}

/** What was read. */
export interface GetObjectsOutput {
  /** Given back with the objects' bytes. */
  readonly slab: Uint8Array
  /** Of each object, in bytes; null for one that was not read. */
  readonly sizes: readonly (number | null)[]
}

/** Reads whole objects. Not read is what is no regular file, cannot be read, or does not fit any more. */
export function getObjects(fs: SyncFileSystem, { paths, slab }: GetObjectsInput): GetObjectsOutput {
  let end = 0
  const sizes = paths.split('\0').map((path) => {
    const size = getObject(fs, path, slab.subarray(end))
    end += size ?? 0
    return size
  })
  return { slab, sizes }
}

function getObject(fs: SyncFileSystem, path: string, into: Uint8Array): number | null {
  try {
    // Opening a FIFO that somebody put in an object's place must not wait for a writer.
    const file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    try {
      const found = fs.fstatSync(file)
      if (!found.isFile() || found.size > into.length) return null
      return fill(fs, file, into.subarray(0, found.size)) ? found.size : null
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return null
  }
}
