import pMap from 'p-map'
import { quote } from '../../domain/canonical-json.ts'
import { isDigest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { ReferenceEntry } from '../../domain/manifest.ts'
import { publicUri, schemeOf } from '../../domain/reference.ts'
import type { CallOptions } from '../../ports/call.ts'
import { watched } from '../../ports/facade/caller-errors.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { countedChunks, verifiedChunks } from '../../ports/facade/verified-bytes.ts'
import type { TargetFolder } from '../../ports/files.ts'
import type { ReferencedContent, ReferenceHandler } from '../../ports/reference-handler.ts'
import { knownSize } from './known-size.ts'

/** References that are read at once. */
const FETCHES = 4

/** A reference, and who reads it. */
export interface HandledReference {
  readonly entry: ReferenceEntry
  readonly handler: ReferenceHandler
}

/** Where fetched bytes go, and who is told of them. */
export interface FetchOptions extends CallOptions {
  readonly target: TargetFolder
  readonly onBytes: (count: number) => void
  readonly onFile: () => void
}

/** Finds the handler of each reference: the first that has its scheme. None is `UNSUPPORTED`. Reads nothing. */
export function assignHandlers(
  handlers: readonly ReferenceHandler[],
  entries: readonly ReferenceEntry[],
): readonly HandledReference[] {
  return entries.map((entry) => {
    const scheme = schemeOf(entry.ref)
    const handler = handlers.find(({ schemes }) => schemes.includes(scheme))
    if (handler === undefined) throw noHandler(entry, scheme)
    return { entry, handler }
  })
}

/**
 * Writes what references lead to into a folder: each file whole or not at all. After the first failure nothing new begins;
 * what has begun is stopped and has ended before this rejects.
 *
 * - Bytes that are not of a SHA-256 that the entry has are `CORRUPT`, with path, expected and actual.
 * - Where it has none, another size or etag than was recorded is `CONFLICT`: the reference leads to other bytes now.
 */
export async function fetchReferences(
  references: readonly HandledReference[],
  { signal, ...options }: FetchOptions,
): Promise<void> {
  if (references.length === 0) return
  const stop = new AbortController()
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const underWay: Promise<unknown>[] = []
  const begin = (reference: HandledReference) => {
    const fetching = fetchReference(reference, { ...options, signal: both, underWay })
    underWay.push(fetching)
    return fetching
  }
  try {
    await pMap(references, begin, { concurrency: FETCHES })
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(underWay)
    throw error
  }
}

/** Errors of the folder come back as they are, those of the handler with the path that was fetched. */
async function fetchReference(
  { entry, handler }: HandledReference,
  { underWay, ...options }: FetchOptions & { readonly underWay: Promise<unknown>[] },
): Promise<void> {
  const ours: unknown[] = []
  const writes: Promise<unknown>[] = []
  let isWritten = false
  const write = async (content: ReferencedContent) => {
    assertContent(content)
    const theirs = new Set<unknown>()
    try {
      const chunks = watched(bytesOf(content, options), (error) => theirs.add(error))
      assertRecordedState(entry, content)
      await options.target.write(entry.path, checked(entry, chunks), { signal: options.signal })
      isWritten = true
    } catch (error) {
      if (!theirs.has(error)) ours.push(error)
      throw error
    }
  }
  const sink = (content: ReferencedContent) => {
    const writing = write(content)
    // A handler that does not await it must neither end the process nor leave a write behind.
    const settled = Promise.allSettled([writing])
    writes.push(settled)
    underWay.push(settled)
    return writing
  }
  try {
    throwIfAborted(options)
    await handler.read(entry.ref, sink, { signal: options.signal })
    await Promise.all(writes)
    if (!isWritten && ours.length === 0) throw new Error('it gave no bytes')
  } catch (error) {
    if (ours.length === 0) throw named(error, entry, options)
  }
  if (ours.length > 0) throw ours[0]
  options.onFile()
}

/** Handlers need not be written in TypeScript. */
function assertContent(content: ReferencedContent | null): void {
  const { sizeBytes, etag } = content ?? {}
  const isSize = sizeBytes === null || (Number.isSafeInteger(sizeBytes) && Number(sizeBytes) >= 0)
  if (!isSize) throw new Error(`it gave ${quote(sizeBytes)} for a size`)
  if (etag !== null && typeof etag !== 'string') throw new Error(`it gave ${quote(etag)} for an etag`)
}

/** The bytes as the handler hands them out, none missing. */
async function* bytesOf({ chunks, sizeBytes }: ReferencedContent, options: FetchOptions): AsyncGenerator<Uint8Array> {
  const ended = (detail: string) => new LadingError('UNAVAILABLE', { detail, next: 'try again later' })
  for await (const chunk of sizeBytes === null ? chunks : countedChunks(chunks, sizeBytes, ended)) {
    throwIfAborted(options)
    if (!(chunk instanceof Uint8Array)) throw new Error(`it gave ${quote(chunk)} for bytes`)
    yield chunk
    options.onBytes(chunk.length)
  }
}

function checked(entry: ReferenceEntry, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const sizeBytes = knownSize(entry)
  const mismatch = (detail: string) => differs(entry, detail)
  if (isDigest(entry.digest)) return verifiedChunks(chunks, { digest: entry.digest, sizeBytes }, mismatch)
  return sizeBytes === null ? chunks : countedChunks(chunks, sizeBytes, mismatch)
}

/** What is known before the first byte, so that none need travel. */
function assertRecordedState(entry: ReferenceEntry, { sizeBytes, etag }: ReferencedContent): void {
  const expected = knownSize(entry)
  if (expected !== null && sizeBytes !== null && sizeBytes !== expected) {
    throw differs(entry, `expected ${expected} bytes, found ${sizeBytes}`)
  }
  const isEtag = !isDigest(entry.digest) && entry.digest !== entry.ref
  if (isEtag && etag !== null && opaqueTag(etag) !== opaqueTag(entry.digest)) {
    throw differs(entry, `expected etag ${entry.digest}, found ${etag}`)
  }
}

/** Some keep etags with their quotes and the mark of a weak one, some without. */
function opaqueTag(etag: string): string {
  return etag.replace(/^(?:W\/)?"(.*)"$/, '$1')
}

function differs(entry: ReferenceEntry, detail: string): LadingError {
  const where = publicUri(entry.ref)
  if (isDigest(entry.digest)) {
    const next = 'find out who changed it; nothing was written under this path'
    return new LadingError('CORRUPT', { operation: 'fetch', key: entry.path, detail: `${where}: ${detail}`, next })
  }
  const next = 'log the reference again if it is to lead to what is there now; nothing was written under this path'
  return new LadingError('CONFLICT', { operation: 'fetch', key: entry.path, detail: `${where}: ${detail}`, next })
}

function named(error: unknown, { path, ref }: ReferenceEntry, { signal }: CallOptions): LadingError {
  const [where, about] = [publicUri(ref), { operation: 'fetch', key: path, cause: error }]
  if (isLadingError(error)) {
    const { code, retry, next, detail } = error
    return new LadingError(code, { ...about, retry, next, detail: `${where}: ${detail.replaceAll(ref, () => where)}` })
  }
  if (signal?.aborted) return new LadingError('ABORTED', { ...about, detail: 'the signal fired' })
  // Its words may hold the URI, and with it the secrets in it.
  const why = (error instanceof Error ? error.message : quote(error)).replaceAll(ref, () => where)
  const detail = `${where}: its handler failed: ${why}`
  return new LadingError('UNAVAILABLE', { ...about, detail, next: 'see the cause, then try again' })
}

function noHandler({ path, ref }: ReferenceEntry, scheme: string): LadingError {
  return new LadingError('UNSUPPORTED', {
    operation: 'fetch',
    key: path,
    detail: `${publicUri(ref)}: no handler reads the scheme ${quote(scheme)}`,
    next: `open the store with one: { references: [{ schemes: [${quote(scheme)}], read }] }, or skip references`,
  })
}
