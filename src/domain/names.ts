import { quote } from './canonical-json.ts'
import { sha256 } from './digest.ts'
import { LadingError } from './errors.ts'
import { ALIASES_MAX } from './limits.ts'

/** What follows the name rule. */
export type NameKind = 'project' | 'artifact' | 'alias' | 'run'

/** Characters of a name. */
export const NAME_LENGTH_MAX = 128

/** Characters of a type. */
export const TYPE_LENGTH_MAX = 128

/** Characters of a distributed id or group. */
export const EXTERNAL_ID_LENGTH_MAX = 512

const NAME = new RegExp(`^[A-Za-z0-9._-]{1,${NAME_LENGTH_MAX}}$`)
const RULE = `[A-Za-z0-9._-]+, 1–${NAME_LENGTH_MAX} characters, not "." or ".."`

/** How the store calls what does not fit (`storeName`); were it a name, two things could share a key. */
const RESERVED = /^x-[0-9a-f]{32}$/

/** `vN` always means a version, `pending-N` one that was logged offline: an alias of that form could never be resolved. */
const VERSION_ALIAS = /^(?:v|pending-)[0-9]+$/

/** Returns a name that follows the rule; anything else is `INVALID`, quoting the rule. `latest` is an alias here. */
export function assertName(kind: NameKind, value: unknown): string {
  const what = kind === 'alias' ? 'alias' : kind === 'run' ? 'run id' : `${kind} name`
  if (typeof value !== 'string' || !NAME.test(value) || value === '.' || value === '..') {
    throw invalid(`${what} ${quote(value)} must match ${RULE}`, 'choose another')
  }
  if (RESERVED.test(value)) {
    throw invalid(`${what} ${quote(value)} is reserved: lading itself makes names of that form`, 'choose another')
  }
  if (kind === 'alias' && VERSION_ALIAS.test(value)) {
    throw invalid(`alias ${quote(value)} is reserved for versions`, 'choose one that is not vN or pending-N')
  }
  return value
}

/** Returns an alias that a user may set, move or remove: any but `latest`. Anything else is `INVALID`. */
export function assertMovableAlias(value: unknown): string {
  const alias = assertName('alias', value)
  if (alias !== 'latest') return alias
  throw invalid('alias "latest" is kept by lading', 'it cannot be set, moved or removed by hand')
}

/**
 * Returns the aliases that a log is given, each once and in the order given. None (undefined, null) is an empty list.
 *
 * `latest` is accepted and left out: it moves by itself. Anything but an array of aliases is `INVALID`, and so are more
 * than an artifact may have.
 */
export function assertAliases(list: unknown): readonly string[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw invalid(`aliases are ${quote(list)}`, 'give an array of strings')
  const aliases = new Set<string>()
  // By index: a hole in the array is no alias either.
  for (let index = 0; index < list.length; index++) aliases.add(assertName('alias', list[index]))
  aliases.delete('latest')
  if (aliases.size <= ALIASES_MAX) return [...aliases]
  throw invalid(`${aliases.size} aliases, an artifact has at most ${ALIASES_MAX}`, 'give fewer aliases')
}

/** Returns the type of an artifact; `INVALID` unless it has 1–128 characters (code points) and none is a control character. */
export function assertType(value: unknown): string {
  if (typeof value === 'string' && hasCharacters(value, TYPE_LENGTH_MAX) && !/\p{Cc}/u.test(value)) return value
  throw invalid(
    `type ${quote(value)} must have 1–${TYPE_LENGTH_MAX} characters, no control character and no unpaired surrogate`,
    'choose another',
  )
}

/** Returns a distributed id or group; `INVALID` unless it has 1–512 characters (code points). */
export function assertExternalId(value: unknown): string {
  if (typeof value === 'string' && hasCharacters(value, EXTERNAL_ID_LENGTH_MAX)) return value
  throw invalid(
    `id or group ${quote(value)} must have 1–${EXTERNAL_ID_LENGTH_MAX} characters and no unpaired surrogate`,
    'choose another',
  )
}

/** A name made of a text: each character outside the rule becomes `-`, and it is cut. Several texts may make one name. */
export function defaultName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9._-]/gu, '-').slice(0, NAME_LENGTH_MAX)
  if (name === '' || name === '.' || name === '..') return name.replaceAll('.', '-') || '-'
  return RESERVED.test(name) ? `${name}-` : name
}

/**
 * How a key spells a text of the user's: as it is where it is a name, else `x-<32 hex digits>` of its SHA-256.
 *
 * Texts that differ never share a name. An unpaired surrogate is `INVALID`: in UTF-8 it would equal another.
 */
export function storeName(raw: string): string {
  if (!raw.isWellFormed()) throw invalid(`${quote(raw)} holds an unpaired surrogate`, 'give a text of whole characters')
  const fits = NAME.test(raw) && raw !== '.' && raw !== '..' && !RESERVED.test(raw)
  return fits ? raw : `x-${sha256(raw).slice(0, 32)}`
}

/** Counts code points, but not those of a text that is too long at any rate. */
function hasCharacters(text: string, charactersMax: number): boolean {
  if (text === '' || text.length > 2 * charactersMax || !text.isWellFormed()) return false
  return text.length <= charactersMax || [...text].length <= charactersMax
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
