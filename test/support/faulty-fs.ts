import * as nodeFs from 'node:fs'
import type { FileHandle, FileSystem, NodeFileSystem } from '../../src/adapters/fs/client.ts'

/** One call of a file system, before it is made. */
export interface FsCall {
  readonly name: keyof FileSystem | `handle.${keyof FileHandle}`
  readonly path: string
  /** Whether the call changes something, or makes a change durable. */
  readonly changes: boolean
  /** Bytes that a read or a write asks for; 0 for everything else. */
  readonly bytes: number
}

/** A file system that tells of each call before it is made; what `before` throws or rejects, the call rejects with. */
export function watchedFs(
  before: (call: FsCall) => void | Promise<void>,
  inner: NodeFileSystem = nodeFs,
): NodeFileSystem {
  const disk = inner.promises as unknown as FileSystem
  const call = async <T>(facts: Partial<FsCall> & Pick<FsCall, 'name' | 'path'>, run: () => Promise<T>): Promise<T> => {
    await before({ changes: false, bytes: 0, ...facts })
    return run()
  }
  const promises: FileSystem = {
    open: (path, flags, mode) =>
      call({ name: 'open', path, changes: flags === 'wx' }, async () =>
        watchedHandle(call, path, await disk.open(path, flags, mode)),
      ),
    link: (from, path) => call({ name: 'link', path, changes: true }, () => disk.link(from, path)),
    rename: (from, path) => call({ name: 'rename', path, changes: true }, () => disk.rename(from, path)),
    utimes: (path, atime, mtime) =>
      call({ name: 'utimes', path, changes: true }, () => disk.utimes(path, atime, mtime)),
    unlink: (path) => call({ name: 'unlink', path, changes: true }, () => disk.unlink(path)),
    mkdir: (path) => call({ name: 'mkdir', path, changes: true }, () => disk.mkdir(path)),
    stat: (path, options) => call({ name: 'stat', path }, () => disk.stat(path, options)),
    readdir: (path, options) => call({ name: 'readdir', path }, () => disk.readdir(path, options)),
    opendir: (path) => call({ name: 'opendir', path }, () => disk.opendir(path)),
  }
  return { promises }
}

type Caller = <T>(facts: Partial<FsCall> & Pick<FsCall, 'name' | 'path'>, run: () => Promise<T>) => Promise<T>

function watchedHandle(call: Caller, path: string, inner: FileHandle): FileHandle {
  return {
    write: (bytes, offset, length) =>
      call({ name: 'handle.write', path, changes: true, bytes: length }, () => inner.write(bytes, offset, length)),
    read: (into, offset, length, position) =>
      call({ name: 'handle.read', path, bytes: length }, () => inner.read(into, offset, length, position)),
    stat: (options) => call({ name: 'handle.stat', path }, () => inner.stat(options)),
    chmod: (mode) => call({ name: 'handle.chmod', path, changes: true }, () => inner.chmod(mode)),
    sync: () => call({ name: 'handle.sync', path, changes: true }, () => inner.sync()),
    // A file that cannot be closed would stay open: only told of.
    close: () => call({ name: 'handle.close', path }, () => inner.close()),
  }
}

/** An error as the system makes it. */
export function errno(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: planted`), { code })
}
