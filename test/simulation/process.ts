import type { Answer } from '../../src/domain/command.ts'
import type { Move } from '../../src/domain/head.ts'
import type { Clock, Ids } from '../../src/ports/environment.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import type { Build } from './build.ts'
import { executeDraft } from './draft-operations.ts'
import type { DraftAnswer } from './draft-operations.ts'
import type { Running } from './ledger.ts'
import { createRandom } from './random.ts'
import { ARTIFACT } from './scenario.ts'
import type { Scenario, Step } from './scenario.ts'
import { createSimulatedStore } from './simulated-store.ts'
import type { Request } from './simulated-store.ts'
import type { Storage } from './storage.ts'

/** How the end of a step came out. */
export type Result =
  | { readonly answer: Answer }
  | { readonly moves: readonly Move[] }
  | { readonly draft: DraftAnswer }
  | { readonly error: unknown }

/** One writer with its own handle of the store, and where it stands. */
export interface Process {
  readonly index: number
  readonly steps: readonly Step[]
  readonly store: MetadataStore
  /** The step that it carries out; after the last one it is done. */
  position: number
  running: Running | null
  /** Set when the step has ended, until the scheduler has seen it. */
  result: Result | null
  /** What it waits for. */
  requests: Request[]
  /** Each ends one of its pauses. */
  pauses: (() => void)[]
  /** All that it was answered, so that equal histories mean equal local states. */
  history: number
  /** The execution under way, where the build exposes it. */
  execution: object | null
  /** The read of head with which it started anew. */
  anew: Request | null
  crashed: boolean
}

/** What processes are made of. */
export interface ProcessParts {
  readonly scenario: Scenario
  readonly storage: Storage
  readonly build: Build
  /** Whether pauses end when the schedule says so, or at once. */
  readonly pauses: boolean
}

/** A writer that has not begun. Its time stands still, its chance and its ids follow from its number. */
export function createProcess(parts: ProcessParts, index: number): Process {
  const process: Omit<Process, 'store'> = {
    index,
    steps: parts.scenario.writers[index]!,
    position: 0,
    running: null,
    result: null,
    requests: [],
    pauses: [],
    history: 0,
    execution: null,
    anew: null,
    crashed: false,
  }
  const objects = createSimulatedStore({
    storage: parts.storage,
    flavour: parts.scenario.flavour,
    process: index,
    build: parts.build,
    send: (request) => process.requests.push(request),
    skipAside: !parts.scenario.everyRequest,
  })
  const store = parts.build.createProtocolMetadataStore({
    objects,
    clock: clockOf(process, parts),
    ids: idsOf(process),
  })
  return Object.assign(process, { store })
}

function clockOf(process: Pick<Process, 'pauses'>, { pauses }: ProcessParts): Clock {
  return {
    now: () => '2026-01-01T00:00:00.000Z',
    monotonicMs: () => 0,
    pause: () => (pauses ? new Promise((resolve) => void process.pauses.push(resolve)) : Promise.resolve()),
  }
}

function idsOf(process: Pick<Process, 'index' | 'execution'>): Ids & { executing: (execution: object) => void } {
  const random = createRandom(process.index + 1)
  let ids = 0
  return {
    next: () => `id-${process.index}-${ids++}`,
    random: () => random.next(),
    executing: (execution) => (process.execution = execution),
  }
}

/** Carries out a step; one that is neither a command nor done to the draft reads the alias history. */
export async function execute({ store }: Process, { prepared }: Step, { command, draft }: Running): Promise<Result> {
  if (draft !== null) return { draft: await executeDraft(store, draft) }
  if (command === null) return { moves: await store.moves(ARTIFACT, {}) }
  const preparation = prepared ? await store.prepare(ARTIFACT, {}) : undefined
  return { answer: await store.commit(ARTIFACT, command, { prepared: preparation }) }
}
