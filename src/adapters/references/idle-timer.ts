import type { CallOptions } from '../../ports/call.ts'

/** Stops a conversation when the other side is silent for too long, or the caller's signal fires. */
export class IdleTimer {
  readonly timeoutMs: number
  /** Fires when time is over, when the caller's signal does, and when the conversation is stopped. */
  readonly signal: AbortSignal
  readonly #stop = new AbortController()
  #isOver = false

  constructor(timeoutMs: number, { signal }: CallOptions) {
    this.timeoutMs = timeoutMs
    this.signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal
  }

  /** Whether the other side was silent for too long. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Waits for the other side; time counts only meanwhile. What listens to `signal` rejects when it is over. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#isOver = true
      this.stop()
    }, this.timeoutMs)
    try {
      return await call()
    } finally {
      clearTimeout(timer)
    }
  }

  /** Lets go of the connection, whatever is still to come on it. */
  stop(): void {
    this.#stop.abort()
  }
}
