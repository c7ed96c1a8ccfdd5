import { setImmediate } from 'node:timers/promises'
import type { ByteSource } from '../../../src/ports/bytes.ts'
import type { CallOptions } from '../../../src/ports/call.ts'

/** Lets everything run that is ready: where a mutant is slow, its rivals get their turn here, each time. */
export const turn = (): Promise<void> => setImmediate()

/** The bytes of chunks. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Uint8Array[] = []
  for await (const chunk of chunks) copies.push(new Uint8Array(chunk))
  return joined(copies)
}

/** The bytes of a body. */
export async function bytesOf(body: Uint8Array | ByteSource, options: CallOptions): Promise<Uint8Array> {
  return body instanceof Uint8Array ? new Uint8Array(body) : collected(body.read(options))
}

/** Chunks as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks))
}

/** Bytes as a stream of one chunk. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
