import { LadingError } from '../domain/errors.ts'
import type { ByteSource } from './bytes.ts'
import type { CallOptions } from './call.ts'
import { throwIfAborted } from './facade/call-gate.ts'

/** Bytes that a bytes source hands out at once, so that an abort is seen soon. */
const CHUNK_BYTES = 4 * 1024 * 1024

/** Bytes in memory as a source. Nothing is copied: they must not change while the source is in use. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    async *read(options) {
      throwIfAborted(options)
      for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
        throwIfAborted(options)
        yield bytes.subarray(from, from + CHUNK_BYTES)
      }
    },
  }
}

/**
 * A stream as a source: a web `ReadableStream`, a Node `Readable` or any other async iterable of bytes.
 *
 * - It can be read once; a second read rejects `INVALID`. So does a stream of anything but bytes.
 * - An abort does not wait for a stream that hangs. A stream that was not read to its end is told so (`return`).
 * - What the stream itself throws passes unchanged.
 */
export function streamSource(stream: AsyncIterable<Uint8Array>): ByteSource {
  let taken = false
  return {
    sizeBytes: null,
    async *read(options) {
      throwIfAborted(options)
      if (taken) throw readTwice()
      taken = true
      yield* readStream(stream, options)
    },
  }
}

async function* readStream(stream: AsyncIterable<unknown>, options: CallOptions): AsyncGenerator<Uint8Array, void> {
  const iterator = stream[Symbol.asyncIterator]()
  let idle = true
  try {
    for (;;) {
      throwIfAborted(options)
      idle = false
      const step = await nextUnlessAborted(iterator, options)
      if (step.done) return
      idle = true
      if (!(step.value instanceof Uint8Array)) throw notBytes(step.value)
      yield step.value
    }
  } finally {
    if (idle) await iterator.return?.()
  }
}

function nextUnlessAborted(
  iterator: AsyncIterator<unknown>,
  { signal }: CallOptions,
): Promise<IteratorResult<unknown, unknown>> {
  if (!signal) return iterator.next()
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      // Waits in the iterator behind the `next` that hangs, so nobody can wait for it.
      void Promise.resolve(iterator.return?.()).catch(() => {})
      reject(new LadingError('ABORTED', { detail: 'the signal fired', cause: signal.reason }))
    }
    signal.addEventListener('abort', abort, { once: true })
    const settled = (): void => signal.removeEventListener('abort', abort)
    iterator.next().then(resolve, reject).finally(settled)
  })
}

function readTwice(): LadingError {
  return new LadingError('INVALID', {
    detail: 'a stream can be read only once',
    next: 'give the bytes or a file instead, or a new stream',
  })
}

function notBytes(value: unknown): LadingError {
  return new LadingError('INVALID', {
    detail: `the stream gave a ${typeof value} where bytes were expected`,
    next: 'give a stream of Uint8Array, without an encoding',
  })
}
