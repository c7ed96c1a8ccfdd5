/** The memory behind the `slab` of a job's input or output: it moves to the other thread without a copy. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null || !('slab' in value)) return []
  return value.slab instanceof Uint8Array && value.slab.buffer instanceof ArrayBuffer ? [value.slab.buffer] : []
}
