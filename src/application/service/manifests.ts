import { decodeManifest } from '../../domain/manifest.ts'
import { MANIFEST_BYTES_MAX } from '../../domain/manifest-pieces.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { Digest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import type { ProjectBlobs } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'

/** Room that is made for a blob of unknown size, in bytes; doubled as often as needed. */
const ROOM_BYTES = 64 * 1024

/** Reads a manifest, verified against its digest. One request. */
export async function readManifest(blobs: ProjectBlobs, digest: Digest, options: CallOptions): Promise<Manifest> {
  return decodeManifest(await readWhole(blobs, digest, { ...options, bytesMax: MANIFEST_BYTES_MAX }), digest)
}

/** Reads a blob of unknown size whole into memory. `CORRUPT` as soon as it has more than `bytesMax` bytes. One request. */
export async function readWhole(
  blobs: ProjectBlobs,
  digest: Digest,
  { bytesMax, ...options }: CallOptions & { readonly bytesMax: number },
): Promise<Uint8Array> {
  let bytes = new Uint8Array(Math.min(ROOM_BYTES, bytesMax))
  let length = 0
  await blobs.read(
    [{ digest, sizeBytes: null }],
    async (_index, chunks) => {
      for await (const chunk of chunks) {
        const end = length + chunk.length
        if (end > bytesMax) throw tooLarge(digest, bytesMax)
        if (end > bytes.length) bytes = enlarged(bytes, Math.min(Math.max(end, 2 * bytes.length), bytesMax))
        bytes.set(chunk, length)
        length = end
      }
    },
    options,
  )
  return bytes.subarray(0, length)
}

function enlarged(bytes: Uint8Array<ArrayBuffer>, room: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(room)
  larger.set(bytes)
  return larger
}

function tooLarge(digest: Digest, bytesMax: number): LadingError {
  return new LadingError('CORRUPT', {
    key: digest,
    detail: `more than ${bytesMax} bytes, which nothing of its kind has`,
    next: 'restore the blob from a backup, or remove the damaged file and log the same content again',
  })
}
