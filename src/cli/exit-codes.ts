import type { ErrorCode } from '../domain/errors.ts'

/** What the process answers its caller. Documented in docs/cli.md; a number never gets another meaning. */
export const EXIT = Object.freeze({
  ok: 0,
  /** Anything without a code of its own, and a folder that differs from its version. */
  failure: 1,
  /** The command line, or a value in it, is wrong. */
  usage: 2,
  notFound: 3,
  conflict: 4,
  corrupt: 5,
  unauthorized: 6,
  /** The store cannot answer now, or it is not known whether the call took effect. */
  unavailable: 7,
  unsupported: 8,
  /** 128 + SIGINT. */
  interrupted: 130,
})

/** One of the numbers of `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  NOT_FOUND: EXIT.notFound,
  ALREADY_EXISTS: EXIT.conflict,
  CONFLICT: EXIT.conflict,
  ALREADY_FINISHED: EXIT.conflict,
  UNSUPPORTED: EXIT.unsupported,
  INVALID: EXIT.usage,
  CORRUPT: EXIT.corrupt,
  UNAUTHORIZED: EXIT.unauthorized,
  UNAVAILABLE: EXIT.unavailable,
  UNKNOWN_OUTCOME: EXIT.unavailable,
  ABORTED: EXIT.interrupted,
  CLOSED: EXIT.failure,
}

/** The exit code of an error of ours. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return BY_ERROR[code]
}
