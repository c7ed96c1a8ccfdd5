import { LadingError, isLadingError } from '../../domain/errors.ts'
import type { ByteSource } from '../bytes.ts'
import type { CallOptions } from '../call.ts'

/**
 * A source on its way through a driver: its failure is told from the driver's, and it must have the size that it says.
 *
 * A driver whose write failed because its source did wrote nothing, so the outcome is not unknown.
 */
export class CheckedSource implements ByteSource {
  readonly sizeBytes: number | null
  /** Why the last reading ended early; null while it has not. */
  failure: LadingError | null = null
  readonly #source: ByteSource

  constructor(source: ByteSource) {
    this.#source = source
    this.sizeBytes = source.sizeBytes
  }

  async *read(options: CallOptions): AsyncIterable<Uint8Array> {
    this.failure = null
    let count = 0
    try {
      for await (const chunk of this.#source.read(options)) {
        count += chunk.length
        if (this.sizeBytes !== null && count > this.sizeBytes) throw sizeDiffers(this.sizeBytes, 'more')
        yield chunk
      }
      if (this.sizeBytes !== null && count < this.sizeBytes) throw sizeDiffers(this.sizeBytes, `${count}`)
    } catch (error) {
      this.failure = toFailure(error, options)
      throw this.failure
    }
  }
}

function sizeDiffers(expected: number, seen: string): LadingError {
  return new LadingError('CONFLICT', {
    detail: `the source has ${seen} bytes where ${expected} were expected`,
    next: 'do not change it while it is stored',
  })
}

function toFailure(error: unknown, { signal }: CallOptions): LadingError {
  if (isLadingError(error)) return error
  const detail = error instanceof Error ? error.message : String(error)
  if (signal?.aborted) return new LadingError('ABORTED', { detail: "the caller's signal fired", cause: error })
  return new LadingError('UNAVAILABLE', { detail: `the source could not be read: ${detail}`, cause: error })
}
