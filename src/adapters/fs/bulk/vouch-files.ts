import { isSound } from '../mark.ts'
import { digestAt, pathOfDigest } from './digest-names.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Objects to look at. */
export interface VouchFilesInput {
  /** Absolute. Objects are named `<root>/<first two digits>/<SHA-256>`. */
  readonly root: string
  /** The SHA-256 of each in hex, one behind the other: one string moves to another thread for less than many. */
  readonly digests: string
  /** What they should have, in bytes. */
  readonly sizes: Float64Array
  /** Whether the disk takes marks. */
  readonly marks: boolean
}

/** Of each object one of `VOUCHED`, in their order. */
export interface VouchFilesOutput {
  readonly vouched: Uint8Array
}

/** Whether an object is there with its mark and size; `unknown` is what could not be looked at. */
export const VOUCHED = { no: 0, yes: 1, unknown: 2 } as const

/** Looks at each object. Costs each a stat. */
export function vouchFiles(fs: SyncFileSystem, input: VouchFilesInput): VouchFilesOutput {
  const vouched = new Uint8Array(input.sizes.length)
  for (let index = 0; index < vouched.length; index++) {
    const path = pathOfDigest(input.root, digestAt(input.digests, index))
    vouched[index] = look(fs, path, { sizeBytes: input.sizes[index]!, marks: input.marks })
  }
  return { vouched }
}

function look(
  fs: SyncFileSystem,
  path: string,
  expected: { readonly sizeBytes: number; readonly marks: boolean },
): number {
  try {
    const found = fs.statSync(path, { bigint: true, throwIfNoEntry: false })
    return found?.isFile() && isSound(found, expected) ? VOUCHED.yes : VOUCHED.no
  } catch {
    return VOUCHED.unknown
  }
}
