import { dirname, sep } from 'node:path'
import pMap from 'p-map'
import { LadingError } from '../../domain/errors.ts'
import type { FileSystem } from './client.ts'
import type { FsConfig } from './config.ts'
import { isErrno } from './errors.ts'
import { isWithin } from './is-within.ts'

/** Folders synced at once. */
const CONCURRENCY = 16

/**
 * Makes folders, and makes names in folders durable.
 *
 * A name survives a power loss once its folder was synced after it was made; so does a folder's own name in *its*
 * parent. Which folders have a durable name, up to the top of the file system, is remembered for as long as the store
 * is open: nobody removes folders. Others may have made them and not synced them yet, so all are suspect at first.
 */
export class Folders {
  readonly #fs: FileSystem
  readonly #root: string
  readonly #syncs: boolean
  readonly #durable = new Set<string>()
  readonly #running = new Map<string, Promise<boolean>>()
  readonly #waiting = new Map<string, Promise<boolean>>()

  constructor({ fs, root, durability }: FsConfig) {
    this.#fs = fs
    this.#root = root
    // Windows has no fsync of a folder.
    this.#syncs = durability === 'full' && process.platform !== 'win32'
  }

  /** Does what needs the folder of `path`; makes the folder when it is missing and does it again. */
  async inFolderOf<T>(path: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
    await this.#make(dirname(path))
    return act()
  }

  /**
   * Makes every name in these folders durable, and the folders' own names. Missing folders are fine. After a failure no
   * other fsync begins, and what has begun ends before this rejects.
   *
   * Costs one fsync a folder, and one for each parent above it whose child's name is not known to be durable.
   */
  async sync(folders: Iterable<string>): Promise<void> {
    if (!this.#syncs) return
    const due = new Set(folders)
    const suspect: string[] = []
    // Deepest first: that a folder exists must be known before its parent is synced, or the sync proves nothing.
    while (due.size > 0) {
      const level = takeDeepest(due)
      const found = await this.#syncEach(level)
      const present = level.filter((folder) => found.has(folder) && !this.#durable.has(folder))
      suspect.push(...present)
      for (const folder of present) if (dirname(folder) !== folder) due.add(dirname(folder))
    }
    for (const folder of suspect) this.#durable.add(folder)
  }

  /** Answers those that are there. */
  async #syncEach(folders: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>()
    const failures: unknown[] = []
    const sync = async (folder: string): Promise<void> => {
      if (failures.length > 0) return
      try {
        if (await this.#syncShared(folder)) found.add(folder)
      } catch (error) {
        failures.push(error)
      }
    }
    await pMap(folders, sync, { concurrency: CONCURRENCY })
    if (failures.length > 0) throw failures[0]
    return found
  }

  async #make(folder: string): Promise<void> {
    try {
      await this.#makeOne(folder)
    } catch (error) {
      if (!isErrno(error, 'ENOENT') || dirname(folder) === folder) throw error
      await this.#make(dirname(folder))
      await this.#makeOne(folder).catch((again: unknown) => {
        // Its parent is there: what is still missing is what a link on the way leads to.
        throw isErrno(again, 'ENOENT') ? leadsNowhere(folder) : again
      })
    }
  }

  async #makeOne(folder: string): Promise<void> {
    try {
      await this.#fs.mkdir(folder)
      this.#durable.delete(folder)
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }

  /** One sync serves all who asked before it started; false when the folder is missing. */
  #syncShared(folder: string): Promise<boolean> {
    const waiting = this.#waiting.get(folder)
    if (waiting) return waiting
    const running = this.#running.get(folder)
    if (!running) return this.#start(folder)
    // Those who ask while it runs may have made their names too late for it.
    const start = (): Promise<boolean> => {
      this.#waiting.delete(folder)
      return this.#start(folder)
    }
    const next = running.then(start, start)
    this.#waiting.set(folder, next)
    return next
  }

  #start(folder: string): Promise<boolean> {
    const running = this.#syncNow(folder).finally(() => this.#running.delete(folder))
    this.#running.set(folder, running)
    return running
  }

  async #syncNow(folder: string): Promise<boolean> {
    try {
      await syncFolder(this.#fs, folder)
      return true
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false
      // The file system has no such operation: its names are as durable as they get.
      if (isErrno(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) return true
      // Above the store, a folder that one may not even open was not made by a store.
      if (!isWithin(folder, this.#root) && isErrno(error, 'EACCES', 'EPERM')) return true
      throw error
    }
  }
}

function leadsNowhere(folder: string): LadingError {
  return new LadingError('NOT_FOUND', {
    detail: `the folder ${folder} cannot be made: a link on the way leads to nothing, or the file system has no folders`,
    next: 'mount what is missing, or give another root',
  })
}

async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function takeDeepest(folders: Set<string>): string[] {
  const depths = new Map([...folders].map((folder) => [folder, folder.split(sep).filter(Boolean).length]))
  const deepest = Math.max(...depths.values())
  const level = [...folders].filter((folder) => depths.get(folder) === deepest)
  for (const folder of level) folders.delete(folder)
  return level
}
