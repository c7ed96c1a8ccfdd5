// The service that the driver is for: a key-value server in memory. Yours is somebody else's program; this one is here so
// that the example runs by itself.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running server. */
export interface ShelfServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Ends every connection and gives the port back. */
  close(): Promise<void>
}

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
}

type Bucket = Map<string, StoredObject>

/** Starts a server on a free port of this machine. With a token it refuses everybody else. */
export async function startShelfServer({ token }: { readonly token?: string } = {}): Promise<ShelfServer> {
  const buckets = new Map<string, Bucket>()
  const server = createServer((request, response) => {
    const answered = token === undefined || request.headers.authorization === `Bearer ${token}`
    const work = answered ? answer(buckets, request, response) : Promise.resolve(response.writeHead(401).end())
    work.catch(() => response.destroy()) // the client went away in the middle of its body: nothing was kept
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(buckets: Map<string, Bucket>, request: IncomingMessage, response: ServerResponse) {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://shelf')
  const [, name = '', kind, ...rest] = pathname.split('/')
  const bucket = buckets.get(name) ?? new Map<string, StoredObject>()
  buckets.set(name, bucket)
  const key = rest.join('/')
  if (kind === 'list') return sendList(bucket, searchParams, response)
  if (kind !== 'o' || key === '') return response.writeHead(400).end()
  if (request.method === 'PUT') return put(bucket, key, request, response)
  if (request.method === 'DELETE') return response.writeHead(bucket.delete(key) ? 204 : 404).end()
  return sendObject(bucket.get(key), request, response)
}

/** The body is read to its end before anything is looked up or changed, so that each request is atomic. */
async function put(bucket: Bucket, key: string, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const there = bucket.get(key)
  const { 'if-none-match': ifNoneMatch, 'if-match': ifMatch } = request.headers
  const isLost = ifMatch !== undefined && ifMatch !== there?.etag
  if (isLost || (ifNoneMatch === '*' && there)) return response.writeHead(412).end()
  const etag = `"${randomUUID()}"`
  bucket.set(key, { bytes: Buffer.concat(chunks), etag })
  return response.writeHead(there ? 200 : 201, { etag }).end()
}

function sendObject(object: StoredObject | undefined, { method, headers }: IncomingMessage, response: ServerResponse) {
  if (object === undefined) return response.writeHead(404).end()
  const { bytes, etag } = object
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
  const from = first === '' && last !== '' ? Math.max(0, bytes.length - Number(last)) : Number(first)
  const to = first === '' || last === '' ? bytes.length : Math.min(bytes.length, Number(last) + 1)
  if (headers.range !== undefined && from >= bytes.length) return response.writeHead(416).end()
  const part = bytes.subarray(from, to)
  response.writeHead(headers.range === undefined ? 200 : 206, { etag, 'content-length': part.length })
  return response.end(method === 'HEAD' ? undefined : part)
}

/** Keys in code-point order; with `depth=children`, deeper ones fold into one entry for their folder. */
function sendList(bucket: Bucket, query: URLSearchParams, response: ServerResponse) {
  const [prefix, after] = [query.get('prefix') ?? '', query.get('after') ?? '']
  const entries = new Map<string, object>()
  for (const key of [...bucket.keys()].sort()) {
    if (!key.startsWith(prefix)) continue
    const slash = query.get('depth') === 'children' ? key.indexOf('/', prefix.length) : -1
    const folder = key.slice(0, slash + 1)
    const { bytes, etag } = bucket.get(key)!
    if (slash === -1) entries.set(key, { kind: 'object', key, sizeBytes: bytes.length, etag })
    else entries.set(folder, { kind: 'folder', key: folder })
  }
  const found = [...entries].filter(([key]) => key > after).map(([, entry]) => entry)
  const limit = Number(query.get('limit'))
  response.writeHead(200, { 'content-type': 'application/json' })
  return response.end(JSON.stringify({ entries: found.slice(0, limit), more: found.length > limit }))
}
