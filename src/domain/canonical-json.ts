import { LadingError } from './errors.ts'

/** How deep a document may be nested: far beyond any sane one, and safely within the stack. */
export const JSON_DEPTH_MAX = 500

/** Characters of a value that a message shows. */
const QUOTE_CHARACTERS_MAX = 80

/**
 * The bytes of a stored document: canonical JSON in UTF-8. The same value always makes the same bytes.
 *
 * - Keys are sorted by Unicode code point, which is the order of their UTF-8 bytes, as Trackio's orjson sorts them.
 *   RFC 8785 sorts by UTF-16 code unit instead; the two differ only where a key beyond U+FFFF meets one from
 *   U+E000 to U+FFFF. Numbers and strings are written as RFC 8785 writes them, without white space.
 * - Whatever JSON cannot carry is `INVALID`, with the path to it, before anything is written: NaN, Infinity,
 *   undefined, functions, symbols, bigints, unpaired surrogates, cycles, objects of a class, nesting beyond
 *   `JSON_DEPTH_MAX`. `toJSON` is not asked.
 */
export function encodeDocument(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value))
}

/** What the bytes of a document say; `CORRUPT`, naming `key`, when they are not JSON in UTF-8. */
export function decodeDocument(bytes: Uint8Array, { key }: { readonly key: string }): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown
  } catch (cause) {
    throw new LadingError('CORRUPT', {
      key,
      detail: `${bytes.length} bytes that are not JSON in UTF-8`,
      next: 'restore it from a backup',
      cause,
    })
  }
}

/** The text that `encodeDocument` encodes. */
export function canonicalJson(value: unknown): string {
  return write(value, startWalk('$'))
}

/**
 * What frozen objects of plain values were written as, for documents that follow each other share many of them; null for
 * frozen ones that hold more, which are written each time.
 */
const frozenTexts = new WeakMap<object, string | null>()

/** Orders strings by Unicode code point, which is the order of their UTF-8 bytes. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** A value as messages show it: strings in quotes and shortened, containers by their kind. */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > QUOTE_CHARACTERS_MAX ? `${value.slice(0, QUOTE_CHARACTERS_MAX)}…` : value)
  }
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}

/** Where a walk through a value is. */
export interface Walk {
  /** What messages call the value itself. */
  readonly root: string
  /** Keys and indexes from the root to where the walk is; whoever walks pushes and pops them. */
  readonly path: (string | number)[]
  /** The containers that the walk is in. */
  readonly open: object[]
}

/** A walk that begins at a value which messages call `root`. */
export function startWalk(root: string): Walk {
  return { root, path: [], open: [] }
}

/** Steps into a container: `INVALID` on a cycle, or beyond `JSON_DEPTH_MAX`. Ends with `walk.open.pop()`. */
export function enter(walk: Walk, container: object): void {
  if (walk.open.includes(container)) throw refusal(walk, 'contains itself')
  if (walk.open.length >= JSON_DEPTH_MAX) throw refusal(walk, `is nested deeper than ${JSON_DEPTH_MAX}`)
  walk.open.push(container)
}

/** The error that the value where the walk is cannot be JSON. */
export function refusal(walk: Walk, detail: string): LadingError {
  return new LadingError('INVALID', {
    detail: `${formatPath(walk)} ${detail}`,
    next: 'only what JSON can carry is stored',
  })
}

/** Whether an object, which is no array, is a record of members and not of a class. One of another realm is. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function write(value: unknown, walk: Walk): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, walk)
    case 'number':
      if (!Number.isFinite(value)) throw refusal(walk, `is ${value}`)
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? writeArray(value, walk) : writeObject(value, walk)
    default:
      throw refusal(walk, `is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}`)
  }
}

function writeString(text: string, walk: Walk): string {
  if (!text.isWellFormed()) throw refusal(walk, 'holds an unpaired surrogate')
  return JSON.stringify(text)
}

function writeArray(list: readonly unknown[], walk: Walk): string {
  enter(walk, list)
  let text = '['
  for (let index = 0; index < list.length; index++) {
    walk.path.push(index)
    text += (index > 0 ? ',' : '') + write(list[index], walk)
    walk.path.pop()
  }
  walk.open.pop()
  return `${text}]`
}

function writeObject(value: object, walk: Walk): string {
  if (!isPlainObject(value)) throw refusal(walk, 'is an object of a class')
  enter(walk, value)
  const known = frozenTexts.get(value)
  const text = known ?? writeMembers(value, walk)
  walk.open.pop()
  if (known === undefined && Object.isFrozen(value)) frozenTexts.set(value, isLeaf(value) ? text : null)
  return text
}

function writeMembers(value: Readonly<Record<string, unknown>>, walk: Walk): string {
  let text = '{'
  for (const key of Object.keys(value).sort(compareCodePoints)) {
    walk.path.push(key)
    text += `${text.length > 1 ? ',' : ''}${writeString(key, walk)}:${write(value[key], walk)}`
    walk.path.pop()
  }
  return `${text}}`
}

/** An object of nothing but plain values, if frozen, is always written alike; one with accessors may not be. */
function isLeaf(value: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(value)).every((member) => {
    return 'value' in member && (typeof member.value !== 'object' || member.value === null)
  })
}

/** Surrogates stand for code points beyond U+FFFF, but their units lie below U+E000. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

function formatPath({ root, path }: Walk): string {
  const shown = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${quote(step)}]`
  })
  return root + (shown.length > 20 ? [...shown.slice(0, 10), '…', ...shown.slice(-10)] : shown).join('')
}
