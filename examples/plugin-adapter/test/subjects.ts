import { randomUUID } from 'node:crypto'
import { createPorts } from 'lading'
import {
  blobCapabilityNames,
  blobStoreSubject,
  capabilityNames,
  metadataCapabilityNames,
  metadataStoreSubject,
  objectStoreSubject,
} from 'lading/contract'
import type { ObjectStore } from 'lading/ports'
import { CAPABILITIES } from '../src/capabilities.ts'
import { createShelfObjectStore } from '../src/object-store.ts'
import type { ShelfServer } from './shelf-server.ts'

const probe = createPorts(createShelfObjectStore({ url: 'http://shelf.invalid/probe' }))

/** What is under test, on a running server. Each case has a bucket of its own; all its handles see that bucket. */
export function subjectsOn(server: () => ShelfServer) {
  const newBucket = (): (() => ObjectStore) => {
    const url = `${server().url}/case-${randomUUID()}`
    return () => createShelfObjectStore({ url })
  }
  const cleanup = async (): Promise<void> => {} // the buckets go with their server

  return {
    driver: objectStoreSubject({
      name: 'shelf',
      capabilities: capabilityNames(CAPABILITIES),
      async create() {
        const driver = newBucket()
        return { open: async () => driver(), cleanup }
      },
    }),
    metadata: metadataStoreSubject({
      name: 'shelf, MetadataStore',
      capabilities: metadataCapabilityNames(probe.metadata.capabilities),
      async create() {
        const driver = newBucket()
        return { open: async (options) => createPorts(driver(), options).metadata, cleanup }
      },
    }),
    blobs: blobStoreSubject({
      name: 'shelf, BlobStore',
      capabilities: blobCapabilityNames(probe.blobs.capabilities),
      async create() {
        const driver = newBucket()
        return { open: async () => createPorts(driver()).blobs, cleanup }
      },
    }),
  }
}
