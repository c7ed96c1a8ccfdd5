import type { MemoryOptions } from '../../../src/adapters/memory/index.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'

/** Something that happened to somebody. */
export interface Citation {
  /** A thread, `owner/repository#number`; `owner/repository: function`; or `servers.md`, which tells what was probed. */
  readonly source: string
  /** What is told there. */
  readonly what: string
}

/** Makes a sound adapter broken: once for each handle, all of one case from one `breaks`, whose state they share. */
export type Breaker<Port> = (sound: Port, objects: ObjectStore) => Port

/** A broken adapter, as somebody could write it in good faith. The suite must find it by a case that is named. */
export interface Mutant<Port> {
  /** In kebab case, of its own among all mutants. */
  readonly id: string
  /** What it does wrong, in one sentence. */
  readonly broken: string
  readonly cites: readonly Citation[]
  /** The id of the case that must find it. */
  readonly killedBy: string
  /** The memory store that it is made of. Default: with a native register, without batches and packs. */
  readonly flavour?: Omit<MemoryOptions, 'shared'>
  /** Whether that is the double that takes sources and places in bulk. */
  readonly inBulk?: boolean
  breaks(): Breaker<Port>
}
