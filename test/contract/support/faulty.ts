import { withFaults } from '../../../src/contract/index.ts'
import type {
  FaultCounts,
  FaultKind,
  FaultOperation,
  FaultRule,
  FaultyObjectStore,
} from '../../../src/contract/index.ts'
import type { StoreData } from './stores.ts'

/** The methods by which documents are written. */
const DOCUMENTS: readonly FaultOperation[] = ['putIfAbsent', 'put', 'compareAndSwap', 'batch.commit']

/** Not the lists whose pages are those of a listing: a page may be short there too, and its reader sees it. */
const INNER_LISTS = /^(?!projects\/$|p\/[^/]+\/(heads|runs)\/$|p\/[^/]+\/types\/|.*\/drafts\/$)/

/**
 * Faults that a caller of a metadata store must not notice. Throttling is for writes alone: a read that the store
 * refuses is told to its caller, as the port says.
 */
export const HIDDEN_FAULTS: readonly FaultRule[] = [
  { fault: 'lost answer', chance: 0.06, operations: DOCUMENTS },
  { fault: 'refused though landed', chance: 0.06 },
  { fault: 'late landing', chance: 0.06, operations: DOCUMENTS },
  { fault: 'duplicate', chance: 0.06 },
  { fault: 'throttling', chance: 0.06, operations: DOCUMENTS },
  { fault: 'delay', chance: 0.15 },
  { fault: 'partial list', chance: 0.3, key: INNER_LISTS },
]

/** Of those, the ones that no caller of any port must notice: writing a blob tells its caller what is not known. */
export const UNNOTICED_FAULTS: readonly FaultRule[] = HIDDEN_FAULTS.filter(({ fault }) =>
  ['refused though landed', 'duplicate', 'delay', 'partial list'].includes(fault),
)

/** How data are made whose handles all show faults, and what was injected into all of them. */
export interface FaultyStores {
  readonly create: () => Promise<StoreData>
  injected(): FaultCounts
}

/**
 * The seed of the faults, and of every contract that this file declares from now on: what a failing case shows as its
 * seed repeats its faults too.
 */
export function seedOfFaults(): number {
  process.env['LADING_CONTRACT_SEED'] ??= String(Math.floor(Math.random() * 2 ** 31))
  return Number(process.env['LADING_CONTRACT_SEED'])
}

/** The same stores under the faults of a plan. Each handle over one store's data has a stream of chance of its own. */
export function underFaults(
  create: () => Promise<StoreData>,
  { seed, plan = HIDDEN_FAULTS }: { readonly seed: number; readonly plan?: readonly FaultRule[] },
): FaultyStores {
  const all: FaultyObjectStore[] = []
  return {
    async create() {
      const data = await create()
      let handles = 0
      const driver = (): FaultyObjectStore => {
        const handle = withFaults(data.driver(), { seed: seed + handles++, plan })
        all.push(handle)
        return handle
      }
      return { ...data, driver }
    },
    injected: () => sumOf(all.map(({ injected }) => injected)),
  }
}

function sumOf(counts: readonly FaultCounts[]): FaultCounts {
  const kinds = Object.keys(counts[0] ?? {}) as FaultKind[]
  const sums = kinds.map((kind) => [kind, counts.reduce((sum, each) => sum + each[kind], 0)])
  return Object.fromEntries(sums) as FaultCounts
}
