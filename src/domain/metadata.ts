import { canonicalJson, enter, isPlainObject, refusal, startWalk } from './canonical-json.ts'
import type { Walk } from './canonical-json.ts'
import { LadingError } from './errors.ts'

/** What JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What users note about a version or a run: a JSON object with at least one member. */
export type Metadata = { readonly [key: string]: Json }

/** Size of encoded metadata, in bytes of UTF-8. */
export const METADATA_BYTES_MAX = 1024 * 1024

/**
 * A frozen copy of what a user gave as metadata; null for none: undefined, null or `{}`.
 *
 * - As JSON does it: members that are undefined are dropped, undefined in an array is null, NaN is null, -0 is 0, and
 *   `toJSON` is asked (a Date becomes a string).
 * - `INVALID`, with the path to it: Infinity, functions, symbols, bigints, unpaired surrogates, cycles, objects of a class
 *   without `toJSON`, and nesting beyond `JSON_DEPTH_MAX`. So are anything but an object, and more than
 *   `METADATA_BYTES_MAX`.
 * - A member named `__proto__` is a member like any other.
 */
export function normaliseMetadata(value: unknown, what = 'metadata'): Metadata | null {
  if (value === undefined || value === null) return null
  const copying: Copying = { walk: startWalk(what), bytesLeft: METADATA_BYTES_MAX }
  const copy = copyValue(value, '', copying)
  if (typeof copy !== 'object' || copy === null || isArray(copy)) throw refusal(copying.walk, 'is no object')
  if (new TextEncoder().encode(canonicalJson(copy)).length > METADATA_BYTES_MAX) throw tooLarge()
  return Object.keys(copy).length === 0 ? null : copy
}

/** Whether two metadata say the same; the order of members means nothing. */
export function sameMetadata(a: Metadata | null, b: Metadata | null): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

interface Copying {
  readonly walk: Walk
  /** What the copy may still take at the least: a small object that contains itself often, without a cycle, ends too. */
  bytesLeft: number
}

function copyValue(value: unknown, key: string, copying: Copying): Json | undefined {
  const plain = hasToJson(value) ? value.toJSON(key) : value
  switch (typeof plain) {
    case 'undefined':
      return undefined
    case 'string':
      return copyString(plain, copying)
    case 'number':
      return copyNumber(plain, copying)
    case 'boolean':
      spend(copying, 1)
      return plain
    case 'object':
      if (plain === null) return null
      return Array.isArray(plain) ? copyArray(plain, copying) : copyObject(plain, copying)
    default:
      throw refusal(copying.walk, `is a ${typeof plain}`)
  }
}

function copyString(text: string, copying: Copying): string {
  if (!text.isWellFormed()) throw refusal(copying.walk, 'holds an unpaired surrogate')
  spend(copying, text.length)
  return text
}

function copyNumber(value: number, copying: Copying): number | null {
  spend(copying, 1)
  if (Number.isNaN(value)) return null
  if (!Number.isFinite(value)) throw refusal(copying.walk, `is ${value}`)
  return value === 0 ? 0 : value
}

function copyArray(list: readonly unknown[], copying: Copying): Json {
  const { walk } = copying
  enter(walk, list)
  const copy: Json[] = []
  for (let index = 0; index < list.length; index++) {
    spend(copying, 1)
    walk.path.push(index)
    copy.push(copyValue(list[index], String(index), copying) ?? null)
    walk.path.pop()
  }
  walk.open.pop()
  return Object.freeze(copy)
}

function copyObject(value: object, copying: Copying): Json {
  const { walk } = copying
  if (!isPlainObject(value)) throw refusal(walk, 'is an object of a class, without toJSON')
  enter(walk, value)
  const members: [string, Json][] = []
  for (const key of Object.keys(value)) {
    walk.path.push(key)
    const member = copyValue(value[key], key, copying)
    if (member !== undefined) members.push([copyString(key, copying), member])
    walk.path.pop()
  }
  walk.open.pop()
  // Defines members instead of assigning them: `__proto__` stays data.
  return Object.freeze(Object.fromEntries(members))
}

function spend(copying: Copying, bytes: number): void {
  copying.bytesLeft -= bytes
  if (copying.bytesLeft < 0) throw tooLarge()
}

function hasToJson(value: unknown): value is { toJSON(key: string): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
}

/** `Array.isArray` does not narrow a readonly array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function tooLarge(): LadingError {
  return new LadingError('INVALID', {
    detail: `metadata has more than ${METADATA_BYTES_MAX} bytes as JSON`,
    next: 'add what is large as a file of the artifact',
  })
}
