import { createHash } from 'node:crypto'
import { countChunk, isStopped } from './job-control.ts'
import type { JobControl } from './job-control.ts'
import type { SyncFileSystem } from './sync-file-system.ts'
import { WriteBehind } from './write-behind.ts'

/** Bytes of one read and one write. Larger ones measured no faster. */
export const CHUNK_BYTES = 1024 * 1024

/** From this size on each chunk is hashed while those before it are written, by a thread of the system's pool. */
const BEHIND_BYTES_MIN = 32 * CHUNK_BYTES
/** Each thread has one, for what is done with it before anybody else asks. */
let memory: Buffer | null = null

/** A copy between two open files. */
export interface Copy {
  readonly from: number
  readonly to: number
  /** What is read is exactly this much. */
  readonly sizeBytes: number
}

/**
 * Copies a file to its end and answers the SHA-256 of what was written, in hex; null if it has another size, or the job is
 * to stop. Throws what the system says.
 */
export async function copyHashed(fs: SyncFileSystem, copy: Copy, control: JobControl): Promise<string | null> {
  return copy.sizeBytes < BEHIND_BYTES_MIN ? copyInTurn(fs, copy, control) : copyBehind(fs, copy, control)
}

/** Writes all of a piece of memory at a position. */
export function writeAll(fs: SyncFileSystem, file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    written += fs.writeSync(file, bytes, written, bytes.length - written)
  }
}

/**
 * All bytes of an open file of less than a chunk, from its beginning, in memory that the next one is read into; null if it
 * has another number of them.
 */
export function readSmall(
  fs: SyncFileSystem,
  { from, sizeBytes }: { readonly from: number; readonly sizeBytes: number },
): Buffer | null {
  memory ??= Buffer.allocUnsafeSlow(CHUNK_BYTES)
  // One more than it should have: files of the kernel say that they are empty and are not.
  let count = fs.readSync(from, memory, 0, sizeBytes + 1, 0)
  for (let more = count; more > 0 && count < sizeBytes; count += more) {
    more = fs.readSync(from, memory, count, sizeBytes + 1 - count, count)
  }
  return count === sizeBytes ? memory.subarray(0, count) : null
}

function copyInTurn(fs: SyncFileSystem, { from, to, sizeBytes }: Copy, control: JobControl): string | null {
  const digester = createHash('sha256')
  const buffer = (memory ??= Buffer.allocUnsafeSlow(CHUNK_BYTES))
  let position = 0
  for (let count; (count = fs.readSync(from, buffer, 0, CHUNK_BYTES, null)) > 0; position += count) {
    // What grows faster than it is copied would have no end.
    if (isStopped(control) || position + count > sizeBytes) return null
    const chunk = buffer.subarray(0, count)
    digester.update(chunk)
    writeAll(fs, to, chunk)
    if (count === CHUNK_BYTES) countChunk(control)
  }
  return position === sizeBytes ? digester.digest('hex') : null
}

async function copyBehind(
  fs: SyncFileSystem,
  { from, to, sizeBytes }: Copy,
  control: JobControl,
): Promise<string | null> {
  const digester = createHash('sha256')
  const writing = new WriteBehind(fs, to, CHUNK_BYTES)
  let position = 0
  try {
    for (;;) {
      const buffer = await writing.nextBuffer()
      const count = fs.readSync(from, buffer, 0, CHUNK_BYTES, null)
      position += count
      if (count === 0 || isStopped(control) || position > sizeBytes) break
      writing.write(buffer, { count, position: position - count })
      digester.update(buffer.subarray(0, count))
      if (count === CHUNK_BYTES) countChunk(control)
    }
  } finally {
    await writing.end()
  }
  return position === sizeBytes && !isStopped(control) ? digester.digest('hex') : null
}
