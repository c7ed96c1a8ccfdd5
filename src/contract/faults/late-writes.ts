import type { Random } from '../random.ts'

/** A late write lands before one of this many calls that follow it. */
const CALLS_MAX = 12

interface LateWrite {
  readonly due: number
  readonly land: () => Promise<unknown>
}

/** Writes whose callers have gone, and that are still on their way. */
export class LateWrites {
  readonly #random: Random
  readonly #when: 'by chance' | 'when settled'
  #calls = 0
  #pending: LateWrite[] = []

  constructor(random: Random, when: 'by chance' | 'when settled') {
    this.#random = random
    this.#when = when
  }

  /** Takes a write that is to land later. */
  add(land: () => Promise<unknown>): void {
    const due = this.#when === 'when settled' ? Infinity : this.#calls + 1 + this.#random.below(CALLS_MAX)
    this.#pending.push({ due, land })
  }

  /** Counts a call, and lands what is due before it. */
  async beforeCall(): Promise<void> {
    const now = ++this.#calls
    await this.#land(({ due }) => due <= now)
  }

  /** Lands everything, in the order in which it was sent. */
  async settle(): Promise<void> {
    await this.#land(() => true)
  }

  async #land(isDue: (write: LateWrite) => boolean): Promise<void> {
    const due = this.#pending.filter(isDue)
    if (due.length === 0) return
    this.#pending = this.#pending.filter((write) => !isDue(write))
    // Whatever becomes of it, its caller was told that nobody knows.
    for (const { land } of due) await Promise.allSettled([land()])
  }
}
