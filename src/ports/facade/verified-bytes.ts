import { setImmediate } from 'node:timers/promises'
import { createDigester } from '../../domain/digest.ts'
import type { Digest, Digester } from '../../domain/digest.ts'
import type { LadingError } from '../../domain/errors.ts'
import type { ByteSource } from '../bytes.ts'

/** What bytes must be. */
export interface ExpectedBytes {
  readonly digest: Digest
  /** Exact, in bytes; null where it is not known. Chunks are then copied, because any may be the last. */
  readonly sizeBytes: number | null
}

/** Makes the error for bytes that are not as expected; `detail` says what was expected and what was found. */
export type Mismatch = (detail: string) => LadingError

/**
 * Passes chunks on while it hashes them, each byte once.
 *
 * The last chunk is held back until the digest is proven, so that whoever gets all bytes has the right ones. Wrong,
 * missing and surplus bytes end the iteration with `mismatch`. Holds no more than one chunk.
 */
export function verifiedChunks(
  chunks: AsyncIterable<Uint8Array>,
  { digest, sizeBytes }: ExpectedBytes,
  mismatch: Mismatch,
): AsyncGenerator<Uint8Array> {
  const digester = createDigester()
  const prove = (): void => {
    const found = digester.digest()
    if (found !== digest) throw differs(digest, found, mismatch)
  }
  if (sizeBytes === null) return hashedToTheEnd(chunks, digester, prove)
  return hashedToSize(countedChunks(chunks, sizeBytes, mismatch), digester, { sizeBytes, prove })
}

/** Passes chunks on; other than exactly `sizeBytes` bytes end the iteration with `mismatch`. */
export async function* countedChunks(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  mismatch: Mismatch,
): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const chunk of chunks) {
    count += chunk.length
    if (count > sizeBytes) throw mismatch(`expected ${sizeBytes} bytes, found more`)
    yield chunk
  }
  if (count < sizeBytes) throw mismatch(`expected ${sizeBytes} bytes, found ${count}`)
}

/** A source that passes on nothing but the expected bytes: each reading ends with `mismatch` before others are whole. */
export function verifiedSource(source: ByteSource, expected: ExpectedBytes, mismatch: Mismatch): ByteSource {
  return {
    sizeBytes: expected.sizeBytes,
    bulk: source.bulk,
    read: (options) => verifiedChunks(source.read(options), expected, mismatch),
  }
}

async function* hashedToSize(
  chunks: AsyncIterable<Uint8Array>,
  digester: Digester,
  { sizeBytes, prove }: { readonly sizeBytes: number; readonly prove: () => void },
): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    count += chunk.length
    if (count < sizeBytes) {
      yield* handOverAndHash(chunk, digester)
    } else {
      digester.update(chunk)
      prove()
      yield chunk
    }
  }
  if (sizeBytes === 0) prove()
}

async function* hashedToTheEnd(
  chunks: AsyncIterable<Uint8Array>,
  digester: Digester,
  prove: () => void,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = null
  for await (const chunk of chunks) {
    digester.update(chunk)
    if (held) yield held
    held = chunk.slice()
  }
  prove()
  if (held) yield held
}

/**
 * Hashes a turn of the event loop later: by then the taker has started to write the chunk in another thread.
 * The chunk stays valid, because the next one is asked for only after that.
 */
async function* handOverAndHash(chunk: Uint8Array, digester: Digester): AsyncGenerator<Uint8Array> {
  const hashed = setImmediate().then(() => digester.update(chunk))
  try {
    yield chunk
  } finally {
    await hashed
  }
}

function differs(expected: Digest, found: Digest, mismatch: Mismatch): LadingError {
  return mismatch(`expected SHA-256 ${expected}, found ${found}`)
}
