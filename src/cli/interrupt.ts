import { EXIT } from './exit-codes.ts'

/** Ctrl-C, a scheduler that takes the machine away, and a terminal that closes. */
const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * A signal that fires on the first interrupt, so that the work under way stops cleanly. The second one ends the
 * process at once, but not a second SIGHUP: a terminal that closes may send several. What a killed process leaves
 * behind, the store puts right by itself.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController()
  for (const interrupt of INTERRUPTS) {
    process.on(interrupt, () => {
      if (controller.signal.aborted && interrupt !== 'SIGHUP') process.exit(EXIT.interrupted)
      controller.abort()
    })
  }
  return controller.signal
}
