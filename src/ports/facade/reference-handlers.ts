import { quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import type { ReferenceHandler } from '../reference-handler.ts'

/** A scheme of a URI in lower case: https://www.rfc-editor.org/rfc/rfc3986#section-3.1 */
const SCHEME = /^[a-z][a-z0-9+.-]*$/

/** Returns the handlers of references; anything else is `INVALID`, saying what is wrong. */
export function assertReferenceHandlers(value: unknown): readonly ReferenceHandler[] {
  if (!Array.isArray(value)) throw invalid(`the handlers of references are ${quote(value)}`, 'give an array of them')
  return Array.from(value, assertHandler)
}

function assertHandler(value: Partial<ReferenceHandler> | null): ReferenceHandler {
  const { schemes, read } = value ?? {}
  if (typeof read !== 'function' || !Array.isArray(schemes)) {
    throw invalid(`a handler of references is ${quote(value)}`, 'give an object with `schemes` and `read`')
  }
  const wrong = schemes.find((scheme: unknown) => typeof scheme !== 'string' || !SCHEME.test(scheme))
  if (wrong === undefined && !schemes.includes(undefined)) return value as ReferenceHandler
  throw invalid(`the scheme of a handler is ${quote(wrong)}`, 'write it in lower case, without the colon: `https`')
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
