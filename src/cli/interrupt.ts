import { EXIT } from './exit-codes.ts'

/**
 * A signal that fires on the first Ctrl-C, so that the work under way stops cleanly. The second Ctrl-C ends the
 * process at once; what a killed process leaves behind, the store puts right by itself.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController()
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
    controller.abort()
  })
  return controller.signal
}
