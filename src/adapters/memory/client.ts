import type { BatchCommit } from '../../ports/object-store.ts'

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
  /** Grows by one with every write, so no state ever has the generation of another. */
  generation = 0
  /** In order; those of removed objects too, once history is kept. */
  readonly #keys: string[] = []
  readonly #states = new Map<string, State[]>()
  readonly #titles = new Map<number, string>()
  #historyFrom: number | null = null

  /** From now on every state is kept, and every write has a title. */
  keepHistory(): void {
    this.#historyFrom ??= this.generation
  }

  /** Whether the state of the whole store at this generation is known. */
  remembers(generation: number): boolean {
    return this.#historyFrom !== null && generation >= this.#historyFrom && generation <= this.generation
  }

  /** An object as it was at a generation, now if none is given; null when there was none. */
  object(key: string, at = this.generation): MemoryObject | null {
    const state = this.#states.get(key)?.findLast(({ generation }) => generation <= at)
    return state?.bytes ? { generation: state.generation, bytes: state.bytes } : null
  }

  /** Applies all changes at once, as one new generation, and returns it. The bytes must not change any more. */
  write(changes: readonly Change[], title: string): number {
    const generation = ++this.generation
    if (this.#historyFrom !== null) this.#titles.set(generation, title)
    for (const [key, bytes] of changes) this.#setState(key, { generation, bytes })
    return generation
  }

  /** The first key at or after `from` of which there was an object at this generation, or null. */
  seek(from: string, at: number): string | null {
    for (let index = this.#lowerBound(from); index < this.#keys.length; index++) {
      const key = this.#keys[index]!
      if (this.object(key, at)) return key
    }
    return null
  }

  /** The commits after a generation, newest first. */
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
      if (!states) this.#keys.splice(this.#lowerBound(key), 0, key)
      this.#states.set(key, [state])
    } else if (states) {
      this.#keys.splice(this.#lowerBound(key), 1)
      this.#states.delete(key)
    }
  }

  /** The index of the first key that is not before `key`. */
  #lowerBound(key: string): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#keys[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** An empty store's content, for any number of handles: `createMemoryObjectStore({ shared })`. */
export function createMemoryData(): MemoryData {
  return new MemoryData()
}
