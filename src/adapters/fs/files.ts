import * as nodeFs from 'node:fs'
import { basename, resolve } from 'node:path'
import { LadingError } from '../../domain/errors.ts'
import type { Files, FoundFile } from '../../ports/files.ts'
import { onFile } from './file-errors.ts'
import { notLoggable } from './file-kinds.ts'
import { foundFile } from './found-file.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { createTargetFolder } from './target-folder.ts'
import { walkFolder } from './walk.ts'

/** What is known of the disk besides what lies on it. */
export interface FilesOptions {
  /** Files and folders of the store in use. They are never walked into, and no folder around or in one is expendable. */
  readonly stores?: readonly string[]
}

/** The user's files on a disk: that of `node:fs`, or another that behaves like it. Relative paths start at the cwd. */
export function createFiles(fs: UserFileSystem = nodeFs, options: FilesOptions = {}): Files {
  const stores = (options.stores ?? []).map((path) => resolve(path))
  return {
    async kind(path) {
      const stats = await onFile(path, fs.promises.stat(path))
      if (stats.isDirectory()) return 'folder'
      if (!stats.isFile()) throw notLoggable(path, stats)
      return 'file'
    },
    file: (path) => findFile(fs, path),
    walk: (folder, call) => walkFolder(fs, folder, { ...call, stores }),
    target: (root) => createTargetFolder(fs, root, stores),
    basename: (path) => basename(resolve(path)),
  }
}

async function findFile(fs: UserFileSystem, path: string): Promise<FoundFile> {
  const realPath = await onFile(path, fs.promises.realpath(path))
  const stats = await onFile(path, fs.promises.lstat(realPath, { bigint: true }))
  if (stats.isDirectory()) {
    throw new LadingError('INVALID', { key: path, detail: 'it is a folder', next: 'add it as a folder' })
  }
  if (!stats.isFile()) throw notLoggable(path, stats)
  return foundFile(fs, { path: basename(resolve(path)), name: path, realPath }, stats)
}
