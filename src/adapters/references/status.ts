import { LadingError } from '../../domain/errors.ts'
import type { ErrorCode } from '../../domain/errors.ts'

type Meaning = readonly [code: ErrorCode, detail: string, next: string]

const CHECK = 'check the URI'
const SIGN_IN = 'check the credentials, or bring a handler that has them'

/** What the status of an answer means: https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: ['INVALID', 'the server does not understand the request', CHECK],
  401: ['UNAUTHORIZED', 'the server asks for credentials', SIGN_IN],
  403: ['UNAUTHORIZED', 'the server does not permit it', SIGN_IN],
  404: ['NOT_FOUND', 'there is nothing', CHECK],
  405: ['INVALID', 'the server lets nobody read there', CHECK],
  407: ['UNAUTHORIZED', 'the proxy asks for credentials', 'check the settings of the proxy'],
  410: ['NOT_FOUND', 'there is nothing any more', CHECK],
  414: ['INVALID', 'the URI is too long for the server', CHECK],
  429: ['UNAVAILABLE', 'the server is asked too often', 'try again later'],
}

/** Rejects unless a status says that all bytes follow. What the table does not list is `UNAVAILABLE`. */
export function assertWhole(status: number): void {
  if (status === 200) return
  const [code, detail, next] = MEANINGS[status] ?? [
    'UNAVAILABLE',
    'the server did not send the bytes',
    'try again later',
  ]
  throw new LadingError(code, { detail: `${detail} (HTTP ${status})`, next })
}
