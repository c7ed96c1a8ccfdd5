/** Content is read-only from the moment it is made: only the handle that made it can write to it. */
export const READ_ONLY = 0o444

const SECOND_NS = 1_000_000_000n

/**
 * The mark of a staged object: an mtime of whole seconds. Whoever changes the file later leaves a time with a fraction,
 * but once in a thousand million times. A copy that keeps times, to the second at least, keeps the mark; any other loses it,
 * and with it nothing but the time to store the bytes anew.
 *
 * Where a disk keeps whole seconds only, or takes no times, everything looks marked.
 */
export function markOf(nowMs: number): number {
  return Math.floor(nowMs / 1_000)
}

/** Whether a file carries the mark. */
export function isMarked({ mtimeNs }: { readonly mtimeNs: bigint }): boolean {
  return mtimeNs % SECOND_NS === 0n
}

/** Whether an object can be relied on as far as its looks go. Where the disk takes no `marks`, everything looks marked. */
export function isSound(
  found: { readonly mtimeNs: bigint; readonly size: bigint },
  { sizeBytes, marks }: { readonly sizeBytes: number; readonly marks: boolean },
): boolean {
  return (isMarked(found) || !marks) && Number(found.size) === sizeBytes
}
