import { quote } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'
import { nearest, withMeant } from '../domain/nearest.ts'
import type { StoreAdapter } from '../ports/store-adapter.ts'
import { withoutPassword } from '../ports/store-url.ts'
import { assertAdapter } from './assert-adapter.ts'
import { schemeOf } from './store-url.ts'

/** The adapters that come with lading, each loaded when a URL of its scheme is opened. */
const BUILT_IN: Readonly<Record<string, () => Promise<StoreAdapter>>> = {
  file: async () => (await import('./fs-adapter.ts')).fsAdapter,
  memory: async () => (await import('./memory-adapter.ts')).memoryAdapter,
  sqlite: async () => (await import('./sqlite-adapter.ts')).sqliteAdapter,
}

/**
 * The adapter of a store URL: one of those given, else a built-in one. A path without a scheme is always a folder.
 *
 * Loads built-in code alone, whatever the URL says. Rejects `INVALID` for a list that holds anything but adapters or two
 * for one scheme, `UNSUPPORTED` for an adapter of another contract version, and `INVALID` for a scheme without an adapter.
 */
export async function findAdapter(url: string, given: readonly StoreAdapter[] = []): Promise<StoreAdapter> {
  const adapters = bySchemes(given)
  const scheme = schemeOf(url)
  const own = scheme === null ? undefined : adapters.get(scheme)
  if (own) return own
  const name = scheme ?? 'file'
  if (Object.hasOwn(BUILT_IN, name)) return BUILT_IN[name]!()
  throw unknownScheme(url, name, [...adapters.keys(), ...Object.keys(BUILT_IN)])
}

function bySchemes(given: unknown): ReadonlyMap<string, StoreAdapter> {
  if (!Array.isArray(given)) throw invalid(`the adapters are ${quote(given)}`, 'give an array of them')
  const adapters = new Map<string, StoreAdapter>()
  for (const adapter of Array.from(given, assertAdapter)) {
    for (const scheme of adapter.schemes) {
      const other = adapters.get(scheme)
      if (other) throw invalid(`${other.name} and ${adapter.name} are both for ${scheme}:`, 'give one of them')
      adapters.set(scheme, adapter)
    }
  }
  return adapters
}

function unknownScheme(url: string, scheme: string, known: readonly string[]): LadingError {
  const match = nearest(scheme, known)
  const here = [...new Set(known)].map((each) => `${each}:`).join(', ')
  return new LadingError('INVALID', {
    operation: 'openStore',
    key: withoutPassword(url),
    detail: `no adapter for ${scheme}:`,
    next: withMeant(
      match && `${match}:`,
      `there are ${here}; list others under \`adapters\`, of the options or of lading.config.json`,
    ),
  })
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { operation: 'openStore', detail, next })
}
