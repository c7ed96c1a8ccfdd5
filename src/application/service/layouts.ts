import type { Digest } from '../../domain/digest.ts'
import type { Location } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ServicePorts } from './service-ports.ts'

/** Where the blobs of a manifest lie; null when all are objects of their own. One request where blobs travel in packs, else none. */
export async function readLayout(
  { blobs, metadata }: Pick<ServicePorts, 'blobs' | 'metadata'>,
  { project, manifest }: { readonly project: string; readonly manifest: Digest },
  options: CallOptions,
): Promise<ReadonlyMap<Digest, Location> | null> {
  return blobs.capabilities.packBelowBytes > 0 ? metadata.layout(project, manifest, options) : null
}
