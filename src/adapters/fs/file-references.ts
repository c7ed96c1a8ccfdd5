import * as nodeFs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LadingError } from '../../domain/errors.ts'
import type { ReferenceHandler } from '../../ports/reference-handler.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { onFile } from './file-errors.ts'
import { describeKind } from './file-kinds.ts'
import { FileSource } from './file-source.ts'
import type { UserFileSystem } from './user-file-system.ts'

/**
 * Reads `file:` URIs from the user's own disk: `file:///data/set.bin`, percent-encoded. Links are followed.
 *
 * Another host, a query, a fragment, a path that is relative, and anything but a regular file are `INVALID`. A file that
 * changes while it is read is `CONFLICT`. There is no etag.
 */
export function createFileReferences(fs: UserFileSystem = nodeFs): ReferenceHandler {
  return {
    schemes: ['file'],
    async read(uri, sink, options) {
      throwIfAborted(options)
      const path = pathOf(uri)
      const realPath = await onFile(path, fs.promises.realpath(path))
      const stats = await onFile(path, fs.promises.lstat(realPath))
      if (!stats.isFile()) throw unreadable(`it is ${describeKind(stats)}`, 'refer to a file')
      const source = new FileSource(fs, { realPath, name: path, sizeBytes: stats.size })
      await sink({ sizeBytes: stats.size, etag: null, chunks: source.read(options) })
    },
  }
}

function pathOf(uri: string): string {
  // `file:data` would mean `/data` to a URL, and `data` to whoever wrote it.
  if (!/^file:\//i.test(uri)) throw unreadable('it has no absolute path')
  if (/[?#]/.test(uri)) throw unreadable('it has a query or a fragment', 'percent-encode a "?" or "#" of the file name')
  try {
    return fileURLToPath(uri)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw unreadable(`it names no file of this machine: ${detail}`, 'write it as file:///path, percent-encoded', cause)
  }
}

function unreadable(detail: string, next = 'write it as file:///path', cause?: unknown): LadingError {
  return new LadingError('INVALID', { detail, next, cause })
}
