import type { FileHandle } from 'node:fs/promises'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { onFile } from './file-errors.ts'

/** Small chunks are copied into writes of this size. */
const GATHERED_BYTES = 1024 * 1024
/** A chunk of at least this size is written as it is: a call of the system costs less than a copy. */
const DIRECT_BYTES = 256 * 1024

/**
 * Writes all chunks to an open file, in writes of up to 1 MiB or of one chunk, whichever is larger.
 *
 * - The first chunk and large ones are written without a copy: a file of one chunk costs no buffer.
 * - What `chunks` rejects with passes unchanged; errors of the disk name `path`.
 */
export async function writeChunks(
  file: { readonly handle: FileHandle; readonly path: string },
  chunks: AsyncIterable<Uint8Array>,
  options: CallOptions,
): Promise<void> {
  const write = (bytes: Uint8Array): Promise<void> => onFile(file.path, writeAll(file.handle, bytes))
  let isFirst = true
  let [buffer, filled] = [new Uint8Array(0), 0]
  const flush = async (): Promise<void> => {
    if (filled > 0) await write(buffer.subarray(0, filled))
    filled = 0
  }
  for await (const chunk of chunks) {
    throwIfAborted(options)
    if (isFirst || chunk.length >= DIRECT_BYTES) {
      await flush()
      await write(chunk)
    } else {
      if (filled + chunk.length > buffer.length) await flush()
      if (buffer.length === 0) buffer = Buffer.allocUnsafe(GATHERED_BYTES)
      buffer.set(chunk, filled)
      filled += chunk.length
    }
    isFirst = false
  }
  await flush()
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, null)
    written += bytesWritten
  }
}
