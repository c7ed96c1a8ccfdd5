import { createDigester } from '../../domain/digest.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { IngestedBlob } from '../../ports/transport.ts'

/** Reads a source to its end: the digest and size of its bytes. */
export async function hashSource(source: ByteSource, options: CallOptions): Promise<IngestedBlob> {
  const digester = createDigester()
  let sizeBytes = 0
  for await (const chunk of source.read(options)) {
    digester.update(chunk)
    sizeBytes += chunk.length
  }
  return { digest: digester.digest(), sizeBytes }
}
