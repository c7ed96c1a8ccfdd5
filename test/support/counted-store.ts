import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { createFiles } from '../../src/adapters/fs/files.ts'
import { systemClock, systemIds } from '../../src/adapters/system/index.ts'
import { Lading } from '../../src/application/client/lading.ts'
import { createInProcessTransport } from '../../src/application/service/in-process.ts'
import { checkedBlobStore } from '../../src/ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../../src/ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { ObservedRequest } from '../../src/ports/facade/object-store.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { createBlobStore } from '../../src/protocol/blob-store.ts'
import { createProtocolMetadataStore } from '../../src/protocol/metadata-store.ts'

/** What a piece of work asked of the driver. `sync` is no request: stores whose answers are durable do nothing. */
export interface Counted<T> {
  readonly value: T
  readonly requests: readonly ObservedRequest[]
  readonly count: number
  readonly bytes: number
}

/** A store in memory whose driver calls are counted. */
export interface CountedStore {
  readonly lading: Lading
  readonly metadata: MetadataStore
  count<T>(work: () => Promise<T>): Promise<Counted<T>>
}

export function createCountedStore(options: { packBelowBytes?: number } = {}): CountedStore {
  let requests: ObservedRequest[] = []
  const observe = (request: ObservedRequest) => {
    if (request.operation !== 'sync' && request.operation !== 'close') requests.push(request)
  }
  const objects = checkedObjectStore(createMemoryObjectStore(options), { observe })
  const environment = { clock: systemClock, ids: systemIds }
  const metadata = checkedMetadataStore(createProtocolMetadataStore({ objects, ...environment }))
  const blobs = checkedBlobStore(createBlobStore(objects))
  const transport = createInProcessTransport({ metadata, blobs, ...environment })
  return {
    lading: new Lading({ transport, files: createFiles(), references: [], ...environment }, { project: 'p' }),
    metadata,
    async count(work) {
      requests = []
      const value = await work()
      const bytes = requests.reduce((sum, request) => sum + (request.bytes ?? 0), 0)
      return { value, requests, count: requests.length, bytes }
    },
  }
}
