import { isLadingError } from '../../src/domain/errors.ts'
import type { LadingError } from '../../src/domain/errors.ts'

/** The error of ours that some work ends with. Anything else it throws is thrown on. */
export async function failureOf(work: Promise<unknown>): Promise<LadingError> {
  try {
    await work
  } catch (error) {
    if (isLadingError(error)) return error
    throw error
  }
  throw new Error('it succeeded')
}
