import * as nodeFs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Volume, createFsFromVolume } from 'memfs'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { createMemoryData, createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import type { MemoryOptions } from '../../../src/adapters/memory/index.ts'
import { createPorts } from '../../../src/composition/create-ports.ts'
import type { TestPlaces, Tier } from '../../../src/contract/index.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { Clock } from '../../../src/ports/environment.ts'
import { createBulkMemory, memoryPlaces } from '../../support/bulk-memory.ts'
import { filePlaces } from './fs.ts'
import { MEMORY_FLAVOURS } from './memory.ts'

/** One stored byte: `name` is that of a blob or pack in its project. */
export interface StoredByte {
  readonly project: string
  readonly name: string
  readonly offset: number
}

/** Data of one case, on which any number of handles can be opened. */
export interface StoreData {
  driver(): ObjectStore
  /** Flips a byte behind the store's back. */
  corrupt(at: StoredByte): Promise<void>
  /** Places that its blob store fills by itself, if it does so. */
  readonly places?: (count: number) => Promise<TestPlaces>
  cleanup(): Promise<void>
}

/** The same for a store that has no driver below its ports. */
export interface PortsData extends Omit<StoreData, 'driver'> {
  ports(environment: { readonly clock?: Clock }): ReturnType<typeof createPorts>
}

/** The adapters that the suites of BlobStore, MetadataStore and Transport run on: name → how their data is made. */
export const MEMORY_STORES: Readonly<Record<string, () => Promise<StoreData>>> = Object.fromEntries(
  Object.entries(MEMORY_FLAVOURS).map(([name, options]) => [name, async () => memoryData(options)]),
)

/** The same for the fs adapter, on a temporary folder. */
export const fsData = (): Promise<StoreData> => folderData('full')

/** The same without syncs, which change nothing that a case can see and take nearly all of its time. */
export const unsyncedFsData = (): Promise<StoreData> => folderData('none')

async function folderData(durability: 'full' | 'none'): Promise<StoreData> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-contract-'))
  const root = join(folder, 'store')
  return {
    driver: () => createFsObjectStore({ root, durability }),
    corrupt: async (at) => flipInFile(nodeFs, root, at),
    places: (count) => filePlaces(join(folder, 'places'), count),
    cleanup: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The same on a file system in memory. */
export async function memfsData(): Promise<StoreData> {
  const volume = new Volume()
  const fs = createFsFromVolume(volume)
  return {
    driver: () => createFsObjectStore({ root: '/store', fs }),
    // memfs has these functions; its declared types are merely wider.
    corrupt: async (at) => flipInFile(fs as unknown as FlipFs, '/store', at),
    cleanup: async () => volume.reset(),
  }
}

/** What a suite is declared for. */
export interface Suite<Cases> {
  readonly name: string
  readonly create: () => Promise<StoreData | PortsData>
  /** Default: those of the quick tier, which are part of `npm test`. */
  readonly cases?: Cases
}

/** The cases of the quick tier. */
export function quickOf<T extends { readonly tier: Tier }>(cases: readonly T[]): readonly T[] {
  return cases.filter(({ tier }) => tier === 'quick')
}

/** The cases that only the full tier has. */
export function fullOnly<T extends { readonly tier: Tier }>(cases: readonly T[]): readonly T[] {
  return cases.filter(({ tier }) => tier === 'full')
}

/** Both ports of a store, as composition makes them. */
export function portsOf(
  data: StoreData | PortsData,
  environment: { readonly clock?: Clock } = {},
): ReturnType<typeof createPorts> {
  return 'ports' in data ? data.ports(environment) : createPorts(data.driver(), environment)
}

/** Stores that do in bulk, in memory, all that they are asked for, and two thirds of it. */
export const BULK_STORES: Readonly<Record<string, () => Promise<StoreData>>> = {
  'memory, in bulk': async () => bulkMemoryData(() => true),
  'memory, two thirds in bulk': async () => bulkMemoryData((position) => position % 3 !== 2),
}

type FlipFs = Pick<typeof nodeFs, 'chmodSync' | 'readFileSync' | 'writeFileSync'>

function bulkMemoryData(takes: (position: number) => boolean): StoreData {
  const shared = createMemoryData()
  const driver = () => createBulkMemory({ shared }, takes)
  return { ...memoryData({ shared }), driver, places: async (count) => memoryPlaces(count) }
}

function memoryData(options: MemoryOptions): StoreData {
  const { shared = createMemoryData() } = options
  return {
    driver: () => createMemoryObjectStore({ ...options, shared }),
    async corrupt({ project, name, offset }) {
      const key = `p/${project}/${name}`
      shared.write([[key, flipped(shared.object(key)!.bytes, offset)]], 'corrupt')
    },
    cleanup: async () => {},
  }
}

/** Flips a byte of a blob in a folder. */
export function flipInFile(fs: FlipFs, root: string, { project, name, offset }: StoredByte): void {
  const path = join(root, 'p', project, name)
  fs.chmodSync(path, 0o644)
  fs.writeFileSync(path, flipped(fs.readFileSync(path), offset))
}

function flipped(bytes: Uint8Array, offset: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[offset]! ^= 0x01
  return copy
}
