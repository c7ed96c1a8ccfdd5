import { isPlainObject, quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertExternalId, assertName, storeName } from '../../domain/names.ts'
import type { DraftRef, RunRef } from '../../domain/version.ts'

// What a store writes it must be able to read: each of these is checked before any document is made of it.

/** Characters of an operation id. */
export const OPERATION_ID_LENGTH_MAX = 128

/** Characters of the name that people know a run by. */
export const RUN_NAME_LENGTH_MAX = 512

/** Characters of a time. */
const TIME_LENGTH_MAX = 64

/** Numbers have at most ten digits in keys. */
const NUMBER_MAX = 9_999_999_999

/** Refuses with `INVALID` what is no operation id. */
export function assertOperationId(value: unknown): void {
  const fits = isText(value, OPERATION_ID_LENGTH_MAX) && value !== '' && !/\p{Cc}/u.test(value)
  if (!fits) {
    const rule = `1–${OPERATION_ID_LENGTH_MAX} characters, no control characters`
    refuse(`the operation id is ${quote(value)}`, `give each intent one of its own: ${rule}`)
  }
}

/** The same for the operation id of a part: parts are kept side by side under theirs, so that it must be a name. */
export function assertPartId(value: unknown): void {
  assertOperationId(value)
  if (storeName(String(value)) !== value) refuse(`the operation id of a part is ${quote(value)}`, 'give a UUIDv7')
}

/** Refuses with `INVALID` what is no count: a whole number from 0 to 2^53 − 1. */
export function assertCount(what: string, value: unknown): void {
  if (!isCount(value)) refuse(`${what} is ${quote(value)}`, 'give a whole number from 0 on')
}

/** Refuses with `INVALID` what is no number of a version. */
export function assertVersionNumber(n: unknown): void {
  if (!isCount(n) || n > NUMBER_MAX) refuse(`no version has the number ${quote(n)}`, 'versions count from 0')
}

/** Refuses with `INVALID` what is no number of a round. */
export function assertRoundNumber(n: unknown): void {
  if (!isCount(n) || n > NUMBER_MAX) refuse(`no draft has the round ${quote(n)}`, 'rounds count from 0')
}

/** Refuses with `INVALID` what is no time as clients write it. Nothing is decided by it, so that its form is free. */
export function assertTime(value: unknown): void {
  if (!isText(value, TIME_LENGTH_MAX)) refuse(`the time is ${quote(value)}`, 'give a text in ISO 8601, in UTC')
}

/** Refuses with `INVALID` what is neither true nor false. */
export function assertBoolean(what: string, value: unknown): void {
  if (typeof value !== 'boolean') refuse(`${what} is ${quote(value)}`, 'say true or false')
}

/** Refuses with `INVALID` what is no text. */
export function assertText(what: string, value: unknown): void {
  if (!isText(value)) refuse(`${what} is ${quote(value)}`, 'give a text of whole characters')
}

/** Refuses with `INVALID` what is no description; how long one may be, the rule of the domain says. */
export function assertDescription(value: unknown): void {
  if (value !== null) assertText('the description', value)
}

/** Refuses with `INVALID` what is neither an object nor null. */
export function assertMetadataObject(what: string, value: unknown): void {
  if (value === null) return
  if (typeof value !== 'object' || Array.isArray(value) || !isPlainObject(value)) {
    refuse(`the ${what} is ${quote(value)}`, 'give an object, or null for none')
  }
}

/** Refuses with `INVALID` a run without valid project, id and name. Returns it without anything else. */
export function assertRunRef(run: RunRef): RunRef {
  if (typeof run !== 'object' || run === null) refuse(`the run is ${quote(run)}`, 'give its project, id and name')
  assertName('project', run.project)
  assertName('run', run.id)
  if (!isText(run.name, RUN_NAME_LENGTH_MAX)) {
    refuse(`the name of a run is ${quote(run.name)}`, `give a text of at most ${RUN_NAME_LENGTH_MAX} characters`)
  }
  return { project: run.project, id: run.id, name: run.name }
}

/** The same where there may be none. */
export function assertRunOrNone(run: RunRef | null): RunRef | null {
  return run === null ? null : assertRunRef(run)
}

/** Refuses with `INVALID` what is no round of a draft. */
export function assertDraftRef(draft: DraftRef | null): void {
  if (draft === null) return
  if (typeof draft !== 'object') refuse(`the draft is ${quote(draft)}`, 'give its id and round')
  assertExternalId(draft.id)
  assertRoundNumber(draft.round)
}

/** Refuses with `INVALID` what is none of these. */
export function assertOneOf(what: string, value: unknown, choices: readonly string[]): void {
  if (typeof value === 'string' && choices.includes(value)) return
  refuse(`${what} is ${quote(value)}`, `say ${choices.join(' or ')}`)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isText(value: unknown, charactersMax = Number.POSITIVE_INFINITY): value is string {
  return typeof value === 'string' && value.length <= charactersMax && value.isWellFormed()
}

function refuse(detail: string, next: string): never {
  throw new LadingError('INVALID', { detail, next })
}
