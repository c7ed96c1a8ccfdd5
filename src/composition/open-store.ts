import { createFileReferences } from '../adapters/fs/file-references.ts'
import { createFiles } from '../adapters/fs/files.ts'
import { createFsObjectStore } from '../adapters/fs/object-store.ts'
import { createMemoryObjectStore } from '../adapters/memory/index.ts'
import { createHttpReferences } from '../adapters/references/http.ts'
import { systemClock, systemIds } from '../adapters/system/index.ts'
import { assertOptions } from '../application/client/assert-arguments.ts'
import type { OnWarning, Warning } from '../application/client/client-ports.ts'
import { Lading } from '../application/client/lading.ts'
import { createInProcessTransport } from '../application/service/in-process.ts'
import { quote } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'
import type { Clock, Ids } from '../ports/environment.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Files } from '../ports/files.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ReferenceHandler } from '../ports/reference-handler.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { Transport } from '../ports/transport.ts'
import { checkedBlobStore } from '../ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../ports/facade/metadata-store.ts'
import { checkedObjectStore } from '../ports/facade/object-store.ts'
import { assertReferenceHandlers } from '../ports/facade/reference-handlers.ts'
import { checkedTransport } from '../ports/facade/transport.ts'
import { createBlobStore } from '../protocol/blob-store.ts'
import { createProtocolMetadataStore } from '../protocol/metadata-store.ts'
import { createSqliteMetadataStore } from './sqlite.ts'
import { parseStoreUrl } from './store-url.ts'
import type { StoreUrl } from './store-url.ts'

/** What every store can be opened with. */
export interface OpenOptions {
  /** The project of calls that name none. */
  readonly project?: string | undefined
  /** Is told what was left out of a call that succeeded. Default: a warning of this process (`process.emitWarning`). */
  readonly onWarning?: OnWarning | undefined
  /**
   * Who reads references when a download is to fetch them. They come before the built-in ones, which read `file:`,
   * `http:` and `https:`; the first that has a scheme reads it.
   */
  readonly references?: readonly ReferenceHandler[] | undefined
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
 * Opens a store by its URL: a folder (`./.lading`, `file:///data/models`), `memory:`, or `sqlite:models.db`, whose files
 * lie in the folder `models.db-blobs` beside it.
 *
 * Checks that the store can be read: one request. Rejects `INVALID` for a URL it does not know, `UNSUPPORTED` for a
 * store of a newer format. Nothing is written before something is logged.
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Lading> {
  const store = parseStoreUrl(url)
  assertOptions(options)
  const ports = openPorts(store)
  try {
    await ports.metadata.open({})
    return createStore(ports, { files: createFiles(undefined, { stores: pathsOf(store) }), ...options })
  } catch (error) {
    // What cannot be closed either must not hide why the store could not be opened.
    await ports.metadata.close().catch(() => undefined)
    throw error
  }
}

/** A store from the user's own ports. Does no I/O. */
export function createStore(ports: StorePorts, options: OpenOptions & Environment = {}): Lading {
  const {
    clock = systemClock,
    ids = systemIds,
    files = createFiles(),
    onWarning = emitWarning,
  } = assertOptions(options)
  assertPorts(ports)
  assertListener(onWarning)
  const transport =
    'transport' in ports
      ? ports.transport
      : createInProcessTransport({
          metadata: checkedMetadataStore(ports.metadata),
          blobs: checkedBlobStore(ports.blobs),
          clock,
          ids,
        })
  const references = [...assertReferenceHandlers(options.references ?? []), ...builtInReferences()]
  const checked = checkedTransport(transport)
  return new Lading({ transport: checked, clock, ids, files, references, onWarning }, options)
}

/** Both stores over one object store: what a driver is turned into. Does no I/O. */
export function createPorts(
  driver: ObjectStore,
  { clock = systemClock, ids = systemIds }: Pick<Environment, 'clock' | 'ids'> = {},
): { readonly metadata: MetadataStore; readonly blobs: BlobStore } {
  const objects = checkedObjectStore(driver)
  return { metadata: createProtocolMetadataStore({ objects, clock, ids }), blobs: createBlobStore(objects) }
}

function assertPorts(ports: unknown): void {
  const given = typeof ports === 'object' && ports !== null ? ports : {}
  if ('transport' in given || ('metadata' in given && 'blobs' in given)) return
  const next = 'give `metadata` and `blobs`, or a `transport`'
  throw new LadingError('INVALID', { operation: 'createStore', detail: `the ports are ${quote(ports)}`, next })
}

function assertListener(onWarning: unknown): void {
  if (typeof onWarning === 'function') return
  throw new LadingError('INVALID', { detail: `onWarning is ${quote(onWarning)}`, next: 'give a function' })
}

function builtInReferences(): readonly ReferenceHandler[] {
  return [createFileReferences(), createHttpReferences()]
}

function emitWarning({ message, cause }: Warning): void {
  process.emitWarning(message, { type: 'LadingWarning', code: cause.code, detail: cause.message })
}

/** Where a store lies on this machine's disk. */
function pathsOf(store: StoreUrl): readonly string[] {
  if (store.scheme === 'memory') return []
  return store.scheme === 'file' ? [store.root] : [store.file, `${store.file}-blobs`]
}

function openPorts(store: StoreUrl): ReturnType<typeof createPorts> {
  switch (store.scheme) {
    case 'memory':
      return createPorts(createMemoryObjectStore())
    case 'file':
      return createPorts(createFsObjectStore({ root: store.root }))
    case 'sqlite': {
      const objects = createFsObjectStore({ root: `${store.file}-blobs` })
      return {
        metadata: createSqliteMetadataStore({ file: store.file }),
        blobs: createBlobStore(checkedObjectStore(objects)),
      }
    }
  }
}
