import { LadingError, isLadingError } from '../../domain/errors.ts'
import type { ErrorCode } from '../../domain/errors.ts'
import type { CallOptions } from '../call.ts'

/** One call of a port, as its errors name it. */
export interface GatedCall {
  readonly operation: string
  /** What an error means that the adapter did not name: `UNAVAILABLE` of a reading, `UNKNOWN_OUTCOME` of a write. */
  readonly foreign: Extract<ErrorCode, 'UNAVAILABLE' | 'UNKNOWN_OUTCOME'>
  readonly signal: AbortSignal | undefined
  /** Errors of the caller's own sources and sinks. They come back to him as they are. */
  readonly callerErrors?: ReadonlySet<unknown>
}

/** The door of a facade: nothing passes once it is closed, and every error leaves it as one of ours. */
export interface CallGate {
  /**
   * Runs a call of the adapter.
   *
   * Rejects `CLOSED` after `close`, `ABORTED` when the signal fired. Names operation and adapter in every error.
   */
  run<T>(call: GatedCall, body: () => Promise<T>): Promise<T>
  /**
   * Lets nothing in any more, waits for the calls under way, then runs `release` once, however often it is called. Rejects
   * as that does, each time; what it does not name is `UNAVAILABLE`.
   */
  close(release: () => Promise<void>): Promise<void>
}

const CLOSE: GatedCall = { operation: 'close', foreign: 'UNAVAILABLE', signal: undefined }

/** A gate in front of the adapter of this name. */
export function createCallGate(adapter: string): CallGate {
  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | null = null

  return {
    async run(call, body) {
      if (closing) throw closed(call, adapter)
      const running = settle(call, adapter, body)
      underWay.add(running)
      try {
        return await running
      } finally {
        underWay.delete(running)
      }
    },
    close(release) {
      closing ??= Promise.allSettled(underWay).then(() => settle(CLOSE, adapter, release))
      return closing
    },
  }
}

/** Rejects `ABORTED` once the signal has fired. */
export function throwIfAborted({ signal }: CallOptions): void {
  if (signal?.aborted) throw aborted(signal.reason)
}

async function settle<T>(call: GatedCall, adapter: string, body: () => Promise<T>): Promise<T> {
  try {
    throwIfAborted(call)
    return await body()
  } catch (error) {
    throw named(error, call, adapter)
  }
}

function named(error: unknown, call: GatedCall, adapter: string): unknown {
  const { operation, foreign, signal } = call
  const origin = foreignOrigin(error, call)
  if (origin === null && isLadingError(error)) return error.with({ operation, adapter })
  if (signal?.aborted) return aborted(error).with({ operation, adapter })
  if (origin !== null) return origin
  const detail = error instanceof Error ? error.message : String(error)
  return new LadingError(foreign, { operation, adapter, detail, next: 'see the cause, then try again', cause: error })
}

/** What the caller's own source or sink threw, behind whatever was put around it; null if it is an error of ours. */
function foreignOrigin(error: unknown, { callerErrors }: GatedCall): unknown {
  for (let cause = error; ; cause = cause.cause) {
    if (callerErrors?.has(cause)) return isLadingError(cause) ? null : cause
    if (!(cause instanceof Error)) return null
  }
}

function aborted(cause: unknown): LadingError {
  return new LadingError('ABORTED', { detail: 'the signal fired', cause })
}

function closed({ operation }: GatedCall, adapter: string): LadingError {
  return new LadingError('CLOSED', { operation, adapter, detail: 'the store was closed', next: 'open it again' })
}
