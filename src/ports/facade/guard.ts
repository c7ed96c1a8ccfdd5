import { LadingError, isLadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../call.ts'

/** One request to a driver, as it was answered or refused. */
export interface ObservedRequest {
  /** The driver's method: `get`, `publish`, `batch.commit`. */
  readonly operation: string
  /** Its key or prefix; the first of several; empty where there is none. */
  readonly key: string
  /** Bytes of the body that was sent, or of the answer, where they are known. */
  readonly bytes?: number
}

/** A call as the guard sees it. */
export interface GuardedCall<T> {
  readonly operation: string
  readonly key: string
  readonly options: CallOptions
  /** What an error means that the driver did not name: a failed read changed nothing, a failed write may have. */
  readonly failure: 'UNAVAILABLE' | 'UNKNOWN_OUTCOME'
  /** The capability that the call needs, and whether it is there. */
  readonly requires?: readonly [capability: string, present: boolean]
  /** Throws `INVALID` for arguments that a driver must not see. */
  check?(): void
  /** Bytes that travelled; undefined where it is not known. Absent on calls that are no request of their own. */
  bytes?(answer: T | undefined): number | undefined
}

/** Does once, for every method of a store, what drivers need not: lifetime, signals, capabilities, errors, events. */
export class Guard {
  readonly #adapter: string
  readonly #observe: (request: ObservedRequest) => void
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #resources = new Set<() => Promise<void>>()
  #closing: Promise<void> | null = null

  constructor(adapter: string, observe: (request: ObservedRequest) => void = () => {}) {
    this.#adapter = adapter
    this.#observe = observe
  }

  /** Sends a call unless it must be refused: `CLOSED`, `ABORTED`, `UNSUPPORTED` or `INVALID`, in this order. */
  async call<T>(call: GuardedCall<T>, send: () => Promise<T>): Promise<T> {
    try {
      this.#admit(call)
    } catch (error) {
      throw this.#explain(error, call)
    }
    return this.track(() => this.#send(call, send))
  }

  /** Runs something that `close` waits for. */
  async track<T>(run: () => Promise<T>): Promise<T> {
    const running = run()
    this.#underWay.add(running)
    try {
      return await running
    } finally {
      this.#underWay.delete(running)
    }
  }

  /** Remembers what must be released before the driver is closed; call the answer once that has happened. */
  hold(release: () => Promise<void>): () => void {
    this.#resources.add(release)
    return () => this.#resources.delete(release)
  }

  /** Refuses new calls, waits for those under way, releases what is held, then closes the driver. Idempotent. */
  close(closeDriver: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(closeDriver)
    return this.#closing
  }

  async #close(closeDriver: () => Promise<void>): Promise<void> {
    await Promise.allSettled(this.#underWay)
    const releases = await Promise.allSettled([...this.#resources].map((release) => release()))
    const call = { operation: 'close', key: '', options: {}, failure: 'UNAVAILABLE' } as const
    await this.#send(call, closeDriver)
    const failed = releases.find((result) => result.status === 'rejected')
    if (failed) throw this.#explain(failed.reason, call)
  }

  #admit<T>({ options, requires, check }: GuardedCall<T>): void {
    if (this.#closing) throw new LadingError('CLOSED', { detail: 'the store was closed', next: 'open it again' })
    if (options.signal?.aborted) throw abortedBy(options.signal)
    if (requires && !requires[1]) {
      throw new LadingError('UNSUPPORTED', { detail: `this store has no ${requires[0]}`, next: 'see its capabilities' })
    }
    check?.()
  }

  async #send<T>(call: GuardedCall<T>, send: () => Promise<T>): Promise<T> {
    let answer: T | undefined
    try {
      answer = await send()
      return answer
    } catch (error) {
      throw this.#explain(error, call)
    } finally {
      if (call.bytes) this.#report(call, call.bytes(answer))
    }
  }

  #report<T>({ operation, key }: GuardedCall<T>, bytes: number | undefined): void {
    this.#observe(bytes === undefined ? { operation, key } : { operation, key, bytes })
  }

  #explain<T>(error: unknown, { operation, key, options, failure }: GuardedCall<T>): LadingError {
    const context = { operation, adapter: this.#adapter, ...(key === '' ? {} : { key }) }
    if (isLadingError(error)) return error.with(context)
    if (options.signal?.aborted) return abortedBy(options.signal, error).with(context)
    const detail = `the store failed: ${error instanceof Error ? error.message : String(error)}`
    return new LadingError(failure, { ...context, detail, cause: error })
  }
}

function abortedBy(signal: AbortSignal, cause: unknown = signal.reason): LadingError {
  return new LadingError('ABORTED', { detail: "the caller's signal fired", cause })
}
