import type { BlobStore } from '../../ports/blob-store.ts'
import type { Clock, Ids } from '../../ports/environment.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

/** What the service works with. */
export interface ServicePorts {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly ids: Ids
}
