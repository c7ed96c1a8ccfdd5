/** From this many blobs on it is worth waking other threads. */
export const BULK_COUNT_MIN = 16

/** What is moved in one step: enough to make its messages cheap, little enough to keep several under way. */
const GROUP_COUNT_MAX = 256
const GROUP_BYTES_MAX = 4 * 1024 * 1024

/** Groups under way: one is read while others are written. */
export const GROUPS_AT_ONCE = 4

/** Splits small blobs into groups that are moved in one step each, in their order. */
export function bulkGroups<T>(blobs: readonly T[], sizeOf: (blob: T) => number): readonly (readonly T[])[] {
  const groups: T[][] = []
  let groupBytes = Number.POSITIVE_INFINITY
  for (const blob of blobs) {
    const isFull = groupBytes + sizeOf(blob) > GROUP_BYTES_MAX || groups.at(-1)!.length === GROUP_COUNT_MAX
    if (isFull) groups.push([])
    groupBytes = (isFull ? 0 : groupBytes) + sizeOf(blob)
    groups.at(-1)!.push(blob)
  }
  return groups
}
