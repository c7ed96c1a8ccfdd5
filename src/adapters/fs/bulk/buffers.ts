/** Pieces of bytes one after the other, in memory that can move to another thread: theirs, if they lie in it like that. */
export function slabOf(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = wholeOf(pieces)
  if (whole) return whole
  const slab = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const piece of pieces) {
    slab.set(piece, end)
    end += piece.length
  }
  return slab
}

/** The memory of the pieces, if they are all of it, in their order. */
function wholeOf(pieces: readonly Uint8Array[]): Uint8Array | null {
  const buffer = pieces[0]?.buffer
  let end = 0
  for (const piece of pieces) {
    if (piece.buffer !== buffer || piece.byteOffset !== end) return null
    end += piece.length
  }
  return buffer instanceof ArrayBuffer && end === buffer.byteLength ? new Uint8Array(buffer) : null
}

/** The memory behind the `slab` of a job's input or output: it moves to the other thread without a copy. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null || !('slab' in value)) return []
  return value.slab instanceof Uint8Array && value.slab.buffer instanceof ArrayBuffer ? [value.slab.buffer] : []
}
