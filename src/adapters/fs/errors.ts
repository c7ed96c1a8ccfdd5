import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { ErrorCode, Retry } from '../../domain/errors.ts'

/** What a failing call may have left behind: `none`, or `possible` when nobody can tell whether it took effect. */
export type Effect = 'none' | 'possible'

type Meaning = readonly [code: ErrorCode, detail: string, next: string, retry?: Retry]

const FULL = 'free some space there, then try again'
const DENIED = 'check owner and mode of the folder, and that its file system has hard links (FAT and exFAT have none)'
const NAME = 'move what is in the way, or give another root'
const AWAY = 'make sure that nobody else clears the folder of the store, then try again'
const OTHER_DISK = 'put the whole store on one file system that has hard links'
const HANDLES = 'raise the limit (ulimit -n) or do less at once, then try again'

/** Errno names whose meaning does not depend on what was under way: the call had no effect. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  // Somebody must make room: whoever waits for it waits in vain.
  ENOSPC: ['UNAVAILABLE', 'the disk is full', FULL, 'never'],
  EDQUOT: ['UNAVAILABLE', 'the disk is full: the quota is used up', FULL, 'never'],
  EROFS: ['UNAUTHORIZED', 'the file system is read-only', 'mount it writable, or write to another store'],
  EACCES: ['UNAUTHORIZED', 'the file system denies access', DENIED],
  EPERM: ['UNAUTHORIZED', 'the file system denies access', DENIED],
  EMFILE: ['UNAVAILABLE', 'this process has too many open files', HANDLES],
  ENFILE: ['UNAVAILABLE', 'this machine has too many open files', HANDLES],
  ENOENT: ['UNAVAILABLE', 'a file or a folder went away while it was used', AWAY],
  ENOTDIR: ['INVALID', 'a file is where a folder has to be', NAME],
  EISDIR: ['INVALID', 'a folder is where a file has to be', NAME],
  ENAMETOOLONG: ['INVALID', 'a name is longer than the file system takes', 'choose a shorter root or a shorter name'],
  EXDEV: ['UNSUPPORTED', 'the store spans several file systems', OTHER_DISK],
  ENOTSUP: ['UNSUPPORTED', 'the file system cannot do this', OTHER_DISK],
  EOPNOTSUPP: ['UNSUPPORTED', 'the file system cannot do this', OTHER_DISK],
  ENOSYS: ['UNSUPPORTED', 'the file system cannot do this', OTHER_DISK],
}

const DEFAULTS: Readonly<Record<Effect, Meaning>> = {
  none: ['UNAVAILABLE', 'the file system failed', 'check the disk, then try again'],
  possible: ['UNKNOWN_OUTCOME', 'the file system failed half-way', 'read back what is there, then try again'],
}

/** Makes the call; what the file system throws comes out as a `LadingError`. Anything else passes unchanged. */
export async function translated<T>(effect: Effect, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw isErrno(error) ? toLadingError(error, effect) : error
  }
}

/** The one table: errno name → code, detail and next step. The facade adds operation, key and adapter. */
export function toLadingError(error: NodeJS.ErrnoException, effect: Effect): LadingError {
  const [code, detail, next, retry] = MEANINGS[error.code ?? ''] ?? DEFAULTS[effect]
  const details = { detail: `${detail} (${error.message})`, next, cause: error }
  return new LadingError(code, retry === undefined ? details : { ...details, retry })
}

/** Whether an error came from the file system, and if names are given, with one of them. */
export function isErrno(error: unknown, ...names: readonly string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || isLadingError(error)) return false
  const { code } = error as NodeJS.ErrnoException
  // Errors of Node itself are ERR_…: bugs of ours, which no table should hide.
  if (typeof code !== 'string' || code.startsWith('ERR_')) return false
  return names.length === 0 || names.includes(code)
}
