import type { ShelfOptions } from './config.ts'
import { refusal, unanswered } from './errors.ts'

/** One request. `accept` has the answers that the caller understands; any other is an error. */
export interface ShelfRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** Below the bucket, with its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Uint8Array | ReadableStream<Uint8Array> | undefined
  readonly accept: readonly number[]
  readonly signal: AbortSignal | undefined
}

/** Sends requests to one bucket. Tries each once: the protocol above knows when a write may be sent again. */
export type ShelfClient = (request: ShelfRequest) => Promise<Response>

/** A client of one bucket, by the `fetch` of Node. Does no I/O. */
export function createClient({ url, token }: ShelfOptions): ShelfClient {
  const always = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return async ({ method, path, headers, body = null, accept, signal = null }) => {
    const init = {
      method,
      headers: { ...always, ...headers },
      body,
      signal,
      duplex: 'half',
      redirect: 'error',
    } as const
    const response = await fetch(`${url}/${path}`, init).catch((error: unknown) => {
      throw unanswered(error)
    })
    if (accept.includes(response.status)) return response
    await response.body?.cancel()
    throw refusal(response)
  }
}
