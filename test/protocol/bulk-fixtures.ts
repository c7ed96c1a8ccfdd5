import type { BlobPlaces, BlobWant, ProjectBlobs } from '../../src/ports/blob-store.ts'
import type { BulkReader } from '../../src/ports/bytes.ts'
import type { BulkObjects } from '../../src/ports/bulk-objects.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { inBulk, MEMORY_MAKER, memoryPlaces, memorySources } from '../support/bulk-memory.ts'
import { openBlobs, sourceOf } from './blob-fixtures.ts'
import type { TestSource, TestStore } from './blob-fixtures.ts'

/** Sources whose bytes are in memory, and which say so. */
export interface JointSource extends TestSource {
  /** How often it was told that it was read with others. */
  told: number
}

/** What a store was asked to do in bulk: of each call how many. */
export interface BulkStore extends TestStore {
  readonly ingested: number[]
  readonly delivered: number[]
  readonly vouched: number[]
}

/** How a store in memory works in bulk. */
export interface BulkOptions {
  readonly packBelowBytes?: number
  /** Whether it does something, by its position in a call. */
  readonly takes?: (position: number) => boolean
  /** What it does otherwise. */
  readonly change?: (bulk: BulkObjects) => Partial<BulkObjects>
}

/** Blobs in memory, over a driver that works in bulk, whose calls are written down. */
export function openBulkBlobs({ takes, change = () => ({}), ...options }: BulkOptions = {}): BulkStore {
  const [ingested, delivered, vouched]: [number[], number[], number[]] = [[], [], []]
  const driver = (objects: ObjectStore): ObjectStore => {
    const store = inBulk(objects, takes)
    const bulk = { ...store.bulk, ...change(store.bulk) }
    return {
      ...store,
      bulk: {
        ...bulk,
        ingestAll(sources, how) {
          ingested.push(sources.length)
          return bulk.ingestAll(sources, how)
        },
        deliverAll(wanted, how) {
          delivered.push(wanted.length)
          return bulk.deliverAll(wanted, how)
        },
        vouchAll(asked, how) {
          vouched.push(asked.length)
          return bulk.vouchAll(asked, how)
        },
      },
    }
  }
  return { ...openBlobs({ ...options, driver }), ingested, delivered, vouched }
}

/** Sources that can be taken in bulk, by their own reader or another one. */
export function jointSources(contents: readonly Uint8Array[], reader?: BulkReader): readonly JointSource[] {
  const { sources } = memorySources(contents)
  return contents.map((bytes, index): JointSource => {
    const source = Object.assign(sourceOf(bytes), { told: 0 })
    const onRead = (): void => void source.told++
    return Object.assign(source, { bulk: { ...sources[index]!, ...(reader ? { reader } : {}), onRead } })
  })
}

/** What became of wants. */
export interface Delivered {
  /** What is in the places that the store says it has filled. */
  readonly put: ReadonlyMap<number, Uint8Array | null>
  /** What went to the sink. */
  readonly sunk: ReadonlyMap<number, number>
  /** The counts that were told of wants. */
  readonly told: readonly (readonly [index: number, count: number])[]
}

/** Reads wants into places, of the maker that the store knows if no other is given, but for those that have none. */
export async function readInto(
  blobs: ProjectBlobs,
  wants: readonly BlobWant[],
  options: { readonly maker?: object; readonly without?: readonly number[]; readonly signal?: AbortSignal } = {},
): Promise<Delivered> {
  const { maker = MEMORY_MAKER, without = [], signal } = options
  const given = memoryPlaces(wants.length)
  const [put, sunk] = [new Map<number, Uint8Array | null>(), new Map<number, number>()]
  const told: [number, number][] = []
  const filled: number[] = []
  const places: BlobPlaces = {
    maker,
    of: (index) => (without.includes(index) ? null : given.places[index]),
    onBytes: (index, count) => void told.push([index, count]),
    onPut: (index) => void filled.push(index),
  }
  const sink = async (index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    let count = 0
    for await (const chunk of chunks) count += chunk.length
    sunk.set(index, (sunk.get(index) ?? 0) + count)
  }
  await blobs.read(wants, sink, { places, signal })
  for (const index of filled) put.set(index, await given.read(index))
  return { put, sunk, told }
}
