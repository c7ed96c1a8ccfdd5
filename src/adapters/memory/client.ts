import type { BatchCommit } from '../../ports/object-store.ts'
import { SortedKeys } from './sorted-keys.ts'

/** An object, or its absence (`bytes: null`), from one generation on. The bytes are never changed. */
interface State {
  readonly generation: number
  readonly bytes: Uint8Array | null
}

/** An object as it is at some generation. Its bytes belong to the data: copy them before handing them out. */
export interface MemoryObject {
  readonly generation: number
  readonly bytes: Uint8Array
}

/** New bytes of a key, or null to remove it. */
export type Change = readonly [key: string, bytes: Uint8Array | null]

/** The content of a store in memory. Opaque to users: make it with `createMemoryData` and share it between handles. */
export class MemoryData {
  /** Grows by one with every write, so no state ever has the generation of another. @internal */
  generation = 0
  /** In order; those of removed objects too, once history is kept. */
  readonly #keys = new SortedKeys()
  readonly #states = new Map<string, State[]>()
  readonly #titles = new Map<number, string>()
  #historyFrom: number | null = null

  /** From now on every state is kept, and every write has a title. @internal */
  keepHistory(): void {
    this.#historyFrom ??= this.generation
  }

  /** Whether the state of the whole store at this generation is known. @internal */
  remembers(generation: number): boolean {
    return this.#historyFrom !== null && generation >= this.#historyFrom && generation <= this.generation
  }

  /** An object as it was at a generation, now if none is given; null when there was none. @internal */
  object(key: string, at = this.generation): MemoryObject | null {
    const state = this.#states.get(key)?.findLast(({ generation }) => generation <= at)
    return state?.bytes ? { generation: state.generation, bytes: state.bytes } : null
  }

  /** Applies all changes at once, as one new generation, and returns it. The bytes must not change any more. @internal */
  write(changes: readonly Change[], title: string): number {
    const generation = ++this.generation
    if (this.#historyFrom !== null) this.#titles.set(generation, title)
    for (const [key, bytes] of changes) this.#setState(key, { generation, bytes })
    return generation
  }

  /** The first key at or after `from` of which there was an object at this generation, or null. @internal */
  seek(from: string, at: number): string | null {
    for (const key of this.#keys.from(from)) if (this.object(key, at)) return key
    return null
  }

  /** The commits after a generation, newest first. @internal */
  commitsAfter(generation: number): BatchCommit[] {
    const commits: BatchCommit[] = []
    for (let id = this.generation; id > generation; id--) commits.push({ id: String(id), title: this.#titles.get(id)! })
    return commits
  }

  #setState(key: string, state: State): void {
    const states = this.#states.get(key)
    if (states && this.#historyFrom !== null) {
      states.push(state)
    } else if (state.bytes !== null) {
      if (!states) this.#keys.add(key)
      this.#states.set(key, [state])
    } else if (states) {
      this.#keys.delete(key)
      this.#states.delete(key)
    }
  }
}

/** An empty store's content, for any number of handles: `createMemoryObjectStore({ shared })`. */
export function createMemoryData(): MemoryData {
  return new MemoryData()
}
