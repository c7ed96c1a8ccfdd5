import { createFileReferences } from '../adapters/fs/file-references.ts'
import { createFiles } from '../adapters/fs/files.ts'
import { createHttpReferences } from '../adapters/references/http.ts'
import { systemClock, systemIds } from '../adapters/system/index.ts'
import { assertOptions } from '../application/client/assert-arguments.ts'
import type { OnWarning, Warning } from '../application/client/client-ports.ts'
import { Lading } from '../application/client/lading.ts'
import { createInProcessTransport } from '../application/service/in-process.ts'
import { quote } from '../domain/canonical-json.ts'
import { LadingError } from '../domain/errors.ts'
import type { StoreEnvironment } from '../ports/store-adapter.ts'
import type { ReferenceHandler } from '../ports/reference-handler.ts'
import type { Transport } from '../ports/transport.ts'
import { checkedBlobStore } from '../ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../ports/facade/metadata-store.ts'
import { assertReferenceHandlers } from '../ports/facade/reference-handlers.ts'
import { checkedTransport } from '../ports/facade/transport.ts'
import { openStatCache } from './stat-cache.ts'
import type { CacheOptions } from './stat-cache.ts'
import { assertEnvironment, assertPorts } from './assert-ports.ts'
import type { Environment, StorePorts } from './assert-ports.ts'

/** What every store can be made with. */
export interface StoreOptions extends CacheOptions {
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

/** The names of `StoreOptions`. */
export const STORE_OPTIONS = ['project', 'onWarning', 'references', 'cache'] as const

/**
 * A store from the user's own ports. Does no I/O.
 *
 * Closing it closes the ports, the blobs before the metadata, once the calls under way have ended. Rejects `INVALID` what
 * is not the ports of one store, naming what is missing in which of them.
 */
export function createStore(ports: StorePorts, options: StoreOptions & Environment = {}): Lading {
  const {
    clock = systemClock,
    ids = systemIds,
    files = createFiles(),
    onWarning = emitWarning,
    references = [],
  } = assertOptions(options, [...STORE_OPTIONS, 'clock', 'ids', 'files'])
  assertEnvironment(options)
  assertListener(onWarning)
  const handlers = [...assertReferenceHandlers(references), createFileReferences(), createHttpReferences()]
  const transport = checkedTransport(transportOver(assertPorts(ports, 'createStore'), { clock, ids }))
  const statCache = openStatCache(options, onWarning)
  return new Lading({ transport, clock, ids, files, statCache, references: handlers, onWarning }, options)
}

function transportOver(ports: StorePorts, environment: StoreEnvironment): Transport {
  if (ports.transport) return ports.transport
  const { metadata, blobs } = ports
  return createInProcessTransport({
    metadata: checkedMetadataStore(metadata),
    blobs: checkedBlobStore(blobs),
    ...environment,
  })
}

function assertListener(onWarning: unknown): void {
  if (typeof onWarning === 'function') return
  throw new LadingError('INVALID', { detail: `onWarning is ${quote(onWarning)}`, next: 'give a function' })
}

function emitWarning({ message, cause }: Warning): void {
  process.emitWarning(message, { type: 'LadingWarning', code: cause.code, detail: cause.message })
}
