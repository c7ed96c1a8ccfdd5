import { performance } from 'node:perf_hooks'
import { setTimeout as pauseFor } from 'node:timers/promises'
import { LadingError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/environment.ts'

/** The clock of this machine. */
export const systemClock: Clock = Object.freeze({
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
  async pause(ms: number, signal?: AbortSignal) {
    try {
      await pauseFor(ms, undefined, { signal })
    } catch (cause) {
      throw new LadingError('ABORTED', {
        detail: 'the call was stopped',
        next: 'call it again when it is wanted',
        cause,
      })
    }
  },
})
