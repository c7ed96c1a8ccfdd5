import { isMarkedAsUntransferable } from 'node:worker_threads'

/** Pieces of bytes in memory that can move to another thread. */
export interface Gathered {
  readonly slab: Uint8Array
  /** Where each piece begins and ends in it. */
  readonly slices: Float64Array
}

/** Pieces of one memory stay where they are, and the memory is given away with them; others are copied together. */
export function gathered(pieces: readonly Uint8Array[]): Gathered {
  const memory = pieces[0]?.buffer
  const isOne = memory instanceof ArrayBuffer && pieces.every(({ buffer }) => buffer === memory)
  // Node keeps the memory that small buffers share.
  const isMovable = isOne && !isMarkedAsUntransferable(memory)
  const slices = new Float64Array(pieces.length * 2)
  let end = 0
  for (const [index, { byteOffset, length }] of pieces.entries()) {
    const from = isMovable ? byteOffset : end
    end = from + length
    slices.set([from, end], index * 2)
  }
  return { slab: isMovable ? new Uint8Array(memory) : copied(pieces), slices }
}

/** The piece of a slab that its slices tell of. */
export function sliceAt({ slab, slices }: Gathered, index: number): Uint8Array {
  return slab.subarray(slices[index * 2], slices[index * 2 + 1])
}

/** The memory behind the `slab` of a job's input or output: it moves to the other thread without a copy. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null || !('slab' in value)) return []
  return value.slab instanceof Uint8Array && value.slab.buffer instanceof ArrayBuffer ? [value.slab.buffer] : []
}

function copied(pieces: readonly Uint8Array[]): Uint8Array {
  const slab = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const piece of pieces) {
    slab.set(piece, end)
    end += piece.length
  }
  return slab
}
