import { createFiles } from '../adapters/fs/files.ts'
import { systemClock, systemIds } from '../adapters/system/index.ts'
import { assertOptions } from '../application/client/assert-arguments.ts'
import type { Lading } from '../application/client/lading.ts'
import { checkedMetadataStore } from '../ports/facade/metadata-store.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { StoreAdapter, StoreEnvironment } from '../ports/store-adapter.ts'
import { openAdapter, pathsOfAdapter } from './adapter-access.ts'
import { findAdapter } from './adapters.ts'
import type { StorePorts } from './assert-ports.ts'
import { createStore, STORE_OPTIONS } from './create-store.ts'
import type { StoreOptions } from './create-store.ts'
import { assertStoreUrl } from './store-url.ts'

/** What a store can be opened with. */
export interface OpenOptions extends StoreOptions {
  /**
   * Adapters for the schemes of other URLs. They come before the built-in ones, so that one for `sqlite:` replaces ours;
   * two for one scheme are `INVALID`. A path without a scheme is always a folder.
   */
  readonly adapters?: readonly StoreAdapter[] | undefined
}

/**
 * Opens a store by its URL: a folder (`./.lading`, `file:///data/models`), `memory:`, `sqlite:models.db`, whose files
 * lie in the folder `models.db-blobs` beside it, or one of a scheme for which an adapter is given.
 *
 * Checks that the store can be read: one request, where it is not behind a transport. Rejects `INVALID` for a URL or an
 * adapter that makes no sense, `UNSUPPORTED` for an adapter of another contract version and for a store of a newer
 * format. Nothing is written before something is logged; what was opened is closed again when it rejects.
 */
export async function openStore(url: string | URL, options: OpenOptions = {}): Promise<Lading> {
  const text = assertStoreUrl(url)
  const { adapters, ...rest } = assertOptions(options, [...STORE_OPTIONS, 'adapters'])
  const adapter = await findAdapter(text, adapters)
  const files = createFiles(undefined, { stores: pathsOfAdapter(adapter, text) })
  return openPorts(openAdapter(adapter, text, ENVIRONMENT), (ports) => createStore(ports, { ...rest, files }))
}

/** Where the store of a URL lies on this machine's disk: absolute or relative paths, none for one that lies elsewhere. */
export async function storePathsOf(url: string, adapters?: readonly StoreAdapter[]): Promise<readonly string[]> {
  return pathsOfAdapter(await findAdapter(assertStoreUrl(url), adapters), url)
}

const ENVIRONMENT: StoreEnvironment = { clock: systemClock, ids: systemIds }

/** Looks whether a store can be read: one request. */
export async function openMetadata(metadata: MetadataStore): Promise<void> {
  await checkedMetadataStore(metadata).open({})
}

async function openPorts(ports: StorePorts, create: (ports: StorePorts) => Lading): Promise<Lading> {
  try {
    if (ports.metadata) await openMetadata(ports.metadata)
    return create(ports)
  } catch (error) {
    for (const port of [ports.transport, ports.blobs, ports.metadata]) await closeAnyway(port)
    throw error
  }
}

/** What cannot be closed either, or throws at once, must not hide why the store could not be opened. */
async function closeAnyway(port: StorePorts[keyof StorePorts]): Promise<void> {
  try {
    await port?.close()
  } catch {
    // There is a better error to tell.
  }
}
