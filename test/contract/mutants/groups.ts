import { createMemoryData, createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import { systemClock, systemIds } from '../../../src/adapters/system/index.ts'
import { createInProcessTransport } from '../../../src/application/service/in-process.ts'
import { createPorts } from '../../../src/composition/create-ports.ts'
import {
  blobCapabilityNames,
  blobStoreCases,
  blobStoreSubject,
  capabilityNames,
  metadataCapabilityNames,
  metadataStoreCases,
  metadataStoreSubject,
  objectStoreCases,
  objectStoreSubject,
  runCase,
  transportCapabilityNames,
  transportCases,
  transportSubject,
} from '../../../src/contract/index.ts'
import type { ContractCase, ContractSubject, HandleOptions } from '../../../src/contract/index.ts'
import type { BlobStore } from '../../../src/ports/blob-store.ts'
import { checkedBlobStore } from '../../../src/ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../../../src/ports/facade/metadata-store.ts'
import type { MetadataStore } from '../../../src/ports/metadata-store.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import type { Transport } from '../../../src/ports/transport.ts'
import { createBulkMemory, memoryPlaces, memorySources } from '../../support/bulk-memory.ts'
import { blobPlacesMutants } from './blob-places-mutants.ts'
import { blobReadMutants } from './blob-read-mutants.ts'
import { blobWriteMutants } from './blob-write-mutants.ts'
import { draftMutants } from './draft-mutants.ts'
import { metadataHistoryMutants } from './metadata-history-mutants.ts'
import { metadataReadMutants } from './metadata-read-mutants.ts'
import { metadataRunMutants } from './metadata-run-mutants.ts'
import { metadataWriteMutants } from './metadata-write-mutants.ts'
import { objectBulkMutants } from './object-bulk-mutants.ts'
import { objectDeliverMutants } from './object-deliver-mutants.ts'
import { objectListMutants } from './object-list-mutants.ts'
import { objectPreconditionMutants } from './object-precondition-mutants.ts'
import { objectReadMutants } from './object-read-mutants.ts'
import { objectWriteMutants } from './object-write-mutants.ts'
import { transportByteMutants } from './transport-byte-mutants.ts'
import { transportChangeMutants } from './transport-change-mutants.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** What is known of a mutant without running it. */
export type MutantFacts = Omit<Mutant<never>, 'breaks'>

/** All mutants of one port, and how they are tried. */
export interface MutantGroup {
  /** The port, as its interface is called. */
  readonly port: string
  readonly mutants: readonly MutantFacts[]
  /** The port's words that a case checks; rejects an id that no case has. */
  obligationOf(caseId: string): string
  /** Runs a case on the adapter that a mutant is made of. Rejects if it fails. */
  trySound(mutant: MutantFacts, caseId: string): Promise<void>
  /** Runs a case on a mutant. Rejects if the mutant is found. */
  tryBroken(mutant: MutantFacts, caseId: string): Promise<void>
}

/** The same for every run: a mutant that dies today dies tomorrow. */
const SEED = 7

/** Makes a memory store's port, over data that all handles of a case share. */
type Opened<Port> = (objects: ObjectStore, options: HandleOptions) => Port

interface Kind<Port, Context> {
  readonly port: string
  readonly mutants: readonly Mutant<Port>[]
  readonly cases: readonly ContractCase<Context>[]
  subjectOf(mutant: Mutant<Port>, breaks: () => Breaker<Port>): ContractSubject<Context>
}

/** Every mutant, port by port. */
export const MUTANT_GROUPS: readonly MutantGroup[] = [
  groupOf({
    port: 'ObjectStore',
    mutants: [
      ...objectPreconditionMutants,
      ...objectWriteMutants,
      ...objectReadMutants,
      ...objectListMutants,
      ...objectBulkMutants,
      ...objectDeliverMutants,
    ],
    cases: objectStoreCases,
    subjectOf: (mutant, breaks) =>
      objectStoreSubject({
        name: mutant.id,
        capabilities: [...capabilityNames(memoryOf(mutant).capabilities), 'sources', 'places'],
        create: async () => ({
          ...handles(mutant, breaks, (objects) => objects),
          sources: async (contents) => memorySources(contents),
          places: async (count) => memoryPlaces(count),
        }),
      }),
  }),
  groupOf({
    port: 'BlobStore',
    mutants: [...blobWriteMutants, ...blobReadMutants, ...blobPlacesMutants],
    cases: blobStoreCases,
    subjectOf: (mutant, breaks) =>
      blobStoreSubject({
        name: mutant.id,
        capabilities: [...blobCapabilityNames(openBlobs(memoryOf(mutant)).capabilities), 'places'],
        create: async () => ({
          ...handles(mutant, breaks, openBlobs),
          places: async (count) => memoryPlaces(count),
        }),
      }),
  }),
  groupOf({
    port: 'MetadataStore',
    mutants: [
      ...metadataWriteMutants,
      ...metadataReadMutants,
      ...metadataHistoryMutants,
      ...metadataRunMutants,
      ...draftMutants,
    ],
    cases: metadataStoreCases,
    subjectOf: (mutant, breaks) =>
      metadataStoreSubject({
        name: mutant.id,
        capabilities: metadataCapabilityNames(openMetadata(createMemoryObjectStore(mutant.flavour)).capabilities),
        create: async () => handles(mutant, breaks, openMetadata),
      }),
  }),
  groupOf({
    port: 'Transport',
    mutants: [...transportByteMutants, ...transportChangeMutants],
    cases: transportCases,
    subjectOf: (mutant, breaks) =>
      transportSubject({
        name: mutant.id,
        capabilities: transportCapabilityNames(openTransport(createMemoryObjectStore(mutant.flavour)).capabilities),
        create: async () => handles(mutant, breaks, openTransport),
      }),
  }),
]

function groupOf<Port, Context>({ port, mutants, cases, subjectOf }: Kind<Port, Context>): MutantGroup {
  const caseOf = (id: string): ContractCase<Context> => {
    const found = cases.find((each) => each.id === id)
    if (!found) throw new Error(`${port} has no case ${id}`)
    return found
  }
  const run = async (facts: MutantFacts, caseId: string, isBroken: boolean): Promise<void> => {
    const mutant = mutants.find(({ id }) => id === facts.id)!
    const breaks = isBroken ? () => mutant.breaks() : () => (sound: Port) => sound
    await runCase(caseOf(caseId), subjectOf(mutant, breaks), { seed: SEED })
  }
  return {
    port,
    mutants,
    obligationOf: (caseId) => caseOf(caseId).obligation,
    trySound: (mutant, caseId) => run(mutant, caseId, false),
    tryBroken: (mutant, caseId) => run(mutant, caseId, true),
  }
}

/** The store that a mutant is made of. */
function memoryOf({ flavour, inBulk }: MutantFacts, shared = createMemoryData()): ObjectStore {
  const options = { ...flavour, shared }
  return inBulk ? createBulkMemory(options) : createMemoryObjectStore(options)
}

function handles<Port>(
  mutant: Mutant<Port>,
  breaks: () => Breaker<Port>,
  open: Opened<Port>,
): { open(options?: HandleOptions): Promise<Port>; cleanup(): Promise<void> } {
  const shared = createMemoryData()
  const breaker = breaks()
  return {
    async open(options = {}) {
      const objects = memoryOf(mutant, shared)
      return breaker(open(objects, options), objects)
    },
    cleanup: async () => {},
  }
}

function openBlobs(objects: ObjectStore): BlobStore {
  return createPorts(objects).blobs
}

function openMetadata(objects: ObjectStore, options: HandleOptions = {}): MetadataStore {
  return createPorts(objects, options).metadata
}

function openTransport(objects: ObjectStore): Transport {
  const { metadata, blobs } = createPorts(objects)
  const checked = { metadata: checkedMetadataStore(metadata), blobs: checkedBlobStore(blobs) }
  return createInProcessTransport({ ...checked, clock: systemClock, ids: systemIds })
}
