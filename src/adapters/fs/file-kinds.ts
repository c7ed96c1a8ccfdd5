import type { Stats } from 'node:fs'
import { LadingError } from '../../domain/errors.ts'

/** The questions that `Stats` and `Dirent` both answer. */
export type FileKind = Pick<
  Stats,
  'isFile' | 'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'
>

/** What lies at a path, for people: `a FIFO`. */
export function describeKind(kind: FileKind): string {
  if (kind.isFile()) return 'a file'
  if (kind.isDirectory()) return 'a folder'
  if (kind.isSymbolicLink()) return 'a symbolic link'
  if (kind.isFIFO()) return 'a FIFO'
  if (kind.isSocket()) return 'a socket'
  return kind.isBlockDevice() || kind.isCharacterDevice() ? 'a device' : 'of an unknown kind'
}

/** The error for something that cannot be logged because of what it is. */
export function notLoggable(path: string, kind: FileKind): LadingError {
  const detail = `it is ${describeKind(kind)}; only files and folders can be logged`
  return new LadingError('INVALID', { key: path, detail, next: 'remove or exclude it' })
}
