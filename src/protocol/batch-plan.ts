/** Blob bytes that a pack is filled with, in bytes. What is in memory for a pack is at most twice as much. */
export const PACK_BYTES_TARGET = 8 * 1024 * 1024

/** Blobs in one pack: its index stays below half a megabyte. */
export const PACK_BLOBS_MAX = 4_096

/** From here on a blob is large, in bytes: few are under way at once, because each keeps disk and hash busy alone. */
export const LARGE_BYTES = 1024 * 1024

/** How the blobs of a batch travel. */
export interface BatchPlan<T> {
  /** Groups that make one pack each, in the order of the batch. */
  readonly packs: readonly (readonly Sized<T>[])[]
  /** Objects of their own, below `LARGE_BYTES`. */
  readonly small: readonly T[]
  readonly large: readonly T[]
}

/** A blob of known size. */
export type Sized<T> = T & { readonly sizeBytes: number }

/**
 * Sorts a batch: what has at most `packBelowBytes` goes into packs, the rest alone. A single blob that would fit
 * a pack goes alone too, and so does one of unknown size.
 */
export function planBatch<T extends { readonly sizeBytes: number | null }>(
  blobs: readonly T[],
  packBelowBytes: number,
): BatchPlan<T> {
  const fits = (blob: T): blob is Sized<T> => blob.sizeBytes !== null && blob.sizeBytes <= packBelowBytes
  const packable = packBelowBytes > 0 ? blobs.filter(fits) : []
  const alone = packable.length > 1 ? blobs.filter((blob) => !fits(blob)) : blobs
  const isLarge = ({ sizeBytes }: T): boolean => sizeBytes === null || sizeBytes >= LARGE_BYTES
  return {
    packs: packable.length > 1 ? groupsOf(packable) : [],
    small: alone.filter((blob) => !isLarge(blob)),
    large: alone.filter(isLarge),
  }
}

function groupsOf<T>(blobs: readonly Sized<T>[]): Sized<T>[][] {
  const groups: Sized<T>[][] = []
  let group: Sized<T>[] = []
  let groupBytes = 0
  for (const blob of blobs) {
    if (group.length === 0 || group.length === PACK_BLOBS_MAX || groupBytes + blob.sizeBytes > PACK_BYTES_TARGET) {
      group = []
      groupBytes = 0
      groups.push(group)
    }
    group.push(blob)
    groupBytes += blob.sizeBytes
  }
  return groups
}
