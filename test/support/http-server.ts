import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createPort } from 'node:net'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Answers of a server by path; what is not there is a 404. */
export type Routes = Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>>

/** A server on this machine that ends with the test. */
export interface TestServer {
  /** The URI of a path. */
  at(path: string): string
  readonly port: number
  /** Every request so far. */
  readonly requests: readonly IncomingMessage[]
}

export async function startServer(routes: Routes): Promise<TestServer> {
  const requests: IncomingMessage[] = []
  const listener: RequestListener = (request, response) => {
    requests.push(request)
    const route = routes[new URL(request.url ?? '/', 'http://host').pathname]
    if (route) route(response, request)
    else response.writeHead(404).end('nothing here')
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { at: (path) => `http://127.0.0.1:${port}${path}`, port, requests }
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createPort()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
