import type { FileSet } from './data.ts'

/** How much there is of everything. */
export interface Sizes {
  readonly name: 'full' | 'quick' | 'tiny'
  readonly largeFile: FileSet
  readonly largeFiles: FileSet
  readonly smallFiles: FileSet
  /** Which versions of an artifact are compared with its first one. */
  readonly versions: readonly number[]
  readonly manifestEntries: number
  /** How long files rest until their times tell them from newer ones: two seconds are enough on every file system. */
  readonly restMs: number
}

const KIBIBYTE = 1024
const MEBIBYTE = 1024 * KIBIBYTE

/** `full` is what the bars are about; `quick` shows a tendency; `tiny` shows that the bench works. */
export const SIZES: Readonly<Record<Sizes['name'], Sizes>> = {
  full: {
    name: 'full',
    largeFile: { count: 1, sizeBytes: 2_048 * MEBIBYTE },
    largeFiles: { count: 100, sizeBytes: 10 * MEBIBYTE },
    smallFiles: { count: 10_000, sizeBytes: 10 * KIBIBYTE },
    versions: [1_000, 100_000],
    manifestEntries: 1_000_000,
    restMs: 2_100,
  },
  quick: {
    name: 'quick',
    largeFile: { count: 1, sizeBytes: 256 * MEBIBYTE },
    largeFiles: { count: 20, sizeBytes: 10 * MEBIBYTE },
    smallFiles: { count: 2_000, sizeBytes: 10 * KIBIBYTE },
    versions: [100, 2_000],
    manifestEntries: 50_000,
    restMs: 2_100,
  },
  tiny: {
    name: 'tiny',
    largeFile: { count: 1, sizeBytes: 3 * MEBIBYTE },
    largeFiles: { count: 3, sizeBytes: 1_100 * KIBIBYTE },
    smallFiles: { count: 200, sizeBytes: KIBIBYTE },
    versions: [4, 8],
    manifestEntries: 300,
    restMs: 20,
  },
}

/** `10,000 files of 10 KiB`, `one file of 2 GiB` */
export function describeFiles({ count, sizeBytes }: FileSet): string {
  return `${count === 1 ? 'one file' : `${count.toLocaleString('en')} files`} of ${formatBytes(sizeBytes)}`
}

/** `10 KiB`, `1.5 GiB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  let [value, index] = [bytes, 0]
  for (; value >= 1_024 && index < units.length - 1; index++) value /= 1_024
  return `${Number.isInteger(value) || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${units[index]}`
}
