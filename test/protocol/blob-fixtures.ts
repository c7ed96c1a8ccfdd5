import { createHash } from 'node:crypto'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import type { Digest } from '../../src/domain/digest.ts'
import type { BlobStore, BlobWant, Collection, ProjectBlobs } from '../../src/ports/blob-store.ts'
import type { ByteSource } from '../../src/ports/bytes.ts'
import { checkedBlobStore } from '../../src/ports/facade/blob-store.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { createBlobStore } from '../../src/protocol/blob-store.ts'

/** Nothing was ever collected. */
export const NOTHING_CONDEMNED: Collection = { epoch: 0, state: 'swept', condemned: new Set() }

/** A state of collection in which these names must not be touched. */
export function condemning(...names: string[]): Collection {
  return { epoch: 3, state: 'condemned', condemned: new Set(names) }
}

/** Bytes that follow from a seed, so that crossed wires show. */
export function bytesOf(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = (seed + 1) * 2_654_435_761
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}

export function digestOf(bytes: Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest
}

/** A source that counts how often it is read, and reuses one buffer as real sources do. */
export interface TestSource extends ByteSource {
  reads: number
}

export function sourceOf(
  bytes: Uint8Array,
  { chunkBytes = 64 * 1024, sizeBytes = bytes.length }: { chunkBytes?: number; sizeBytes?: number | null } = {},
): TestSource {
  return {
    sizeBytes,
    reads: 0,
    async *read() {
      this.reads++
      const buffer = new Uint8Array(chunkBytes)
      for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
        const part = bytes.subarray(offset, offset + chunkBytes)
        buffer.set(part)
        yield buffer.subarray(0, part.length)
        buffer.fill(0xee)
      }
    },
  }
}

/** What a driver was asked to do: `put key`, `publish key`, `read key 0-5`, `sync 3`, … */
export interface Recorder {
  readonly objects: ObjectStore
  readonly calls: string[]
}

/** A driver that writes down each call. */
export function recorded(objects: ObjectStore): Recorder {
  const calls: string[] = []
  const recording: ObjectStore = {
    ...objects,
    read(key, options) {
      calls.push(`read ${key} ${JSON.stringify(options.range ?? 'all')}`)
      return objects.read(key, options)
    },
    stat(key, options) {
      calls.push(`stat ${key}`)
      return objects.stat(key, options)
    },
    putIfAbsent(key, body, options) {
      calls.push(`put ${key}`)
      return objects.putIfAbsent(key, body, options)
    },
    list(prefix, options) {
      calls.push(`list ${prefix}`)
      return objects.list(prefix, options)
    },
    sync(keys, options) {
      calls.push(`sync ${keys.length}`)
      return objects.sync(keys, options)
    },
    async stage(options) {
      const staged = await objects.stage(options)
      return {
        write: (chunk) => staged.write(chunk),
        discard() {
          calls.push('discard')
          return staged.discard()
        },
        publish(key) {
          calls.push(`publish ${key}`)
          return staged.publish(key)
        },
        replace(key) {
          calls.push(`replace ${key}`)
          return staged.replace(key)
        },
      }
    },
  }
  return { objects: recording, calls }
}

export interface TestStore extends Recorder {
  readonly store: BlobStore
  readonly blobs: ProjectBlobs
}

/** The blobs of project `demo` in a fresh memory store, behind both facades. */
export function openBlobs(
  options: { packBelowBytes?: number; staging?: boolean; driver?: (objects: ObjectStore) => ObjectStore } = {},
): TestStore {
  const { packBelowBytes = 0, staging = true, driver = (objects) => objects } = options
  const memory = createMemoryObjectStore({ packBelowBytes })
  const limited = { ...memory, capabilities: { ...memory.capabilities, staging } }
  const { objects, calls } = recorded(checkedObjectStore(driver(limited)))
  const store = checkedBlobStore(createBlobStore(objects))
  return { objects, calls, store, blobs: store.in('demo') }
}

/** Reads wants whole into memory, in their order. */
export async function readAll(blobs: ProjectBlobs, wants: readonly BlobWant[]): Promise<Uint8Array[]> {
  const results: Uint8Array[] = []
  await blobs.read(
    wants,
    async (index, chunks) => {
      const parts: Uint8Array[] = []
      for await (const chunk of chunks) parts.push(chunk.slice())
      results[index] = new Uint8Array(Buffer.concat(parts))
    },
    {},
  )
  return results
}

/** Every key of a store, in order. */
export async function keysOf(objects: ObjectStore): Promise<string[]> {
  const { entries } = await objects.list('', { depth: 'all', limit: 100_000 })
  return entries.map(({ key }) => key)
}
