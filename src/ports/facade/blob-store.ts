import { assertDigests } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertName } from '../../domain/names.ts'
import type { BlobCapabilities, BlobItem, BlobSink, BlobStore, BlobWant, ProjectBlobs } from '../blob-store.ts'
import type { ByteSource } from '../bytes.ts'
import type { CallOptions } from '../call.ts'
import { assertCollection, assertItems, assertNames, assertSources, assertWants } from './blob-checks.ts'
import { sliceOf } from './byte-slice.ts'
import { createCallGate, throwIfAborted } from './call-gate.ts'
import type { CallGate } from './call-gate.ts'
import { watchedSink, WatchedSource } from './caller-errors.ts'
import { assertPageOptions } from './metadata-checks.ts'
import { countedChunks, verifiedChunks, verifiedSource } from './verified-bytes.ts'
import type { ExpectedBytes } from './verified-bytes.ts'

/**
 * The checked front of a blob store: every store is used through it.
 *
 * It checks arguments (`INVALID`), counts and verifies bytes on their way in and out (`CORRUPT`; a source of unknown
 * digest that breaks its announced size is `CONFLICT`), stops on the signal (`ABORTED`), and names operation and adapter
 * in every error. Errors of the caller's own sources and sinks come back as they are. After `close`, which waits for the
 * calls under way, everything rejects `CLOSED`. Costs no request; hashes what is written and read whole, and nothing else.
 */
export function checkedBlobStore(store: BlobStore): BlobStore {
  const gate = createCallGate(store.capabilities.adapter)
  return {
    capabilities: store.capabilities,
    in: (project) => checkedProjectBlobs(store.in(assertName('project', project)), store.capabilities, gate),
    close: () => gate.close(() => store.close()),
  }
}

function checkedProjectBlobs(blobs: ProjectBlobs, capabilities: BlobCapabilities, gate: CallGate): ProjectBlobs {
  return {
    ingest(sources, options) {
      const callerErrors = new Set<unknown>()
      return gate.run({ ...write('ingest', options.signal), callerErrors }, async () => {
        assertSources(sources, capabilities)
        assertCollection(options.collection)
        return blobs.ingest(
          sources.map((source) => new CountedSource(source, callerErrors)),
          options,
        )
      })
    },
    write(items, options) {
      const callerErrors = new Set<unknown>()
      return gate.run({ ...write('write', options.signal), callerErrors }, async () => {
        assertItems(items, capabilities)
        assertCollection(options.collection)
        return blobs.write(
          items.map((item) => ({ ...item, source: checkedSource(item, callerErrors) })),
          options,
        )
      })
    },
    repair(items, options) {
      const callerErrors = new Set<unknown>()
      return gate.run({ ...write('repair', options.signal), callerErrors }, async () => {
        assertItems(items, capabilities)
        assertWants(items)
        assertCollection(options.collection)
        return blobs.repair(
          items.map((item) => ({ ...item, source: checkedSource(item, callerErrors) })),
          options,
        )
      })
    },
    present: (digests, options) =>
      gate.run(read('present', options.signal), async () => {
        assertDigests(digests)
        assertCollection(options.collection)
        return blobs.present(digests, options)
      }),
    read(wants, sink, options) {
      const callerErrors = new Set<unknown>()
      return gate.run({ ...read('read', options.signal), callerErrors }, async () => {
        assertWants(wants)
        await blobs.read(wants, verifyingSink(wants, sink, callerErrors), options)
      })
    },
    delete: (names, options) =>
      gate.run(write('delete', options.signal), async () => {
        assertNames(names)
        await blobs.delete(names, options)
      }),
    list: (options) =>
      gate.run(read('list', options.signal), async () => {
        assertPageOptions(options)
        return blobs.list(options)
      }),
  }
}

/** The bytes of an item, and no others. */
function checkedSource(item: BlobItem, callerErrors: Set<unknown>): ByteSource {
  const mismatch = (detail: string) => corruptSource(item.digest, detail)
  return verifiedSource(new BytesSource(item.source, callerErrors), item, mismatch)
}

/** Verifies blobs read whole, counts the bytes of ranges where it can. What an iteration threw, a sink cannot hide. */
function verifyingSink(wants: readonly BlobWant[], sink: BlobSink, callerErrors: Set<unknown>): BlobSink {
  const watchedOne = watchedSink(sink, callerErrors)
  return async (index, chunks) => {
    const want = wants[index]
    if (!want) throw new RangeError(`the adapter answers want ${index} of ${wants.length}`)
    await watchedOne(index, verified(want, chunks))
  }
}

function verified(want: BlobWant, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { range } = want
  const mismatch = (detail: string) => corruptBlob(want, detail)
  const { digest, sizeBytes } = expectedOf(want)
  if (!range) return verifiedChunks(chunks, { digest, sizeBytes }, mismatch)
  if (sizeBytes === null) return chunks
  const { from, to } = sliceOf(range, sizeBytes)
  return countedChunks(chunks, to - from, mismatch)
}

function expectedOf({ digest, sizeBytes, location }: BlobWant): ExpectedBytes {
  return { digest, sizeBytes: sizeBytes ?? location?.sizeBytes ?? null }
}

/** A source of the caller that must give bytes. */
class BytesSource extends WatchedSource {
  override async *read(options: CallOptions): AsyncGenerator<Uint8Array> {
    for await (const chunk of super.read(options)) {
      throwIfAborted(options)
      if (!(chunk instanceof Uint8Array)) throw new LadingError('INVALID', { detail: 'a source gives no bytes' })
      yield chunk
    }
  }
}

/** A source of unknown digest: one that announced its size must keep to it. */
class CountedSource extends BytesSource {
  override read(options: CallOptions): AsyncGenerator<Uint8Array> {
    const chunks = super.read(options)
    return this.sizeBytes === null ? chunks : countedChunks(chunks, this.sizeBytes, changedSource)
  }
}

function read(operation: string, signal: AbortSignal | undefined) {
  return { operation, foreign: 'UNAVAILABLE', signal } as const
}

function write(operation: string, signal: AbortSignal | undefined) {
  return { operation, foreign: 'UNKNOWN_OUTCOME', signal } as const
}

function changedSource(detail: string): LadingError {
  return new LadingError('CONFLICT', { detail, next: 'let nothing change the source while it is read' })
}

function corruptSource(key: string, detail: string): LadingError {
  return new LadingError('CORRUPT', {
    key,
    detail,
    next: 'give the bytes that belong to this digest; nothing was stored',
  })
}

function corruptBlob({ digest, location }: BlobWant, detail: string): LadingError {
  const where = location ? ` in ${location.pack}` : ''
  const next = 'repair it from a folder with good bytes (`lading verify --repair`), or restore it from a backup'
  return new LadingError('CORRUPT', { key: digest, detail: `${detail}${where}`, next })
}
