import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Container } from 'inversify'
import { isLadingError } from 'lading'
import type { ErrorCode } from 'lading'
import { ReleaseService } from './release-service.ts'

/** The running service. */
export interface RunningService {
  readonly url: string
  /** Answers what was asked, then closes the stores. Idempotent. */
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Codes are stable, so that a table is enough. What it does not list is ours to look at: 500. */
const STATUS: { readonly [code in ErrorCode]?: number } = {
  INVALID: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  UNAVAILABLE: 503,
}

/** Serves the container's service over HTTP: `POST /releases?ref=resnet:v3`, `GET /releases/resnet`. Port 0 is any free one. */
export async function startService(container: Container, port: number): Promise<RunningService> {
  const service = container.get(ReleaseService)
  const server = createServer((request, response) => {
    void respond(request, response)
  })
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await answer(service, request)
    // A connection that stays open would hold up the closing.
    response.shouldKeepAlive &&= server.listening
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  let closing: Promise<void> | undefined
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => (closing ??= close(server, container)),
  }
}

/** In this order: no new requests, the end of those under way, and only then the stores that they use. */
async function close(server: Server, container: Container): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
  await container.unbindAllAsync()
}

async function answer(service: ReleaseService, { method, url }: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(url ?? '', 'http://localhost')
  const [, collection, name] = pathname.split('/')
  try {
    if (collection !== 'releases') return { status: 404, body: { error: 'no such page' } }
    if (method === 'GET' && name) return { status: 200, body: await service.list(name) }
    if (method !== 'POST') return { status: 405, body: { error: 'POST /releases?ref=…, GET /releases/<name>' } }
    const release = await service.release(searchParams.get('ref') ?? '')
    return { status: release.created ? 201 : 200, body: release }
  } catch (error) {
    if (!isLadingError(error)) return { status: 500, body: { error: 'something broke' } }
    const { code, detail, next } = error
    return { status: STATUS[code] ?? 500, body: { error: code, detail, next } }
  }
}
