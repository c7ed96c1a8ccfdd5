import { throwIfAborted } from '../ports/facade/call-gate.ts'
import type { ObjectStore } from '../ports/object-store.ts'

/** How much is under way at once, and what stops it. */
export interface ConcurrencyOptions {
  /** At least 1. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
}

/**
 * Runs a task for each item, at most `limit` at once, begun in their order.
 *
 * After the first failure, or when the signal fires, no task begins and the signal given to the tasks fires. What has
 * begun settles before this rejects with the first error.
 */
export async function forEachConcurrently<T>(
  items: readonly T[],
  { limit, signal: outer }: ConcurrencyOptions,
  task: (item: T, options: { readonly signal: AbortSignal }, index: number) => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const signal = outer ? AbortSignal.any([outer, stop.signal]) : stop.signal
  const failures: unknown[] = []
  const left = items.entries()

  async function work(): Promise<void> {
    // All workers draw from one iterator: an item goes to one of them.
    for (const [index, item] of left) {
      if (signal.aborted) return
      try {
        await task(item, { signal }, index)
      } catch (error) {
        failures.push(error)
        stop.abort(error)
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
  throwIfAborted({ signal: outer })
}

/** The answers of a task for each item, in their order; at most as many at once as the store has use for. */
export async function mapConcurrently<T, R>(
  { capabilities }: ObjectStore,
  items: readonly T[],
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = []
  const options = { limit: capabilities.concurrency, signal: undefined }
  await forEachConcurrently(items, options, async (item, _options, index) => {
    answers[index] = await task(item)
  })
  return answers
}
