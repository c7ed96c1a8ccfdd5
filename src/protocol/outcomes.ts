import { isLadingError, LadingError } from '../domain/errors.ts'
import type { VersionRecord } from '../domain/version.ts'

/** The error of a command that may have taken effect, or has: `mine` is the version that it made. */
export function unknownOutcome(cause: unknown, mine: number | null): LadingError {
  const what = mine === null ? 'the command may have taken effect' : `version ${mine} was committed and will appear`
  const why = isLadingError(cause) ? cause.detail : 'the store stopped answering'
  return new LadingError('UNKNOWN_OUTCOME', {
    detail: `${what}, but then ${why}`,
    next: 'look at the artifact before you try again',
    cause,
  })
}

/** The blobs of a version were confirmed too long ago: a collector may have taken them since. */
export function blobsExpired(): LadingError {
  return new LadingError('UNAVAILABLE', {
    detail: 'the stored bytes were confirmed too long ago to be relied on',
    next: 'start again from the beginning',
  })
}

/** A version of another type than its artifact was put there by somebody else; counting it would change the type. */
export function otherType({ n, type }: VersionRecord): LadingError {
  return new LadingError('CORRUPT', {
    detail: `the record of version ${n} has type ${JSON.stringify(type)}, which is not that of the artifact`,
    next: 'restore it from a backup of the store',
  })
}

/** Numbers are dense: a version that head counts must be there. */
export function missingVersion(key: string): LadingError {
  return new LadingError('CORRUPT', {
    key,
    detail: 'head counts this version, but its record is missing',
    next: 'restore it from a backup of the store',
  })
}
