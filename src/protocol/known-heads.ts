import { encodeDocument } from '../domain/canonical-json.ts'
import type { Head } from '../domain/head.ts'
import { BoundedMap } from './bounded-map.ts'
import { parseHead } from './schemas.ts'

/** Heads that are remembered. */
const HEADS_MAX = 256
/** A larger head is not remembered, so that all of them together stay within 16 MiB. */
const BYTES_MAX = 64 * 1024

interface Known {
  readonly bytes: Uint8Array
  readonly head: Head
}

/**
 * Parses and encodes heads. The bytes that were parsed or encoded last for a key cost a comparison to parse again: a
 * writer reads back what it wrote, in the most frequent case. Heads are frozen, because several callers get the same one.
 */
export class KnownHeads {
  readonly #known = new BoundedMap<string, Known>(HEADS_MAX)

  /** The head that these bytes are. `CORRUPT` when they are none. */
  parse(bytes: Uint8Array, key: string): Head {
    const known = this.#known.get(key)
    if (known && Buffer.compare(known.bytes, bytes) === 0) return known.head
    const head = parseHead(bytes, key)
    this.#remember(key, { bytes, head })
    return head
  }

  /** The bytes of a head that is about to be written. */
  encode(head: Head, key: string): Uint8Array {
    const bytes = encodeDocument(head)
    this.#remember(key, { bytes, head: { ...head, aliases: inOrder(head.aliases) } })
    return bytes
  }

  #remember(key: string, known: Known): void {
    freezeDeep(known.head)
    if (known.bytes.length > BYTES_MAX) this.#known.delete(key)
    else this.#known.set(key, known)
  }
}

/** In the order in which the document has them: whoever reads it anew must not see them in another. */
function inOrder(aliases: Head['aliases']): Head['aliases'] {
  return Object.fromEntries(Object.entries(aliases).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What is frozen is so with all in it: heads share most of their parts with those before them. */
function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) freezeDeep(part)
}
