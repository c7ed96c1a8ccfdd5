import { quote } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'
import { withoutPassword } from '../ports/store-url.ts'

/** The scheme of a URL: https://www.rfc-editor.org/rfc/rfc3986#section-3.1. A single letter is a Windows drive. */
const SCHEME = /^(?<scheme>[A-Za-z][A-Za-z0-9+.-]+):/

/** Returns a store URL as text; `INVALID` for what is none, or a URL object that is no longer what was written. */
export function assertStoreUrl(url: unknown): string {
  if (url instanceof URL) return textOf(url)
  if (typeof url !== 'string') throw invalidUrl(quote(url), 'the store URL is no text')
  if (url.trim() === '') throw invalidUrl(url, 'the store URL is empty')
  return url
}

/** The scheme of a store URL in lower case, or null for the path of a folder. */
export function schemeOf(url: string): string | null {
  return SCHEME.exec(url)?.groups?.['scheme']?.toLowerCase() ?? null
}

/** The error of a store URL that makes no sense. */
export function invalidUrl(url: string, detail: string, cause?: unknown): LadingError {
  return new LadingError('INVALID', {
    operation: 'openStore',
    key: withoutPassword(url),
    detail,
    next: 'give a folder such as ./.lading, a file:// URL, sqlite:file, or memory:',
    cause,
  })
}

/** A URL object encodes what it was given, but the path of a SQLite file is taken as it is written. */
function textOf(url: URL): string {
  if (url.protocol !== 'sqlite:' || !url.href.includes('%')) return url.href
  throw invalidUrl(url.href, 'a URL object encodes the path of the file: give `sqlite:` and the path as text')
}
