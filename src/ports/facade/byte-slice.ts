import type { ByteRange } from '../object-store.ts'

/** A part of some bytes, from `from` up to but without `to`. Never reaches past their end. */
export interface ByteSlice {
  readonly from: number
  readonly to: number
}

/** The part of `sizeBytes` bytes that a range names; all of them without one, an empty part for one past the end. */
export function sliceOf(range: ByteRange | undefined, sizeBytes: number): ByteSlice {
  if (range === undefined) return { from: 0, to: sizeBytes }
  if ('last' in range) return { from: Math.max(0, sizeBytes - range.last), to: sizeBytes }
  const from = Math.min(range.from, sizeBytes)
  return { from, to: 'to' in range ? Math.max(from, Math.min(range.to, sizeBytes)) : sizeBytes }
}
