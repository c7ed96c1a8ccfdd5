import { isUtf8 } from 'node:buffer'
import type { Stats } from 'node:fs'
import { basename, join } from 'node:path'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { comparePaths } from '../../domain/paths.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { TargetFolder } from '../../ports/files.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { mountedAt } from './expendable.ts'
import { errnoOf, fileError, ifPresent, onFile } from './file-errors.ts'
import type { KnownFolders } from './known-folders.ts'
import { inFolder } from './pinned-folder.ts'
import type { UserFileSystem } from './user-file-system.ts'

/** What a folder may not have been emptied for. */
const NOT_EMPTY = new Set(['ENOTEMPTY', 'EEXIST'])

/** A folder below the root, or the root itself. */
interface Folder {
  /** Relative to the root; empty for the root. */
  readonly path: string
  /** Without links. */
  readonly real: string
}

/** A name in a folder. */
interface Child extends Folder {
  readonly isFolder: boolean
}

/**
 * Walks and removes what lies below the root of a target folder; the root itself stays.
 *
 * - Links are never followed: they are names like files, and are removed as such. So are FIFOs, sockets and devices.
 * - Right before each removal its folder is looked at once more, and is CONFLICT if a link has taken its place. On Linux
 *   nobody can come in between. Elsewhere whoever swaps folders for links between that look and the removal can have a
 *   file removed elsewhere that has the same name, and nothing else: no folder with something in it is ever removed.
 * - A name that is not UTF-8 is `INVALID`, because no path says which one is meant; a disk that is mounted below the
 *   root is `CONFLICT`.
 */
export class FolderPruner {
  readonly #fs: UserFileSystem
  readonly #root: string
  readonly #folders: KnownFolders

  constructor(fs: UserFileSystem, root: string, folders: KnownFolders) {
    this.#fs = fs
    this.#root = root
    this.#folders = folders
  }

