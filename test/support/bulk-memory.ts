import { setImmediate } from 'node:timers/promises'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import type { MemoryOptions } from '../../src/adapters/memory/index.ts'
import type { TestPlaces, TestSources } from '../../src/contract/index.ts'
import { sha256 } from '../../src/domain/digest.ts'
import type { BulkReader, BulkSource } from '../../src/ports/bytes.ts'
import { throwIfAborted } from '../../src/ports/facade/call-gate.ts'
import { ingestedKey } from '../../src/ports/bulk-objects.ts'
import type {
  BulkObjects,
  DeliveredObject,
  DeliverOptions,
  IngestOptions,
  IngestedObject,
} from '../../src/ports/bulk-objects.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

/** Bytes that are somewhere in memory; null: they are gone. */
interface Held {
  readonly sizeBytes: number
  bytes: Uint8Array | null
}

/** A place in memory. */
export interface HeldPlace {
  bytes: Uint8Array | null
}

/** The reader of all sources in memory. */
export const MEMORY_READER: BulkReader = {
  async readAll(handles) {
    return (handles as readonly Held[]).map(({ bytes }) => bytes && { digest: sha256(bytes), bytes: bytes.slice() })
  },
}

/** The maker of all places in memory. */
export const MEMORY_MAKER: object = Object.freeze({})

/** Whether something is done in bulk, by its position in its call. */
type Takes = (position: number) => boolean

const everyOne: Takes = () => true

/** A driver in memory that takes sources in memory, and fills places there, in bulk: as far as `takes` lets it. */
export function createBulkMemory(options: MemoryOptions = {}, takes: Takes = everyOne): ObjectStore {
  return inBulk(createMemoryObjectStore(options), takes)
}

/** The same over another driver. */
export function inBulk(objects: ObjectStore, takes: Takes = everyOne): ObjectStore {
  return { ...objects, capabilities: { ...objects.capabilities, bulk: true }, bulk: bulkOf(objects, takes) }
}

/** Sources in memory. */
export function memorySources(contents: readonly Uint8Array[]): TestSources {
  const held = contents.map((bytes): Held => ({ sizeBytes: bytes.length, bytes }))
  return {
    sources: held.map((handle) => ({ reader: MEMORY_READER, handle })),
    async change(index, bytes) {
      held[index]!.bytes = bytes
    },
  }
}

/** Places in memory. */
export function memoryPlaces(count: number): TestPlaces {
  const places = Array.from({ length: count }, (): HeldPlace => ({ bytes: null }))
  return { maker: MEMORY_MAKER, places, read: async (index) => places[index]!.bytes }
}

/** What a source in memory has now; null for any other, and for one that has not its size. */
export function heldBytes({ reader, handle }: BulkSource): Uint8Array | null {
  const held = reader === MEMORY_READER ? (handle as Held) : null
  return held?.bytes?.length === held?.sizeBytes ? (held?.bytes ?? null) : null
}

function bulkOf(objects: ObjectStore, takes: Takes): BulkObjects {
  return {
    async ingestAll(sources, options) {
      const stored: (IngestedObject | null)[] = []
      for (const [position, source] of sources.entries()) {
        // Whoever races with it, or stops it, gets a turn.
        await setImmediate()
        throwIfAborted(options)
        const bytes = takes(position) ? heldBytes(source) : null
        stored.push(bytes && (await ingestBytes(objects, bytes, options)))
        if (sources.length === 1 && bytes) options.onBytes?.(bytes.length)
      }
      return stored
    },

    async deliverAll(wanted, options) {
      const put: boolean[] = []
      for (const [position, object] of wanted.entries()) {
        await setImmediate()
        throwIfAborted(options)
        put.push(takes(position) && (await deliver(objects, object, options)))
        if (wanted.length === 1 && put[0]) options.onBytes?.(object.sizeBytes)
      }
      return put
    },

    vouchAll: (asked, { prefix, ...options }) =>
      Promise.all(
        asked.map(async ({ digest, sizeBytes }, position) => {
          if (!takes(position)) return null
          const found = await objects.stat(ingestedKey(prefix, digest), options)
          return found !== null && found.pristine && found.sizeBytes === sizeBytes
        }),
      ),
  }
}

async function ingestBytes(
  objects: ObjectStore,
  bytes: Uint8Array,
  { prefix }: IngestOptions,
): Promise<IngestedObject> {
  const digest = sha256(bytes)
  const key = ingestedKey(prefix, digest)
  const staged = await objects.stage({})
  await staged.write(bytes)
  if ((await staged.publish(key)) === 'suspect') await staged.replace(key)
  return { digest, sizeBytes: bytes.length }
}

async function deliver(
  objects: ObjectStore,
  { key, digest, sizeBytes, place }: DeliveredObject,
  { maker, signal }: DeliverOptions,
): Promise<boolean> {
  const found = maker === MEMORY_MAKER ? await objects.get(key, { signal }) : null
  if (found?.bytes.length !== sizeBytes || sha256(found.bytes) !== digest) return false
  const held = place as HeldPlace
  held.bytes = found.bytes
  return true
}
