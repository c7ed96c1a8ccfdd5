/** Time. Nothing that must be right depends on `now`; only blob collection knows time, by `monotonicMs`. */
export interface Clock {
  /** ISO 8601 in UTC, with milliseconds. */
  now(): string
  /** Milliseconds that only grow, from an arbitrary start. */
  monotonicMs(): number
  /** Waits, or rejects `ABORTED` when the signal fires first. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
}

/** Identifiers and chance. */
export interface Ids {
  /** An operation or run id: unique, and greater than every earlier one of this process (UUIDv7). */
  next(): string
  /** At least 0, less than 1: for back-off with jitter. */
  random(): number
}
