import { LadingError, deniedBatch, deniedBulk, throwIfAborted } from 'lading/ports'
import type { ByteRange, ByteSource, CallOptions, ListEntry, ObjectStore } from 'lading/ports'
import { CAPABILITIES } from './capabilities.ts'
import { createClient } from './client.ts'
import type { ShelfOptions } from './config.ts'

const CHUNK_BYTES = 256 * 1024

/** Objects on a shelf. Opens no connection; the first call does. */
export function createShelfObjectStore(options: ShelfOptions): ObjectStore {
  const send = createClient(options)

  return {
    capabilities: CAPABILITIES,

    async get(key, { signal }) {
      const response = await send({ method: 'GET', path: `o/${key}`, accept: [200, 404], signal })
      if (response.status === 404) return discard(response, null)
      return { bytes: new Uint8Array(await response.arrayBuffer()), etag: etagOf(response) }
    },
    async read(key, { range, signal }) {
      const headers = range && { range: rangeHeader(range) }
      const response = await send({ method: 'GET', path: `o/${key}`, headers, accept: [200, 206, 404, 416], signal })
      if (response.status === 404) return discard(response, null)
      if (response.status === 416) return discard(response, noChunks()) // begins past the end
      if (range && response.status !== 206) throw await discard(response, new Error('the server ignored the range'))
      return chunksOf(response)
    },
    async stat(key, { signal }) {
      const response = await send({ method: 'HEAD', path: `o/${key}`, accept: [200, 404], signal })
      if (response.status === 404) return null
      const sizeBytes = Number(response.headers.get('content-length'))
      return { sizeBytes, etag: etagOf(response), pristine: true } // nobody but the server can change an object
    },
    async putIfAbsent(key, body, { signal }) {
      const sent = body instanceof Uint8Array ? body : streamOf(body, { signal })
      const headers = { 'if-none-match': '*' }
      const response = await send({ method: 'PUT', path: `o/${key}`, headers, body: sent, accept: [201, 412], signal })
      return discard(response, response.status === 412 ? 'exists' : { etag: etagOf(response) })
    },
    async put(key, bytes, { signal }) {
      await discard(await send({ method: 'PUT', path: `o/${key}`, body: bytes, accept: [200, 201], signal }), null)
    },
    async compareAndSwap(key, bytes, ifMatch, { signal }) {
      const headers = { 'if-match': ifMatch }
      const response = await send({ method: 'PUT', path: `o/${key}`, headers, body: bytes, accept: [200, 412], signal })
      return discard(response, response.status === 412 ? 'lost' : { etag: etagOf(response) })
    },
    async list(prefix, { depth, cursor = '', limit, signal }) {
      const query = new URLSearchParams({ prefix, depth, after: cursor, limit: `${limit}` })
      const response = await send({ method: 'GET', path: `list?${query}`, accept: [200], signal })
      const { entries, more } = (await response.json()) as { readonly entries: ListEntry[]; readonly more: boolean }
      return more ? { entries, cursor: entries.at(-1)!.key } : { entries }
    },
    async delete(keys, { signal }) {
      for (const key of keys) {
        await discard(await send({ method: 'DELETE', path: `o/${key}`, accept: [204, 404], signal }), null)
      }
    },
    async sync() {}, // what the server answered is durable already
    stage: denied,
    copy: denied,
    batch: deniedBatch(),
    bulk: deniedBulk(),
    async close() {}, // `fetch` keeps connections for the whole process, and lets go of idle ones
  }
}

function rangeHeader(range: ByteRange): string {
  if ('last' in range) return `bytes=-${range.last}`
  return `bytes=${range.from}-${'to' in range ? range.to - 1 : ''}` // the last byte of HTTP is inclusive
}

/** An etag is only compared, so it stays as the server wrote it, quotes included. */
function etagOf(response: Response): string {
  const etag = response.headers.get('etag')
  if (etag === null) throw new Error('the server answered without an etag')
  return etag
}

/** Chunks of a useful size. A body that ends early rejects: `fetch` compares it with what was announced. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const chunk of body ?? []) {
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes < CHUNK_BYTES) continue
    yield Buffer.concat(held)
    held = []
    heldBytes = 0
  }
  if (heldBytes > 0) yield Buffer.concat(held)
}

/**
 * A body whose length is not announced, even where it is known: a source that fails after its last byte must leave a
 * request that never ended, which the server throws away.
 */
function streamOf(source: ByteSource, options: CallOptions): ReadableStream<Uint8Array> {
  async function* copies(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.read(options)) {
      throwIfAborted(options)
      yield new Uint8Array(chunk) // the source reuses its buffer while `fetch` still sends this one
    }
  }
  return ReadableStream.from(copies())
}

/** A body that nobody reads would hold its connection. */
async function discard<T>(response: Response, answer: T): Promise<T> {
  await response.body?.cancel()
  return answer
}

async function* noChunks(): AsyncGenerator<Uint8Array> {}

async function denied(): Promise<never> {
  throw new LadingError('UNSUPPORTED', { detail: 'a shelf cannot do this', next: 'see the capabilities' })
}
