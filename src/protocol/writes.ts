import { isLadingError } from '../domain/errors.ts'

/**
 * Sends one conditional write and says what came of it: its answer; `unknown`: it may have landed, so look, never
 * guess; or `not now`: it has not landed, and may be sent again. Errors that a repetition cannot cure are thrown.
 */
export async function attempt<T>(write: () => Promise<T>): Promise<T | 'unknown' | 'not now'> {
  try {
    return await write()
  } catch (error) {
    if (isLadingError(error, 'UNKNOWN_OUTCOME')) return 'unknown'
    if (isLadingError(error, 'UNAVAILABLE') && error.retry !== 'never') return 'not now'
    throw error
  }
}

/** Whether an answer of `attempt` leaves the write to be sent again. */
export function isUnanswered<T>(answer: T | 'unknown' | 'not now'): answer is 'unknown' | 'not now' {
  return answer === 'unknown' || answer === 'not now'
}
