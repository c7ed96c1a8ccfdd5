import { fileURLToPath } from 'node:url'
import { quote } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'

/** What a store URL says. */
export type StoreUrl =
  | { readonly scheme: 'memory' }
  | { readonly scheme: 'file'; readonly root: string }
  | { readonly scheme: 'sqlite'; readonly file: string }

const SCHEME = /^(?<scheme>[A-Za-z][A-Za-z0-9+.-]+):/

/**
 * Parses a store URL: `memory:`, `file:///folder`, `sqlite:file`, or the path of a folder. A single letter before a
 * colon is a Windows drive.
 *
 * Rejects `INVALID`, naming the scheme, for one that is not known.
 */
export function parseStoreUrl(url: string): StoreUrl {
  if (typeof url !== 'string') throw invalid(quote(url), 'the store URL is no text')
  if (url.trim() === '') throw invalid(url, 'the store URL is empty')
  const scheme = SCHEME.exec(url)?.groups?.['scheme']?.toLowerCase()
  if (scheme === undefined) return { scheme: 'file', root: url }
  if (scheme === 'memory') {
    if (url !== 'memory:') throw invalid(url, 'a store in memory takes nothing after `memory:`')
    return { scheme }
  }
  if (scheme === 'sqlite') return { scheme, file: sqliteFile(url) }
  if (scheme !== 'file') throw invalid(url, `no adapter for ${scheme}:`)
  try {
    return { scheme, root: fileURLToPath(url) }
  } catch (cause) {
    throw invalid(url, 'not a file URL', cause)
  }
}

/** The path is taken as it is written: nothing in it is decoded. `//` in front of it is a host, and there is none. */
function sqliteFile(url: string): string {
  const path = url.slice('sqlite:'.length)
  if (/^\/\/[^/]/.test(path)) throw invalid(url, 'a SQLite file has no host: write sqlite:file or sqlite:///file')
  const file = path.startsWith('//') ? path.slice(2) : path
  if (file === '' || /[/\\]$/.test(file)) throw invalid(url, 'it names no file')
  if (file.includes('?')) throw invalid(url, 'a SQLite file takes no parameters')
  return file
}

function invalid(url: string, detail: string, cause?: unknown): LadingError {
  return new LadingError('INVALID', {
    operation: 'openStore',
    key: url,
    detail,
    next: 'give a folder such as ./.lading, a file:// URL, sqlite:file, or memory:',
    cause,
  })
}
