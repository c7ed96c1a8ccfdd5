import { decodeManifest, MANIFEST_BYTES_MAX } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { Digest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import type { ProjectBlobs } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'

/** Reads a manifest, verified against its digest. One request. */
export async function readManifest(blobs: ProjectBlobs, digest: Digest, options: CallOptions): Promise<Manifest> {
  return decodeManifest(await readWhole(blobs, digest, options), digest)
}

/** Reads a blob of unknown size whole into memory: a manifest, or metadata. */
export async function readWhole(blobs: ProjectBlobs, digest: Digest, options: CallOptions): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  await blobs.read(
    [{ digest, sizeBytes: null }],
    async (_index, stream) => {
      // A chunk may be reused once the next one is asked for.
      for await (const chunk of stream) chunks.push(Uint8Array.from(chunk))
    },
    options,
  )
  const bytes = Buffer.concat(chunks)
  if (bytes.length > MANIFEST_BYTES_MAX) throw tooLarge(digest, bytes.length)
  return bytes
}

function tooLarge(digest: Digest, bytes: number): LadingError {
  return new LadingError('INVALID', {
    key: digest,
    detail: `${bytes} bytes, at most ${MANIFEST_BYTES_MAX} are read at once`,
    next: 'split the artifact',
  })
}
