import { sep } from 'node:path'
import type { BigIntStats } from 'node:fs'
import { etagOf } from '../etag.ts'
import { isMarked } from '../mark.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Objects to look at. */
export interface StatFilesInput {
  /** Absolute. */
  readonly root: string
  /** Their paths below it, checked and `/`-separated, with a NUL between two: one long string moves for less than many. */
  readonly keys: string
}

/** What is there, in the order of the keys. */
export interface StatFilesOutput {
  /** Of each key: one of `LOOKED`. */
  readonly kinds: Uint8Array
  /** In bytes; 0 where there is no regular file. */
  readonly sizes: Float64Array
  /** With a NUL between two; empty where there is no regular file. */
  readonly etags: string
}

/** What may be found: `nothing` that is a regular file, one without or with the mark of an object. */
export const LOOKED = { nothing: 0, plain: 1, marked: 2, unknown: 3 } as const

/** Looks at each key. */
export function statFiles(fs: SyncFileSystem, { root, keys }: StatFilesInput): StatFilesOutput {
  const paths = keys.split('\0')
  const kinds = new Uint8Array(paths.length)
  const sizes = new Float64Array(paths.length)
  const etags = paths.map((path, index) => {
    const found = look(fs, root + sep + path)
    if (found === null) kinds[index] = LOOKED.unknown
    if (!found?.isFile()) return ''
    kinds[index] = isMarked(found) ? LOOKED.marked : LOOKED.plain
    sizes[index] = Number(found.size)
    return etagOf(found)
  })
  return { kinds, sizes, etags: etags.join('\0') }
}

/** Undefined where there is nothing; null if that cannot be said. */
function look(fs: SyncFileSystem, path: string): BigIntStats | undefined | null {
  try {
    return fs.statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return null
  }
}
