import type { Digest } from '../../domain/digest.ts'
import { blobDigests, encodeManifest, manifestDigest } from '../../domain/manifest.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Collection, Location } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import { bytesSource } from '../../ports/sources.ts'
import { confirmBlobs } from './confirm-blobs.ts'
import type { UploadedBlobs } from './confirm-blobs.ts'
import { readLayout } from './layouts.ts'
import { storeMetadataBlob } from './metadata.ts'
import type { ServicePorts } from './service-ports.ts'

/** All that a version, or a part of a draft, is made of. */
export interface Content extends Omit<UploadedBlobs, 'blobs'> {
  readonly key: ArtifactKey
  /** The encoding of metadata that is too large for a document. */
  readonly metadataBlob: Uint8Array | null
}

/**
 * Makes everything that a version or a part names present under a state of collection: its blobs as `confirmBlobs` does,
 * then metadata that is a blob, the layout, and the manifest last: each names only what is there.
 */
export async function confirmContent(
  ports: ServicePorts,
  content: Content,
  { collection, ...options }: CallOptions & { readonly collection: Collection },
): Promise<void> {
  const { key, metadataBlob: blob } = content
  await confirmBlobs({ ...content, blobs: ports.blobs.in(key.project) }, { ...options, collection })
  if (blob !== null) await storeMetadataBlob(ports, key.project, { blob, collection, options })
  await storeManifest(ports, content, { collection, options })
}

async function storeManifest(
  ports: ServicePorts,
  { key, stored, manifest }: Content,
  { collection, options }: { collection: Collection; options: CallOptions },
): Promise<void> {
  const digest = manifestDigest(manifest)
  const layout = new Map<Digest, Location>()
  for (const blob of stored.size > 0 ? blobDigests(manifest).keys() : []) {
    const location = stored.get(blob)
    if (location) layout.set(blob, location)
  }
  // The same content may have been stored before, in packs that do not count any more.
  const place = { project: key.project, manifest: digest }
  const replaces = layout.size > 0 || (await readLayout(ports, place, options)) !== null
  if (replaces) await ports.metadata.writeLayout(key.project, digest, layout, options)
  const bytes = encodeManifest(manifest)
  const item = { digest, sizeBytes: bytes.length, source: bytesSource(bytes) }
  await ports.blobs.in(key.project).write([item], { ...options, collection, pack: false })
}
