import type { BlobWant } from '../ports/blob-store.ts'
import { sliceOf } from '../ports/facade/byte-slice.ts'
import type { ByteSlice } from '../ports/facade/byte-slice.ts'

/** Bytes between two wanted parts of a pack that are rather read along than skipped by another request. */
const GAP_BYTES_MAX = 64 * 1024

/** Bytes of one merged range: it is held in memory. */
export const MERGED_BYTES_MAX = 4 * 1024 * 1024

/** One want, and the bytes of its pack that answer it. */
export interface PackedPart extends ByteSlice {
  readonly index: number
}

/** A range of one pack that answers one want or several. */
export interface PackRange extends ByteSlice {
  readonly pack: string
  /** In the order of their beginnings. */
  readonly parts: readonly PackedPart[]
}

/** Which requests answer a reading. Each want is in exactly one of these. */
export interface ReadPlan {
  /** Indexes of wants that are objects of their own. */
  readonly loose: readonly number[]
  /** Indexes of wants inside packs that have no bytes, and need none. */
  readonly empty: readonly number[]
  /** Ranges that answer one want. They are streamed, and may be of any size. */
  readonly single: readonly PackRange[]
  /** Ranges of at most `MERGED_BYTES_MAX` bytes that answer several wants. */
  readonly merged: readonly PackRange[]
}

/** Plans a reading: wants of one pack that are near each other share a request. */
export function planReads(wants: readonly BlobWant[]): ReadPlan {
  const loose: number[] = []
  const empty: number[] = []
  const packs = new Map<string, PackedPart[]>()
  for (const [index, { location, range }] of wants.entries()) {
    if (!location) {
      loose.push(index)
      continue
    }
    const { from, to } = sliceOf(range, location.sizeBytes)
    const part = { index, from: location.offset + from, to: location.offset + to }
    if (from === to) empty.push(index)
    else partsOf(packs, location.pack).push(part)
  }
  const ranges = [...packs].flatMap(([pack, parts]) => mergeParts(pack, parts))
  const isMerged = ({ parts }: PackRange): boolean => parts.length > 1
  return { loose, empty, single: ranges.filter((range) => !isMerged(range)), merged: ranges.filter(isMerged) }
}

function partsOf(packs: Map<string, PackedPart[]>, pack: string): PackedPart[] {
  const parts = packs.get(pack) ?? []
  packs.set(pack, parts)
  return parts
}

function mergeParts(pack: string, parts: readonly PackedPart[]): PackRange[] {
  const ranges: (ByteSlice & { pack: string; to: number; parts: PackedPart[] })[] = []
  for (const part of parts.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const last = ranges.at(-1)
    const to = Math.max(part.to, last?.to ?? 0)
    if (last && part.from - last.to <= GAP_BYTES_MAX && to - last.from <= MERGED_BYTES_MAX) {
      last.to = to
      last.parts.push(part)
    } else {
      ranges.push({ pack, from: part.from, to: part.to, parts: [part] })
    }
  }
  return ranges
}
