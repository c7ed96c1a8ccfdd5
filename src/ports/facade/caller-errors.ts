import type { BlobSink } from '../blob-store.ts'
import type { BulkSource, ByteSource } from '../bytes.ts'
import type { CallOptions } from '../call.ts'

/**
 * A source that notes what it threw itself, unless it was only told to stop, so that this comes back to its owner as it is.
 * A class, because there is one for each of many thousand files.
 */
export class WatchedSource implements ByteSource {
  readonly #source: ByteSource
  readonly #callerErrors: Set<unknown>

  constructor(source: ByteSource, callerErrors: Set<unknown>) {
    this.#source = source
    this.#callerErrors = callerErrors
  }

  get sizeBytes(): number | null {
    return this.#source.sizeBytes
  }

  get bulk(): BulkSource | undefined {
    return this.#source.bulk
  }

  read(options: CallOptions): AsyncIterable<Uint8Array> {
    return watched(this.#source.read(options), (error) => {
      if (!options.signal?.aborted) this.#callerErrors.add(error)
    })
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
