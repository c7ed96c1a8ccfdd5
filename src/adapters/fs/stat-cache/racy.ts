import type { FileState } from '../../../ports/file-state.ts'

const SECOND_NS = 1_000_000_000n

/**
 * The steps of the clocks that disks take their times from: 1 to 10 ms on Linux, 15.6 ms on Windows, where also some disks
 * keep tenths of a second. A change within the same step as the one before leaves the times as they are.
 */
const STEP_NS = 100_000_000n

/** FAT keeps even seconds, some network disks whole ones. */
const COARSE_STEP_NS = 2n * SECOND_NS

/**
 * Whether a file may have changed once more without other times, while or after its bytes were read: git calls such an
 * entry racily clean. `beforeMs`: a time before the first byte was read.
 */
export function isRacy({ mtimeNs, ctimeNs }: FileState, beforeMs: number): boolean {
  const newest = ctimeNs > mtimeNs ? ctimeNs : mtimeNs
  const step = isWholeSecond(ctimeNs) ? COARSE_STEP_NS : STEP_NS
  return newest + step >= BigInt(Math.floor(beforeMs)) * 1_000_000n
}

/**
 * Whether a file that this process made has an mtime that no later write can give it. A disk that keeps whole seconds
 * would give a write within the same second the same one.
 */
export function isSettled({ mtimeNs, ctimeNs }: FileState): boolean {
  return isWholeSecond(mtimeNs) && !isWholeSecond(ctimeNs) && mtimeNs < ctimeNs
}

function isWholeSecond(timeNs: bigint): boolean {
  return timeNs % SECOND_NS === 0n
}
