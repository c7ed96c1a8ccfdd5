import { quote } from './canonical-json.ts'
import { LadingError } from './errors.ts'

/** Characters of a reference's URI, or of the digest that its provider gives. */
export const REFERENCE_LENGTH_MAX = 8_192

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/

/**
 * Returns the URI of a reference; anything else is `INVALID`.
 *
 * It begins with a scheme, whichever, and holds no white space, control characters or unpaired surrogates. That the URI
 * leads anywhere, or that a handler knows its scheme, is not asked.
 */
export function assertReferenceUri(value: unknown): string {
  const uri = assertText('reference URI', value)
  if (/\s/u.test(uri)) {
    throw invalid(`reference URI ${shown(uri)} holds white space`, 'percent-encode spaces and special characters')
  }
  if (SCHEME.test(uri)) return uri
  throw invalid(
    `reference URI ${shown(uri)} has no scheme`,
    'write it as s3://…, https://… or file://…, or use addFile',
  )
}

/**
 * Returns the digest of a reference; anything else is `INVALID`.
 *
 * It is opaque: a SHA-256, an ETag, or the URI where nothing better is known. It holds no control characters.
 */
export function assertReferenceDigest(value: unknown): string {
  return assertText('digest of a reference', value)
}

/** The scheme of a reference's URI, in lower case and without the colon. */
export function schemeOf(uri: string): string {
  return uri.slice(0, uri.indexOf(':')).toLowerCase()
}

/** The URI of a reference for messages: without its user part, query and fragment, which may hold secrets. */
export function publicUri(uri: string): string {
  if (!URL.canParse(uri)) return `${schemeOf(uri)}:…`
  const url = new URL(uri)
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (isPlain) return uri
  const rest = url.search === '' ? '' : '?…'
  for (const part of ['username', 'password', 'search', 'hash'] as const) url[part] = ''
  return `${url.href}${rest}`
}

function assertText(what: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw invalid(`${what} is ${quote(value)}`, 'give a string that is not empty')
  if (value.length > REFERENCE_LENGTH_MAX) {
    throw invalid(`${what} has ${value.length} characters`, `at most ${REFERENCE_LENGTH_MAX} are allowed`)
  }
  if (/\p{Cc}/u.test(value)) throw invalid(`${what} ${shown(value)} holds a control character`, 'percent-encode it')
  if (value.isWellFormed()) return value
  throw invalid(`${what} ${shown(value)} holds an unpaired surrogate`, 'percent-encode it')
}

/** What is no URI, for messages: it may be one with a slip in it, whose user part, query and fragment hold secrets. */
function shown(text: string): string {
  return quote(text.replace(/^([A-Za-z][A-Za-z0-9+.-]*:[/\\]*)?.*@/su, '$1…@').replace(/[?#].*$/su, '?…'))
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
