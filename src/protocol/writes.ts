import { isLadingError } from '../domain/errors.ts'

/**
 * Sends one conditional write and says what came of it: its answer, or `unknown`: look, never guess.
 *
 * An answer that leaves the outcome open, and one that says "not now", are both `unknown`: the caller reads back and
 * sends the same write again. Errors that a repetition cannot cure are thrown.
 */
export async function attempt<T>(write: () => Promise<T>): Promise<T | 'unknown'> {
  try {
    return await write()
  } catch (error) {
    if (isLadingError(error, 'UNKNOWN_OUTCOME')) return 'unknown'
    if (isLadingError(error, 'UNAVAILABLE') && error.retry !== 'never') return 'unknown'
    throw error
  }
}
