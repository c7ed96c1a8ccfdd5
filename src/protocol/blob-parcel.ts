import { createDigester } from '../domain/digest.ts'
import type { Digest } from '../domain/digest.ts'
import { LadingError } from '../domain/errors.ts'
import type { ByteSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'
import { throwIfAborted } from '../ports/facade/call-gate.ts'

/** One blob of a batch on its way into the store. */
export interface BlobParcel {
  /** Its place in the batch. */
  readonly index: number
  /** Null where it is known only when all bytes were read. */
  readonly digest: Digest | null
  /** In bytes, or null where it is known only at the end. */
  readonly sizeBytes: number | null
  readonly source: ByteSource
  /** Says that so many bytes of the blob were taken. Each is reported once, also where its source is read again. */
  reached(sizeBytes: number): void
}

/** What was learned of a parcel's bytes. */
export interface ParcelContent {
  readonly digest: Digest
  readonly sizeBytes: number
}

/** A parcel that reports its progress to `onBytes`. */
export function createParcel(
  parcel: Omit<BlobParcel, 'reached'>,
  onBytes: ((count: number) => void) | undefined,
): BlobParcel {
  return new ReportingParcel(parcel, onBytes)
}

/** A class, because a batch has one for each of many thousand files. */
class ReportingParcel implements BlobParcel {
  readonly index: number
  readonly digest: Digest | null
  readonly sizeBytes: number | null
  readonly source: ByteSource
  readonly #onBytes: ((count: number) => void) | undefined
  #reported = 0

  constructor(
    { index, digest, sizeBytes, source }: Omit<BlobParcel, 'reached'>,
    onBytes: ((count: number) => void) | undefined,
  ) {
    this.index = index
    this.digest = digest
    this.sizeBytes = sizeBytes
    this.source = source
    this.#onBytes = onBytes
  }

  reached(sizeBytes: number): void {
    if (sizeBytes <= this.#reported) return
    const count = sizeBytes - this.#reported
    this.#reported = sizeBytes
    this.#onBytes?.(count)
  }
}

/**
 * Reads a parcel once. Hashes it where its digest is not known, while `take` is at work on the same chunk.
 * `take` is done with a chunk when its promise settles.
 */
export async function readParcel(
  parcel: BlobParcel,
  take: (chunk: Uint8Array) => Promise<void> | void,
  options: CallOptions,
): Promise<ParcelContent> {
  const { source, digest } = parcel
  const digester = digest === null ? createDigester() : { update: () => undefined, digest: () => digest }
  let sizeBytes = 0
  for await (const chunk of source.read(options)) {
    throwIfAborted(options)
    const taken = take(chunk)
    digester.update(chunk)
    if (taken) await taken
    sizeBytes += chunk.length
    parcel.reached(sizeBytes)
  }
  throwIfAborted(options)
  return { digest: digester.digest(), sizeBytes }
}

/** A parcel's bytes in memory. Only for parcels of known size. */
export async function gatherParcel(
  parcel: BlobParcel & { readonly sizeBytes: number },
  options: CallOptions,
): Promise<{ readonly digest: Digest; readonly bytes: Uint8Array }> {
  const bytes = new Uint8Array(parcel.sizeBytes)
  let length = 0
  const take = (chunk: Uint8Array): void => {
    if (length + chunk.length > bytes.length) throw resized(bytes.length)
    bytes.set(chunk, length)
    length += chunk.length
  }
  const { digest } = await readParcel(parcel, take, options)
  if (length < bytes.length) throw resized(bytes.length)
  return { digest, bytes }
}

/** The source of a parcel, for a driver that reads it. */
export function reportingSource(source: ByteSource, parcel: BlobParcel): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    async *read(options) {
      let sizeBytes = 0
      for await (const chunk of source.read(options)) {
        yield chunk
        sizeBytes += chunk.length
        parcel.reached(sizeBytes)
      }
    },
  }
}

function resized(sizeBytes: number): LadingError {
  return new LadingError('CONFLICT', {
    detail: `a source of ${sizeBytes} bytes gave another number of them`,
    next: 'let nothing change the source while it is read',
  })
}
