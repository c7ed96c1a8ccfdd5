/** Bytes of each piece of memory: what one step of bulk work moves at most. */
const SLAB_BYTES = 4 * 1024 * 1024
/** Free pieces that are kept. */
const FREE_MAX = 16
/** How long they are kept when nobody needs them, in milliseconds. */
const IDLE_MS = 5_000

const free: Uint8Array[] = []
let timer: NodeJS.Timeout | null = null

/**
 * Memory for a job, of at least so many bytes, which may hold anything. Memory that the system has handed out before costs
 * a third of new one: each new page is a fault.
 */
export function takeSlab(bytes: number): Uint8Array {
  if (bytes > SLAB_BYTES) return new Uint8Array(bytes)
  return free.pop() ?? new Uint8Array(SLAB_BYTES)
}

/** Gives memory back that nobody looks at any more. */
export function giveSlab({ buffer }: Uint8Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== SLAB_BYTES || free.length >= FREE_MAX) return
  free.push(new Uint8Array(buffer))
  if (timer) timer.refresh()
  else timer = setTimeout(() => free.splice(0), IDLE_MS).unref()
}
