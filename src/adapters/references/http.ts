import { LadingError } from '../../domain/errors.ts'
import { publicUri } from '../../domain/reference.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { ReferenceHandler } from '../../ports/reference-handler.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { IdleTimer } from './idle-timer.ts'
import { assertWhole } from './status.ts'

/** Answers that lead elsewhere: https://www.rfc-editor.org/rfc/rfc9110#name-redirection-3xx */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const REDIRECTS_MAX = 10
const IDLE_TIMEOUT_MS = 60_000

/** How `http` and `https` references are read. */
export interface HttpReferenceOptions {
  /** How long the server may send nothing, in milliseconds, before it counts as gone. Default: a minute. */
  readonly idleTimeoutMs?: number
}

/** An address, and what it is asked with. */
interface Target {
  readonly url: URL
  /** Null for none. */
  readonly authorization: string | null
}

/**
 * Reads `http:` and `https:` URIs with the `fetch` of Node.
 *
 * - Follows at most ten redirects, to http(s) only. User and password of a URI are sent as basic authentication, and not
 *   to another origin.
 * - Asks for the bytes as they are stored. A server that encodes them all the same is `UNSUPPORTED`: `fetch` would decode
 *   them, and digests are of what is stored.
 * - The time that the reader takes for a chunk does not count as the server's.
 */
export function createHttpReferences({ idleTimeoutMs = IDLE_TIMEOUT_MS }: HttpReferenceOptions = {}): ReferenceHandler {
  return {
    schemes: ['http', 'https'],
    async read(uri, sink, options) {
      throwIfAborted(options)
      const target = parseTarget(uri)
      const timer = new IdleTimer(idleTimeoutMs, options)
      try {
        const { status, headers, body } = await ask(target, timer, options)
        assertWhole(status)
        assertUnencoded(headers)
        const chunks = read(body, timer, options)
        await sink({ sizeBytes: lengthOf(headers), etag: headers.get('etag'), chunks })
      } finally {
        timer.stop()
      }
    },
  }
}

/** The answer at the end of all redirects. */
async function ask(start: Target, timer: IdleTimer, options: CallOptions): Promise<Response> {
  let target = start
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const headers = {
      'accept-encoding': 'identity',
      ...(target.authorization && { authorization: target.authorization }),
    }
    const request = { headers, redirect: 'manual' as const, signal: timer.signal }
    const { url } = target
    const response = await timed(timer, options, () => fetch(url, request))
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null
    if (location === null) return response
    await response.body?.cancel()
    target = redirected(target, location)
  }
  throw new LadingError('INVALID', {
    detail: `it leads through more than ${REDIRECTS_MAX} redirects`,
    next: 'refer to where the bytes are',
  })
}

async function* read(
  body: ReadableStream<Uint8Array> | null,
  timer: IdleTimer,
  options: CallOptions,
): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader()
  if (reader === undefined) return
  for (;;) {
    const { done, value } = await timed(timer, options, () => reader.read())
    if (done) return
    yield value
  }
}

/** Waits for the other side, but not longer than it may take. */
async function timed<T>(timer: IdleTimer, options: CallOptions, call: () => Promise<T>): Promise<T> {
  try {
    return await timer.run(call)
  } catch (cause) {
    throwIfAborted(options)
    const why = timer.isOver ? `the server sent nothing for ${timer.timeoutMs} ms` : `no connection: ${reasonOf(cause)}`
    throw new LadingError('UNAVAILABLE', { detail: why, next: 'try again later', cause })
  }
}

/** `fetch` says "fetch failed", and hides why in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

function parseTarget(uri: string): Target {
  // The error of `new URL` would hold the whole URI, with its secrets.
  if (!URL.canParse(uri))
    throw new LadingError('INVALID', { detail: 'it is no URL', next: 'write it as https://host/path' })
  const url = new URL(uri)
  const authorization = basicAuthorization(url)
  url.username = ''
  url.password = ''
  return { url, authorization }
}

function basicAuthorization({ username, password }: URL): string | null {
  if (username === '' && password === '') return null
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    return `Basic ${Buffer.from(credentials).toString('base64')}`
  } catch {
    const next = 'percent-encode them'
    throw new LadingError('INVALID', { detail: 'its user or password is not valid percent-encoding', next })
  }
}

function redirected({ url: from, authorization }: Target, location: string): Target {
  if (!URL.canParse(location, from.href)) throw badRedirect('to what is no URL')
  const next = parseTarget(new URL(location, from.href).href)
  if (!/^https?:$/.test(next.url.protocol)) throw badRedirect(`to ${publicUri(next.url.href)}`)
  if (next.authorization !== null || next.url.origin !== from.origin) return next
  return { ...next, authorization }
}

function badRedirect(where: string): LadingError {
  const next = 'refer to where the bytes are'
  return new LadingError('INVALID', { detail: `the server redirects ${where}, which is not followed`, next })
}

function assertUnencoded(headers: Headers): void {
  const transfer = headers.get('transfer-encoding')?.toLowerCase()
  // `fetch` undoes no coding of the transfer but `chunked`.
  const encoding = transfer === undefined || transfer === 'chunked' ? headers.get('content-encoding') : transfer
  if (encoding === null || encoding.toLowerCase() === 'identity') return
  throw new LadingError('UNSUPPORTED', {
    detail: `the server sends the bytes encoded (${encoding}), although they were asked for as they are stored`,
    next: 'have the server send them as they are, or bring a handler that reads them',
  })
}

function lengthOf(headers: Headers): number | null {
  const length = headers.get('content-length')
  return length !== null && /^\d+$/.test(length) ? Number(length) : null
}
