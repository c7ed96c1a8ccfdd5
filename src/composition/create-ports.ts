import { systemClock, systemIds } from '../adapters/system/index.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import { checkedObjectStore } from '../ports/facade/object-store.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { StoreEnvironment } from '../ports/store-adapter.ts'
import { createBlobStore } from '../protocol/blob-store.ts'
import { createProtocolMetadataStore } from '../protocol/metadata-store.ts'
import { assertDriver, assertEnvironment } from './assert-ports.ts'

/**
 * Both stores over one object store: what a driver is turned into. Does no I/O.
 *
 * Closing the metadata store closes the driver. Who takes the blob store alone, `createPorts(driver).blobs`, closes the
 * driver with that. Rejects `INVALID` what is no driver, naming what it lacks.
 */
export function createPorts(
  driver: ObjectStore,
  environment: Partial<StoreEnvironment> = {},
): { readonly metadata: MetadataStore; readonly blobs: BlobStore } {
  const { clock = systemClock, ids = systemIds } = assertEnvironment(environment)
  const objects = checkedObjectStore(assertDriver(driver, 'createPorts'))
  const metadata = createProtocolMetadataStore({ objects, clock, ids })
  let isMetadataTaken = false
  return {
    get metadata() {
      isMetadataTaken = true
      return metadata
    },
    blobs: {
      ...createBlobStore(objects),
      // A commit under way outlives the blobs, so that the driver must outlive them too.
      close: async () => (isMetadataTaken ? undefined : objects.close()),
    },
  }
}
