import { LadingError } from '../domain/errors.ts'
import type { Clock, Ids } from '../ports/environment.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Registers } from './register.ts'

/** What every part of the protocol works with. */
export interface ProtocolContext {
  readonly objects: ObjectStore
  readonly registers: Registers
  readonly clock: Clock
  readonly ids: Ids
}

/** Tries before an operation gives up, with pauses that grow to `PAUSE_MS_MAX`: about a minute under contention. */
const ATTEMPTS_MAX = 120
const PAUSE_MS_MAX = 1_000

/**
 * Repeats a step until it has an answer: `at once`, or `again` after a pause with back-off and jitter.
 *
 * `signal` is asked before each pause: what must not be stopped any more has none. Rejects `UNAVAILABLE` when the store
 * does not let it through, `ABORTED` when the signal fires in a pause.
 */
export async function repeatUntilKnown<T>(
  { clock, ids }: Pick<ProtocolContext, 'clock' | 'ids'>,
  step: () => Promise<T | 'again' | 'at once'>,
  signal: () => AbortSignal | undefined = () => undefined,
): Promise<T> {
  for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts++) {
    const answer = await step()
    if (answer === 'again') await clock.pause(pauseMs(attempts, ids.random()), signal())
    else if (answer !== 'at once') return answer
  }
  throw new LadingError('UNAVAILABLE', {
    detail: `no definite answer in ${ATTEMPTS_MAX} tries`,
    next: 'try again when the store is less busy',
  })
}

/** Grows exponentially, with full jitter so that writers which met once do not meet again. */
function pauseMs(attempts: number, random: number): number {
  return random * Math.min(PAUSE_MS_MAX, 2 ** Math.min(attempts, 10))
}
