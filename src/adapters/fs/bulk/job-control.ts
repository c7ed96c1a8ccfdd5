/** Memory that a job shares with whoever asked for it: whether it is to stop, and how many chunks it has moved. */
export type JobControl = Int32Array<SharedArrayBuffer>

const STOP = 0
const CHUNKS = 1

/** Control of one job. */
export function createControl(): JobControl {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT))
}

/** Has the job end at the next file or chunk: what it has not done by then is answered as not done. */
export function stopJob(control: JobControl): void {
  Atomics.store(control, STOP, 1)
}

/** Whether the job is to end. */
export function isStopped(control: JobControl): boolean {
  return Atomics.load(control, STOP) === 1
}

/** Counts a whole chunk that was moved. */
export function countChunk(control: JobControl): void {
  Atomics.add(control, CHUNKS, 1)
}

/** Whole chunks that were moved so far: what they add up to is never more than a file has. */
export function chunksMoved(control: JobControl): number {
  return Atomics.load(control, CHUNKS)
}
