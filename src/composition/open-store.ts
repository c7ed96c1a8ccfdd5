import { createFiles } from '../adapters/fs/files.ts'
import { createFsObjectStore } from '../adapters/fs/object-store.ts'
import { createMemoryObjectStore } from '../adapters/memory/index.ts'
import { systemClock, systemIds } from '../adapters/system/index.ts'
import type { OnWarning, Warning } from '../application/client/client-ports.ts'
import { Lading } from '../application/client/lading.ts'
import { createInProcessTransport } from '../application/service/in-process.ts'
import type { Clock, Ids } from '../ports/environment.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Files } from '../ports/files.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Transport } from '../ports/transport.ts'
import { checkedBlobStore } from '../ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../ports/facade/object-store.ts'
import { checkedTransport } from '../ports/facade/transport.ts'
import { createBlobStore } from '../protocol/blob-store.ts'
import { createProtocolMetadataStore } from '../protocol/metadata-store.ts'
import { parseStoreUrl } from './store-url.ts'

/** What every store can be opened with. */
export interface OpenOptions {
  /** The project of calls that name none. */
  readonly project?: string | undefined
  /** Is told what was left out of a call that succeeded. Default: a warning of this process (`process.emitWarning`). */
  readonly onWarning?: OnWarning | undefined
}

/** The ports of a store, brought by the user. Metadata and blobs may live in different places. */
export type StorePorts =
  | { readonly metadata: MetadataStore; readonly blobs: BlobStore }
  | { readonly transport: Transport }

/** Replacements for what a store takes from its machine. */
export interface Environment {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly files?: Files
}

/**
 * Opens a store by its URL: a folder (`./.lading`, `file:///data/models`), or `memory:`.
 *
 * Checks that the store can be read: one request. Rejects `INVALID` for a URL it does not know, `UNSUPPORTED` for a
 * store of a newer format. Nothing is written before something is logged.
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Lading> {
  const ports = createPorts(openObjects(url))
  try {
    await ports.metadata.open({})
  } catch (error) {
    // What cannot be closed either must not hide why the store could not be opened.
    await ports.metadata.close().catch(() => undefined)
    throw error
  }
  return createStore(ports, options)
}

/** A store from the user's own ports. Does no I/O. */
export function createStore(ports: StorePorts, options: OpenOptions & Environment = {}): Lading {
  const { clock = systemClock, ids = systemIds, files = createFiles(), onWarning = emitWarning } = options
  const transport =
    'transport' in ports
      ? ports.transport
      : createInProcessTransport({
          metadata: checkedMetadataStore(ports.metadata),
          blobs: checkedBlobStore(ports.blobs),
          clock,
          ids,
        })
  return new Lading({ transport: checkedTransport(transport), clock, ids, files, onWarning }, options)
}

/** Both stores over one object store: what a driver is turned into. Does no I/O. */
export function createPorts(
  driver: ObjectStore,
  { clock = systemClock, ids = systemIds }: Pick<Environment, 'clock' | 'ids'> = {},
): { readonly metadata: MetadataStore; readonly blobs: BlobStore } {
  const objects = checkedObjectStore(driver)
  return { metadata: createProtocolMetadataStore({ objects, clock, ids }), blobs: createBlobStore(objects) }
}

function emitWarning({ message, cause }: Warning): void {
  process.emitWarning(message, { type: 'LadingWarning', code: cause.code, detail: cause.message })
}

function openObjects(url: string): ObjectStore {
  const store = parseStoreUrl(url)
  return store.scheme === 'memory' ? createMemoryObjectStore() : createFsObjectStore({ root: store.root })
}
