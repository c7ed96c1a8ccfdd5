import type { BlobSink } from '../ports/blob-store.ts'

/** Feeds a stream to a sink, and lets go of the stream when the sink is done, however much of it was taken. */
export async function handOver(sink: BlobSink, index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let isStarted = false
  async function* handed(): AsyncGenerator<Uint8Array> {
    isStarted = true
    yield* chunks
  }

  const taken = handed()
  try {
    await sink(index, taken)
  } finally {
    await taken.return(undefined)
    if (!isStarted) await release(chunks)
  }
}

/**
 * Ends a stream that nobody has begun. It may hold a file or a connection, which a generator gives back only after
 * its first step. An error in bytes that nobody wants is none.
 */
async function release(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]()
  await Promise.allSettled([iterator.next()])
  await iterator.return?.()
}
