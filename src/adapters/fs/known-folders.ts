import { dirname, join, resolve } from 'node:path'
import pMap from 'p-map'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { errnoOf, fileError, ifPresent, onFile } from './file-errors.ts'
import { describeKind } from './file-kinds.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { isWithin } from './is-within.ts'

/** Folders that are looked for at once. */
const LOOKS_MAX = 16

/**
 * The folders below a root that were seen to be folders, and no links, from the root down.
 *
 * Each is looked at once and then remembered, so that many files in one folder cost one look. The root itself may be
 * a link: whoever named it meant what it leads to.
 */
export class KnownFolders {
  readonly #fs: UserFileSystem
  readonly #root: string
  /** Path below the root → real path. */
  readonly #known = new Map<string, string>()

  constructor(fs: UserFileSystem, root: string) {
    this.#fs = fs
    this.#root = resolve(root)
  }

  /** The real paths of all folders seen so far. */
  seen(): readonly string[] {
    return [...this.#known.values()]
  }

  /**
   * The real path of a folder, given by its path below the root, `/`-separated, and empty for the root itself; null when it
   * is not there and is not to be made.
   */
  async find(path: string, { make }: { readonly make: boolean }): Promise<string | null> {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    const found = path === '' ? await this.#findRoot(make) : await this.#findBelow(path, make)
    if (found !== null) this.#known.set(path, found)
    return found
  }

  /** The same for many, of which none is made; what cannot be gone into is left out. */
  async findAll(paths: Iterable<string>): Promise<ReadonlyMap<string, string | null>> {
    const found = new Map<string, string | null>()
    const look = async (path: string): Promise<void> => {
      try {
        found.set(path, await this.find(path, { make: false }))
      } catch (error) {
        if (!isLadingError(error)) throw error
      }
    }
    await pMap(new Set(paths), look, { concurrency: LOOKS_MAX })
    return found
  }

  /** Whether a folder still is where it was seen: neither gone nor behind a link that took the place of a parent. */
  async isInPlace(folder: string): Promise<boolean> {
    return (await ifPresent(folder, this.#fs.promises.realpath(folder))) === folder
  }

  /** The error for a folder that is not in its place any more. All folders are looked at anew from now on. */
  displaced(folder: string): LadingError {
    this.#known.clear()
    return new LadingError('CONFLICT', {
      key: folder,
      detail: 'the folder was moved, removed or replaced by a link while files were written into it',
      next: 'find out what changes it, then try again',
    })
  }

  async #findRoot(make: boolean): Promise<string | null> {
    if (make) await this.#makeRoot(this.#root)
    const resolved = this.#fs.promises.realpath(this.#root)
    const real = await (make ? onFile : ifPresent)(this.#root, resolved)
    if (real !== null) await this.#assertFolder(real, this.#root)
    return real
  }

  async #findBelow(below: string, make: boolean): Promise<string | null> {
    const { folder: above, name } = splitPath(below)
    const parent = await this.find(above, { make })
    if (parent === null) return null
    const path = join(this.#root, below)
    const folder = join(parent, name)
    if (make) await this.#make(folder, path)
    if (!(await this.#assertFolder(folder, path))) return null

    const real = await onFile(path, this.#fs.promises.realpath(folder))
    // A parent became a link since it was seen.
    if (!isWithin(real, parent)) throw notFolder(path, 'it lies outside the folder that is downloaded into')
    return real
  }

  /** With the folders above it, one by one: `recursive` answers ENOENT where the disk is read-only. */
  async #makeRoot(folder: string): Promise<void> {
    try {
      await this.#make(folder, folder)
    } catch (error) {
      if (!isLadingError(error, 'NOT_FOUND') || dirname(folder) === folder) throw error
      await this.#makeRoot(dirname(folder))
      await this.#make(folder, folder)
    }
  }

  async #make(folder: string, path: string): Promise<void> {
    try {
      await this.#fs.promises.mkdir(folder)
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw fileError(error, path)
    }
  }

  /** False when there is nothing. */
  async #assertFolder(folder: string, path: string): Promise<boolean> {
    const stats = await ifPresent(path, this.#fs.promises.lstat(folder))
    if (stats === null) return false
    if (!stats.isDirectory()) throw notFolder(path, `it is ${describeKind(stats)} where a folder is needed`)
    return true
  }
}

/** The error for something that lies where a folder is needed, or for a folder that may not be gone into. */
export function notFolder(path: string, detail: string): LadingError {
  return new LadingError('CONFLICT', { key: path, detail, next: 'move it away, or choose another folder' })
}

/** A path below the root as its folder, empty for the root, and its last part. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const end = path.lastIndexOf('/')
  return { folder: end < 0 ? '' : path.slice(0, end), name: path.slice(end + 1) }
}
