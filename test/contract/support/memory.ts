import { createMemoryData, createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import type { MemoryOptions } from '../../../src/adapters/memory/index.ts'
import { capabilityNames, objectStoreSubject } from '../../../src/contract/index.ts'
import { createBulkMemory, memoryPlaces, memorySources } from '../../support/bulk-memory.ts'

/** The flavours of the memory driver that every suite runs on. */
export const MEMORY_FLAVOURS: Readonly<Record<string, MemoryOptions>> = {
  'memory, native register': {},
  'memory, numbered register': { register: 'numbered' },
  'memory, atomic batch': { batch: true },
  'memory, small blobs in packs': { packBelowBytes: 64 * 1024 },
}

/** A flavour of the memory driver as a subject of the ObjectStore contract. */
export function memorySubject(name: string, options: MemoryOptions) {
  return objectStoreSubject({
    name,
    capabilities: capabilityNames(createMemoryObjectStore(options).capabilities),
    async create() {
      const shared = createMemoryData()
      return { open: async () => createMemoryObjectStore({ ...options, shared }), cleanup: async () => {} }
    },
  })
}

/** The double that takes sources and places in memory, as a subject of the cases in bulk. */
export function bulkMemorySubject(name: string) {
  return objectStoreSubject({
    name,
    capabilities: [...capabilityNames(createBulkMemory().capabilities), 'sources', 'places'],
    async create() {
      const shared = createMemoryData()
      return {
        open: async () => createBulkMemory({ shared }),
        sources: async (contents) => memorySources(contents),
        places: async (count) => memoryPlaces(count),
        cleanup: async () => {},
      }
    },
  })
}
