import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { ErrorCode, Retry } from '../../domain/errors.ts'

type Meaning = readonly [code: ErrorCode, detail: string, next: string, retry?: Retry]

const DENIED = 'check owner and mode of the file, of its folder and of the files beside it that end in -wal and -shm'
const RESTORE = 'restore it from a backup of the store'

/**
 * SQLite's primary result codes, for a transaction that was rolled back: it changed nothing.
 * https://www.sqlite.org/rescode.html
 */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  1: ['CORRUPT', 'its tables are not those that lading made', RESTORE],
  3: ['UNAUTHORIZED', 'access to the database is denied', DENIED],
  5: ['UNAVAILABLE', 'others keep the database locked', 'try again when they are done'],
  6: ['UNAVAILABLE', 'others keep the database locked', 'try again when they are done'],
  7: ['UNAVAILABLE', 'there is not enough memory', 'do less at once, then try again'],
  8: ['UNAUTHORIZED', 'the database cannot be written', DENIED],
  10: ['UNAVAILABLE', 'the disk failed', 'check the disk, then try again'],
  11: ['CORRUPT', 'the database is damaged', RESTORE],
  // Somebody must make room: whoever waits for it waits in vain.
  13: ['UNAVAILABLE', 'the disk is full', 'free some space there, then try again', 'never'],
  14: ['UNAUTHORIZED', 'the database cannot be opened: it is a folder, or access is denied', DENIED],
  15: ['UNAVAILABLE', 'the database cannot be locked', 'put it on a local disk; network file systems cannot do this'],
  // Nothing that lading writes breaks a constraint unless rows contradict each other.
  19: ['CORRUPT', 'its rows contradict each other', RESTORE],
  20: ['CORRUPT', 'its rows contradict each other', RESTORE],
  22: ['UNSUPPORTED', 'the file is larger than this system can handle', 'use another store'],
  23: ['UNAUTHORIZED', 'access to the database is denied', DENIED],
  26: ['CORRUPT', 'the file is no SQLite database', `${RESTORE}, or give another file`],
}

/** Errno names of what is done to the folder. */
const FOLDER_MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: ['UNAUTHORIZED', 'the file system denies access', 'check owner and mode of the folder'],
  EPERM: ['UNAUTHORIZED', 'the file system denies access', 'check owner and mode of the folder'],
  EROFS: ['UNAUTHORIZED', 'the file system is read-only', 'mount it writable, or write to another store'],
  ENOSPC: ['UNAVAILABLE', 'the disk is full', 'free some space there, then try again', 'never'],
  ENOTDIR: ['INVALID', 'a file is where a folder has to be', 'give another path'],
  EEXIST: ['INVALID', 'a file is where a folder has to be', 'give another path'],
  ENAMETOOLONG: ['INVALID', 'a name is longer than the file system takes', 'give a shorter path'],
}

const FAILED: Meaning = ['UNAVAILABLE', 'the database failed', 'see the cause, then try again']

/** What `node:sqlite` rejects with for a number above 2^53, which lading never writes. */
const NUMBER_TOO_LARGE = 'ERR_OUT_OF_RANGE'

/** SQLite's primary result code of an error; null for what SQLite did not say. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  // Extended codes carry the primary one in their lowest byte.
  return error.errcode & 0xff
}

/** Whether others hold the lock: the same try can succeed later. */
export function isBusy(error: unknown): boolean {
  const code = resultCodeOf(error)
  return code === 5 || code === 6
}

/** An error of a transaction that certainly changed nothing. What neither SQLite nor the disk said passes unchanged. */
export function translated(error: unknown): unknown {
  if (isLadingError(error) || !(error instanceof Error)) return error
  const meaning = meaningOf(error)
  if (meaning === null) return error
  const [code, detail, next, retry] = meaning
  const details = { detail: `${detail} (${error.message})`, next, cause: error }
  return new LadingError(code, retry === undefined ? details : { ...details, retry })
}

function meaningOf(error: Error): Meaning | null {
  const result = resultCodeOf(error)
  if (result !== null) return MEANINGS[result] ?? FAILED
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (errno === NUMBER_TOO_LARGE) return ['CORRUPT', 'the database is damaged', RESTORE]
  return 'syscall' in error ? (FOLDER_MEANINGS[errno] ?? FAILED) : null
}

/** The error of a commit that was not answered: it may be found done after a restart of the machine. */
export function unknownCommit(cause: unknown): LadingError {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new LadingError('UNKNOWN_OUTCOME', {
    detail: `the commit failed half-way (${detail})`,
    next: 'look at the artifact before you try again',
    cause,
  })
}

/** Another program's database, or another version's. */
export function notOurs(file: string): LadingError {
  return new LadingError('CONFLICT', {
    key: file,
    detail: 'the file is the database of another program',
    next: 'give another file; nothing was changed',
  })
}

/** A database that would run somebody else's statements with ours, or in their place. */
export function hasForeignCode(file: string): LadingError {
  return new LadingError('CORRUPT', {
    key: file,
    detail: 'the database has triggers or views, which lading never makes',
    next: `drop them if they are yours, or ${RESTORE}; nothing was changed`,
  })
}

/** A database of a newer lading. */
export function newerSchema(file: string, { found, known }: { found: number; known: number }): LadingError {
  return new LadingError('UNSUPPORTED', {
    key: file,
    detail: `the database has schema ${found}; this lading knows schema ${known}`,
    next: 'update lading',
  })
}
