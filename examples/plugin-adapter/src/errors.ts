import { LadingError } from 'lading/ports'
import type { ErrorCode } from 'lading/ports'

/**
 * What the server refuses for certain, by its status. All others, such as 500, say neither yes nor no: they have no code
 * here, and the facade makes `UNAVAILABLE` of them for a read and `UNKNOWN_OUTCOME` for a write.
 */
const BY_STATUS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['INVALID', 'report it: the driver sent what the server does not understand'],
  401: ['UNAUTHORIZED', 'give the token of this bucket'],
  403: ['UNAUTHORIZED', 'ask for the permission to write'],
  413: ['INVALID', 'split the file'],
  429: ['UNAVAILABLE', 'try again later'],
  503: ['UNAVAILABLE', 'try again later'],
}

/** No connection was made, so nothing was sent. A reset is not here: the request may have arrived. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** The error of an answer that was not expected. */
export function refusal({ status, statusText }: Response): Error {
  const detail = `the server answered ${status} ${statusText}`.trimEnd()
  const [code, next] = BY_STATUS[status] ?? []
  return code === undefined ? new Error(detail) : new LadingError(code, { detail, next })
}

/** The error of a request that got no answer. `fetch` says "fetch failed", and hides why in the cause. */
export function unanswered(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  if (!(cause instanceof Error) || !('code' in cause)) return error
  const { code } = cause
  if (typeof code !== 'string' || !NOT_SENT.has(code)) return error
  return new LadingError('UNAVAILABLE', {
    detail: `no connection: ${code}`,
    next: 'is the server running?',
    cause: error,
  })
}
