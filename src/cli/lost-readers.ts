import type { EventEmitter } from 'node:events'

/** What the reader's end of a pipe, and a terminal that has closed, answer to a write. */
const LOST_READER = new Set(['EPIPE', 'EIO', 'ENXIO', 'ENOTCONN', 'ECONNRESET'])

/**
 * Lets nobody read what is printed: the work goes on, and so the exit code is still the true one. `lading ls | head` then
 * ends quietly, and so does a command whose terminal is closed. Any other error of these streams is thrown.
 */
export function ignoreLostReaders(streams: readonly EventEmitter[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!LOST_READER.has(error.code ?? '')) throw error
    })
  }
}
