/** From so many blobs on it is worth waking other threads … */
const COUNT_MIN = 16
/** … or from so many bytes. */
const BYTES_MIN = 32 * 1024 * 1024

/** What is moved in one step: enough to make its messages cheap, little enough to keep several under way. */
const GROUP_COUNT_MAX = 256
const GROUP_BYTES_MAX = 4 * 1024 * 1024

/** Groups under way: one waits for each that is moved. */
export const GROUPS_AT_ONCE = 4

interface Sized {
  readonly sizeBytes: number
}

/** Whether these are enough to be moved by other threads. */
export function isWorthThreads(blobs: readonly Sized[]): boolean {
  return blobs.length >= COUNT_MIN || blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) >= BYTES_MIN
}

/** Splits blobs into groups that are moved in one step each, in their order: a large one makes a group by itself. */
export function bulkGroups<T extends Sized>(blobs: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = []
  let groupBytes = Number.POSITIVE_INFINITY
  for (const blob of blobs) {
    const isFull = groupBytes + blob.sizeBytes > GROUP_BYTES_MAX || groups.at(-1)!.length === GROUP_COUNT_MAX
    if (isFull) groups.push([])
    groupBytes = (isFull ? 0 : groupBytes) + blob.sizeBytes
    groups.at(-1)!.push(blob)
  }
  return groups
}
