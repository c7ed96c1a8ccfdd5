/** What went wrong. Callers match on this and never on a message; the list only grows. */
export type ErrorCode =
  /** What was asked for is not there, or is there no longer. */
  | 'NOT_FOUND'
  /** A key that was to be created exists. */
  | 'ALREADY_EXISTS'
  /** A precondition does not hold: another type, another alias target, content that differs. */
  | 'CONFLICT'
  /** A collaborative round was closed before this part arrived. */
  | 'ALREADY_FINISHED'
  /** The capability is not there. */
  | 'UNSUPPORTED'
  /** The request itself is wrong; sending it again cannot help. */
  | 'INVALID'
  /** Stored bytes are not what their digest or format says. */
  | 'CORRUPT'
  /** Credentials or permissions do not suffice. */
  | 'UNAUTHORIZED'
  /** The store cannot answer now. Nothing was changed by this call. */
  | 'UNAVAILABLE'
  /** The call may or may not have taken effect. */
  | 'UNKNOWN_OUTCOME'
  /** The caller's AbortSignal fired. */
  | 'ABORTED'
  /** The store or run was closed. */
  | 'CLOSED'

/** Whether the same call can succeed later: `never` until something is changed, `now`, or `later` after a pause. */
export type Retry = 'never' | 'now' | 'later'

/** The facts of an error, from which its message is made. */
export interface ErrorDetails {
  /** The operation as the caller knows it: `setAlias`, `log`, `get`. */
  readonly operation?: string | undefined
  /** What it was asked of: a ref, a path, a store key. */
  readonly key?: string | undefined
  /** The adapter that answered. */
  readonly adapter?: string | undefined
  /** Defaults to what the code implies. */
  readonly retry?: Retry
  /** What was expected and what was found. */
  readonly detail: string
  /** What the reader can do about it. */
  readonly next?: string | undefined
  readonly cause?: unknown
}

const RETRY: Record<ErrorCode, Retry> = {
  NOT_FOUND: 'never',
  ALREADY_EXISTS: 'never',
  CONFLICT: 'never',
  ALREADY_FINISHED: 'never',
  UNSUPPORTED: 'never',
  INVALID: 'never',
  CORRUPT: 'never',
  UNAUTHORIZED: 'never',
  UNAVAILABLE: 'later',
  UNKNOWN_OUTCOME: 'later',
  ABORTED: 'now',
  CLOSED: 'never',
}

/** Shared by all copies of lading in a process: an adapter may have been installed with one of its own. */
const BRAND = Symbol.for('lading/LadingError')

/**
 * The only error that lading throws on purpose.
 * Its message has one shape: `operation key (adapter): CODE: detail; next`.
 */
export class LadingError extends Error {
  override readonly name = 'LadingError'
  readonly code: ErrorCode
  readonly retry: Retry
  readonly operation: string | undefined
  readonly key: string | undefined
  readonly adapter: string | undefined
  readonly detail: string
  readonly next: string | undefined

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(formatMessage(code, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retry = details.retry ?? RETRY[code]
    this.operation = details.operation
    this.key = details.key
    this.adapter = details.adapter
    this.detail = details.detail
    this.next = details.next
  }

  /** @internal */
  get [BRAND](): true {
    return true
  }

  /** The same error with the facts that an outer layer knows; what is set already stays. */
  with(context: Pick<ErrorDetails, 'operation' | 'key' | 'adapter' | 'next'>): LadingError {
    return new LadingError(this.code, {
      operation: this.operation ?? context.operation,
      key: this.key ?? context.key,
      adapter: this.adapter ?? context.adapter,
      next: this.next ?? context.next,
      retry: this.retry,
      detail: this.detail,
      cause: this.cause,
    })
  }
}

/** Narrows an unknown error to one of ours, of whatever copy of lading in this process, optionally of one code. */
export function isLadingError(error: unknown, code?: ErrorCode): error is LadingError {
  if (!(error instanceof Error) || !(BRAND in error)) return false
  return code === undefined || ('code' in error && error.code === code)
}

function formatMessage(code: ErrorCode, details: ErrorDetails): string {
  const where = [details.operation, details.key, details.adapter && `(${details.adapter})`].filter(Boolean).join(' ')
  const what = details.next ? `${details.detail}; ${details.next}` : details.detail
  return where ? `${where}: ${code}: ${what}` : `${code}: ${what}`
}
