import type { BlobSink, BulkSink } from '../blob-store.ts'
import type { ByteSource } from '../bytes.ts'

/** A source that notes what it threw itself, so that this comes back to its owner as it is. */
export function watchedSource(source: ByteSource, callerErrors: Set<unknown>): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    bulk: source.bulk,
    read: (options) =>
      watched(source.read(options), (error) => {
        if (!options.signal?.aborted) callerErrors.add(error)
      }),
  }
}

/** A sink that notes what it threw itself, and that cannot hide what the iteration threw. */
export function watchedSink(sink: BlobSink, callerErrors: Set<unknown>): BlobSink {
  return async (index, chunks) => {
    const failures: unknown[] = []
    try {
      await sink(
        index,
        watched(chunks, (error) => failures.push(error)),
      )
    } catch (error) {
      if (failures.length > 0) throw failures[0]
      callerErrors.add(error)
      throw error
    }
    if (failures.length > 0) throw failures[0]
  }
}

/** A sink of many that notes what it threw itself. */
export function watchedBulk(bulk: BulkSink, callerErrors: Set<unknown>): BulkSink {
  return async (blobs) => {
    try {
      await bulk(blobs)
    } catch (error) {
      callerErrors.add(error)
      throw error
    }
  }
}

/** The same chunks; tells what their iteration threw. */
export async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (error) {
    onError(error)
    throw error
  }
}
