/** Keys of one block, beyond which it is split in two. */
const BLOCK_MAX = 1_024

/**
 * A set of keys in the order of their UTF-16 units. Adding and deleting cost about the same however many there are,
 * because the keys lie in blocks.
 */
export class SortedKeys {
  /** None is empty, all are in order. */
  readonly #blocks: string[][] = []

  /** Adds a key that is not there. */
  add(key: string): void {
    const index = Math.max(0, this.#blockOf(key))
    const block = (this.#blocks[index] ??= [])
    block.splice(lowerBound(block, key), 0, key)
    if (block.length > BLOCK_MAX) this.#blocks.splice(index + 1, 0, block.splice(BLOCK_MAX / 2))
  }

  /** Deletes a key that is there. */
  delete(key: string): void {
    const index = this.#blockOf(key)
    const block = this.#blocks[index]!
    block.splice(lowerBound(block, key), 1)
    if (block.length === 0) this.#blocks.splice(index, 1)
  }

  /** The keys that are not before `from`. Nothing may be added or deleted meanwhile. */
  *from(from: string): Generator<string> {
    const first = Math.max(0, this.#blockOf(from))
    for (let index = first; index < this.#blocks.length; index++) {
      const block = this.#blocks[index]!
      for (let at = index === first ? lowerBound(block, from) : 0; at < block.length; at++) yield block[at]!
    }
  }

  /** The index of the last block that begins at or before `key`; -1 when there is none. */
  #blockOf(key: string): number {
    let [low, high] = [0, this.#blocks.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#blocks[middle]![0]! <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

/** The index of the first key that is not before `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
