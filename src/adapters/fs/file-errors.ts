import { isLadingError, LadingError } from '../../domain/errors.ts'
import type { ErrorCode } from '../../domain/errors.ts'

type Meaning = readonly [code: ErrorCode, detail: string, next: string]

const UNREADABLE = 'check the permissions of the file and of the folders above it'
const BUSY = 'try again later'

/** What an answer of the system means for a file or folder of the user. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOENT: ['NOT_FOUND', 'there is no such file or folder', 'check the path'],
  ENOTDIR: ['NOT_FOUND', 'a part of the path is not a folder', 'check the path'],
  EACCES: ['UNAUTHORIZED', 'permission denied', UNREADABLE],
  EPERM: ['UNAUTHORIZED', 'the system does not permit it', UNREADABLE],
  EROFS: ['UNAUTHORIZED', 'the disk is read-only', 'choose a folder on another disk'],
  ELOOP: ['INVALID', 'its symbolic links form a loop', 'remove the link'],
  ENAMETOOLONG: ['INVALID', 'the name is too long for this disk', 'use a shorter name'],
  EINVAL: ['INVALID', 'this disk does not accept the name', 'use another name'],
  EILSEQ: ['INVALID', 'this disk does not accept the name', 'use another name'],
  ERR_INVALID_ARG_VALUE: ['INVALID', 'the path is not valid', 'use another path'],
  EFBIG: ['INVALID', 'the file is too large for this disk', 'choose a folder on another disk'],
  EEXIST: ['CONFLICT', 'something else is in its place', 'move it away'],
  EISDIR: ['CONFLICT', 'a folder is in its place', 'move the folder away'],
  ENOTEMPTY: ['CONFLICT', 'a folder is in its place', 'move the folder away'],
  ENOSPC: ['UNAVAILABLE', 'the disk is full', 'make room and try again'],
  EDQUOT: ['UNAVAILABLE', 'the disk quota is used up', 'make room and try again'],
  EMFILE: ['UNAVAILABLE', 'too many files are open in this process', BUSY],
  ENFILE: ['UNAVAILABLE', 'too many files are open on this machine', BUSY],
  EIO: ['UNAVAILABLE', 'the disk reported an error', 'check the disk and try again'],
}

/** Awaits a call of the file system about `path`; what it rejects with becomes an error of ours that names the path. */
export async function onFile<T>(path: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw fileError(error, path)
  }
}

/** As `onFile`, but null when there is nothing at the path. */
export async function ifPresent<T>(path: string, call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    throw fileError(error, path)
  }
}

/** The name of the system's error, such as `ENOENT`; null when it is none of the system's. */
export function errnoOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' ? code : null
}

/**
 * The error of ours for what the file system rejected with.
 * What the table does not list is `UNAVAILABLE`: files of the user are read, or written under a name that nobody sees.
 */
export function fileError(error: unknown, path: string): unknown {
  const errno = errnoOf(error)
  if (errno === null || isLadingError(error)) return error
  const [code, detail, next] = MEANINGS[errno] ?? ['UNAVAILABLE', `the system answered ${errno}`, BUSY]
  return new LadingError(code, { key: path, detail, next, cause: error })
}
