import { fileURLToPath } from 'node:url'
import { LadingError } from '../domain/errors.ts'

/** What a store URL says. */
export type StoreUrl = { readonly scheme: 'memory' } | { readonly scheme: 'file'; readonly root: string }

const SCHEME = /^(?<scheme>[A-Za-z][A-Za-z0-9+.-]+):/

/**
 * Parses a store URL: `memory:`, `file:///folder`, or a path. A single letter before a colon is a Windows drive.
 *
 * Rejects `INVALID`, naming the scheme, for one that is not known.
 */
export function parseStoreUrl(url: string): StoreUrl {
  if (url.trim() === '') throw invalid(url, 'the store URL is empty')
  const scheme = SCHEME.exec(url)?.groups?.['scheme']?.toLowerCase()
  if (scheme === undefined) return { scheme: 'file', root: url }
  if (scheme === 'memory') {
    if (url !== 'memory:') throw invalid(url, 'a store in memory takes nothing after `memory:`')
    return { scheme }
  }
  if (scheme !== 'file') throw invalid(url, `no adapter for ${scheme}:`)
  try {
    return { scheme, root: fileURLToPath(url) }
  } catch (cause) {
    throw invalid(url, 'not a file URL', cause)
  }
}

function invalid(url: string, detail: string, cause?: unknown): LadingError {
  return new LadingError('INVALID', {
    operation: 'openStore',
    key: url,
    detail,
    next: 'give a folder such as ./.lading, a file:// URL, or memory:',
    cause,
  })
}
