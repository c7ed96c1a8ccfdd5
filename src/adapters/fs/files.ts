import * as nodeFs from 'node:fs'
import { basename, resolve } from 'node:path'
import { LadingError } from '../../domain/errors.ts'
import type { Files, FoundFile } from '../../ports/files.ts'
import { onFile } from './file-errors.ts'
import { notLoggable } from './file-kinds.ts'
import { FileSource } from './file-source.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { createTargetFolder } from './target-folder.ts'
import { walkFolder } from './walk.ts'

/** The user's files on a disk: that of `node:fs`, or another that behaves like it. Relative paths start at the cwd. */
export function createFiles(fs: UserFileSystem = nodeFs): Files {
  return {
    async kind(path) {
      const stats = await onFile(path, fs.promises.stat(path))
      if (stats.isDirectory()) return 'folder'
      if (!stats.isFile()) throw notLoggable(path, stats)
      return 'file'
    },
    file: (path) => findFile(fs, path),
    walk: (folder, options) => walkFolder(fs, folder, options),
    target: (root) => createTargetFolder(fs, root),
    basename: (path) => basename(resolve(path)),
  }
}

async function findFile(fs: UserFileSystem, path: string): Promise<FoundFile> {
  const realPath = await onFile(path, fs.promises.realpath(path))
  const stats = await onFile(path, fs.promises.lstat(realPath))
  if (stats.isDirectory()) {
    throw new LadingError('INVALID', { key: path, detail: 'it is a folder', next: 'add it as a folder' })
  }
  if (!stats.isFile()) throw notLoggable(path, stats)
  const source = new FileSource(fs, { realPath, path, sizeBytes: stats.size })
  return { path: basename(resolve(path)), sizeBytes: stats.size, source }
}