  /** Every path below the root but folders; nothing when there is no root. One listing and one stat a folder. */
  async *walk(options: CallOptions): AsyncGenerator<{ readonly path: string; readonly real: string }, void> {
    const root = await this.#findRoot()
    const waiting = root === null ? [] : [root]
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      for (const child of await this.#list(folder, options)) {
        if (child.isFolder) waiting.push(child)
        else yield child
      }
    }
  }

  /** Removes what `keep` does not want, then the folders that are empty. Answers sorted paths, those of folders with a `/`. */
  async prune(keep: (path: string) => boolean, options: CallOptions): Promise<readonly string[]> {
    const root = await this.#findRoot()
    const removed: string[] = []
    if (root !== null) await this.#pruneFolder(root, { keep, removed }, options)
    return removed.toSorted(comparePaths)
  }

  /** Removes what keeps a file from being written at a path, unless `keep` wants it. Answers as `prune` does. */
  async clear(
    segments: readonly string[],
    { keep = () => false, ...options }: Parameters<TargetFolder['clear']>[1],
  ): Promise<readonly string[]> {
    let folder = await this.#findRoot()
    for (const [index, name] of segments.entries()) {
      if (folder === null) return []
      const child = childOf(folder, name)
      const stats = await this.#stat(child)
      if (stats === null) return []
      if (index === segments.length - 1) {
        if (stats.isFile()) return []
        if (stats.isDirectory()) return this.#removeAll(folder, { child, keep }, options)
      }
      if (!stats.isDirectory()) {
        if (keep(child.path)) throw this.#inTheWay(child)
        return this.#removeName(folder, child)
      }
      folder = child
    }
    return []
  }

  async #removeAll(
    parent: Folder,
    { child, keep }: { readonly child: Folder; readonly keep: (path: string) => boolean },
    options: CallOptions,
  ): Promise<readonly string[]> {
    const removed: string[] = []
    if (!(await this.#pruneFolder(child, { keep, removed }, options))) throw this.#inTheWay(child)
    await this.#removeFolder(parent, child)
    return [...removed, `${child.path}/`].toSorted(comparePaths)
  }

  /** Answers whether the folder is empty now. */
  async #pruneFolder(
    folder: Folder,
    job: { readonly keep: (path: string) => boolean; readonly removed: string[] },
    options: CallOptions,
  ): Promise<boolean> {
    let isEmpty = true
    for (const child of await this.#list(folder, options)) {
      throwIfAborted(options)
      if (child.isFolder) {
        if (await this.#pruneFolder(child, job, options)) {
          await this.#removeFolder(folder, child)
          job.removed.push(`${child.path}/`)
        } else isEmpty = false
      } else if (job.keep(child.path)) isEmpty = false
      else job.removed.push(...(await this.#removeName(folder, child)))
    }
    return isEmpty
  }

  async #list(folder: Folder, options: CallOptions): Promise<readonly Child[]> {
    throwIfAborted(options)
    await this.#assertOnSameDisk(folder)
    const name = this.#nameOf(folder)
    const listing = this.#fs.promises.readdir(folder.real, { withFileTypes: true, encoding: 'buffer' })
    const entries = await onFile(name, listing)
    if (!(await this.#folders.isInPlace(folder.real))) throw this.#folders.displaced(name)
    return entries.map((entry) => {
      if (!isUtf8(entry.name)) throw notUtf8(join(name, entry.name.toString()))
      return { ...childOf(folder, entry.name.toString()), isFolder: entry.isDirectory() }
    })
  }

  async #assertOnSameDisk(folder: Folder): Promise<void> {
    const root = await onFile(this.#root, this.#fs.promises.stat(this.#root))
    const stats = await this.#stat(folder)
    if (!stats?.isDirectory()) throw this.#folders.displaced(this.#nameOf(folder))
    if (stats.dev === root.dev) return
    throw mountedAt(this.#nameOf(folder))
  }

  #inTheWay(place: Folder): LadingError {
    const detail = 'it is in the way of a file, and is not, or not all of it, among what may be removed'
    return new LadingError('CONFLICT', { key: this.#nameOf(place), detail, next: 'move it away, then try again' })
  }

  async #removeName(folder: Folder, child: Folder): Promise<readonly string[]> {
    return this.#inFolder(folder, async (path) => {
      const removal = this.#fs.promises.unlink(join(path, basename(child.real))).then(() => [child.path])
      return (await ifPresent(this.#nameOf(child), removal)) ?? []
    })
  }

  async #removeFolder(parent: Folder, child: Folder): Promise<void> {
    try {
      await this.#inFolder(parent, async (path) => {
        await this.#fs.promises.rmdir(join(path, basename(child.real)))
        return child
      })
    } catch (error) {
      if (isLadingError(error)) throw error
      const errno = errnoOf(error)
      if (errno === 'ENOENT') return
      if (errno === 'ENOTDIR') throw this.#folders.displaced(this.#nameOf(child))
      if (errno === null || !NOT_EMPTY.has(errno)) throw fileError(error, this.#nameOf(child))
      const detail = 'something was put into the folder while it was emptied'
      const next = 'find out what writes there, then try again'
      throw new LadingError('CONFLICT', { key: this.#nameOf(child), detail, next, cause: error })
    }
  }

  async #inFolder<T extends object>(folder: Folder, act: (path: string) => Promise<T>): Promise<T> {
    const answer = await inFolder(this.#fs, folder.real, ({ path }) => act(path))
    if (answer === null) throw this.#folders.displaced(this.#nameOf(folder))
    return answer
  }

  #stat(place: Folder): Promise<Stats | null> {
    return ifPresent(this.#nameOf(place), this.#fs.promises.lstat(place.real))
  }

  async #findRoot(): Promise<Folder | null> {
    const real = await this.#folders.find('', { make: false })
    return real === null ? null : { path: '', real }
  }

  #nameOf({ path }: Folder): string {
    return join(this.#root, path)
  }
}

function childOf(folder: Folder, name: string): Folder {
  return { path: folder.path === '' ? name : `${folder.path}/${name}`, real: join(folder.real, name) }
}

function notUtf8(path: string): LadingError {
  return new LadingError('INVALID', {
    key: path,
    detail: 'its name on disk is not valid UTF-8',
    next: 'rename or remove it',
  })
}
