import { systemClock, systemIds } from '../adapters/system/index.ts'
import type { CallOptions } from '../ports/call.ts'
import type { Finding, StoreAdapter } from '../ports/store-adapter.ts'
import { findAdapter } from './adapters.ts'

/** What the adapter of a URL finds out about the store; nothing from one that looks at nothing. */
export async function* diagnoseStore(
  url: string,
  { adapters, signal }: { readonly adapters: readonly StoreAdapter[] } & CallOptions,
): AsyncIterable<Finding> {
  const adapter = await findAdapter(url, adapters)
  yield* adapter.diagnose?.(url, { clock: systemClock, ids: systemIds, signal }) ?? []
}
