import { quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import { descriptionRefusal, refusalError } from '../../domain/limits.ts'
import { nearest, withMeant } from '../../domain/nearest.ts'
import { RUN_NAME_LENGTH_MAX } from '../../ports/facade/value-checks.ts'

/** Returns a description; `INVALID` unless it is a string of at most `DESCRIPTION_BYTES_MAX` bytes of UTF-8. */
export function assertDescription(value: unknown): string {
  if (typeof value !== 'string') throw invalid(`the description is ${quote(value)}`, 'give a string')
  if (!value.isWellFormed()) throw invalid('the description holds an unpaired surrogate', 'give whole characters')
  const refusal = descriptionRefusal(value)
  if (refusal) throw refusalError(refusal)
  return value
}

/** Returns what people call a run; `INVALID` unless it has 1 to `RUN_NAME_LENGTH_MAX` characters, none a control character. */
export function assertRunName(value: unknown): string {
  const isName = typeof value === 'string' && value !== '' && value.length <= RUN_NAME_LENGTH_MAX
  if (isName && value.isWellFormed() && !/\p{Cc}/u.test(value)) return value
  const rule = `1–${RUN_NAME_LENGTH_MAX} characters, no control character and no unpaired surrogate`
  throw invalid(`name of a run ${quote(value)} must have ${rule}`, 'choose another')
}

/** Returns a path on the user's disk; `INVALID` unless it is a string that is not empty. Looks at no disk. */
export function assertDiskPath(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`path on disk is ${quote(value)}`, 'give the path of a file or folder')
}

/** Returns a list of patterns; `INVALID` unless one, or each of an array, is a string that is not empty. */
export function assertPatterns(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? [...value] : [value]
  if (list.every((pattern): pattern is string => typeof pattern === 'string' && pattern !== '')) return list
  throw invalid(`patterns are ${quote(value)}`, 'give a pattern such as "*.txt", or an array of them')
}

/** The keys of options but `signal`; with one left out it is the name of that one, which is no list. */
type AllKeys<T, K extends readonly unknown[]> =
  Exclude<keyof T, K[number] | 'signal'> extends never ? readonly unknown[] : Exclude<keyof T, K[number] | 'signal'>

/**
 * Returns the options of a call. `INVALID` unless they are an object that has no other keys than `known` and `signal`,
 * `signal` an AbortSignal and `onProgress` a function, where they are given: else the mistake would show when the work is
 * half done, or never.
 */
export function assertOptions<T extends object, const K extends readonly (keyof T)[]>(
  options: T,
  known: K & AllKeys<T, K>,
): T {
  const given: unknown = options
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`the options are ${quote(given)}`, 'give an object such as { aliases: [...] }, or leave them out')
  }
  const { signal, onProgress } = given as { signal?: unknown; onProgress?: unknown }
  if (signal !== undefined && !isSignal(signal)) {
    throw invalid(`the signal is ${quote(signal)}`, 'give the `signal` of an AbortController')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw invalid(`onProgress is ${quote(onProgress)}`, 'give a function')
  }
  assertKnown(given, ['signal', ...known] as readonly string[])
  return options
}

/** What is undefined says nothing, whatever it is called. */
function assertKnown(given: object, known: readonly string[]): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || known.includes(key)) continue
    const next = withMeant(nearest(key, known), `this call takes ${known.join(', ')}`)
    throw invalid(`there is no option ${quote(key)}`, next)
  }
}

/** Not `instanceof`: a signal may come from another realm, as those of test runners do. */
function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { aborted, addEventListener } = value as { aborted?: unknown; addEventListener?: unknown }
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
