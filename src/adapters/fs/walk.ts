import * as nodeFs from 'node:fs'
import type { BigIntStats, Dirent } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { FoundFiles } from '../../ports/files.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { FolderLister, REPLACEMENT } from './bulk/list-folders.ts'
import type { Listed } from './bulk/list-folders.ts'
import { runJob } from './bulk/pool.ts'
import { errnoOf, fileError, ifPresent, onFile } from './file-errors.ts'
import { notLoggable } from './file-kinds.ts'
import { foundFile, ListedFiles } from './found-file.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { isWithin } from './is-within.ts'
import { childOf, LISTED_MAX, LISTERS_MAX, lookSteps, pathOf, stepsAfter, threadSteps } from './walk-steps.ts'
import type { Child, Folder, Step } from './walk-steps.ts'

/** Folders being listed and slices of files being looked at, at once. */
const STEPS_MAX = 4

/** How long this thread looks at files before it does something else, in milliseconds. */
const SLICE_MS = 5
/** How long a walk does so before other threads go on, in milliseconds. */
const HERE_MS_MAX = 100

/**
 * Folders that are larger than this on the disk, some ten thousand entries and more, are listed by other threads. Where a disk
 * tells a number of entries as a folder's size (ZFS), none is.
 */
const FOLDER_BYTES_MAX = 1024 * 1024

/** What is wanted of a folder. */
export interface WalkOptions extends CallOptions {
  readonly keep?: ((path: string) => boolean) | undefined
  /** Absolute paths of files and folders of the store in use; they need not be there. */
  readonly stores?: readonly string[] | undefined
}

/** What a step found, and the work that it leads to. */
interface Found {
  readonly files: FoundFiles
  readonly steps: readonly Step[]
}

/**
 * Every regular file below a folder, as `Files.walk` says, in no particular order.
 *
 * - `keep` is asked of files and links. Folders are always listed, because files below them may be wanted: one that
 *   cannot be read is `UNAUTHORIZED`. A link to a folder inside is followed; other links obey `keep`.
 * - A name that is not UTF-8 is `INVALID`.
 * - `stores` are left out, also behind a link. A folder that is one of them, or lies in one, is `INVALID`.
 * - Costs a listing for each folder and a stat for each file. On the disk of `node:fs` both are blocking calls: some
 *   milliseconds at a time in this thread, at most a tenth of a second, then and for large folders in other threads, a few
 *   thousand files at a time. Elsewhere the stat only of files that are kept. Works ahead of the reader by at most 256 files,
 *   or two such portions. Nothing is under way any more once the iteration has ended.
 */
export async function* walkFolder(
  fs: UserFileSystem,
  folder: string,
  options: WalkOptions,
): AsyncGenerator<FoundFiles, void> {
  throwIfAborted(options)
  const root = { path: '', real: await onFile(folder, fs.promises.realpath(folder)), from: null }
  const stores = await realStores(fs, options.stores ?? [])
  if (stores.some((store) => isWithin(root.real, store))) throw isStore(folder)
  const walker = new Walker(fs, { name: folder, real: root.real }, { keep: options.keep ?? null, stores })
  yield* walkSteps(walker, walker.stepInto(root), options)
}

async function* walkSteps(walker: Walker, first: Step, options: CallOptions): AsyncGenerator<FoundFiles, void> {
  const waiting: Step[] = [first]
  const underWay = new Map<Step, Promise<readonly [Step, Found]>>()
  try {
    while (waiting.length + underWay.size > 0) {
      throwIfAborted(options)
      while (waiting.length > 0 && underWay.size < walker.stepsMax) {
        const step = waiting.pop()!
        underWay.set(
          step,
          walker.take(step).then((found) => [step, found] as const),
        )
      }
      const [step, found] = await Promise.race(underWay.values())
      underWay.delete(step)
      for (const next of found.steps) waiting.push(next)
      if (found.files.length > 0) yield found.files
    }
  } finally {
    await Promise.allSettled(underWay.values())
  }
}

const NOTHING: Found = { files: [], steps: [] }

class Walker {
  readonly stepsMax: number
  readonly #fs: UserFileSystem
  readonly #root: { readonly name: string; readonly real: string }
  /** Null: everything is kept. */
  readonly #keep: ((path: string) => boolean) | null
  readonly #stores: readonly string[]

  constructor(
    fs: UserFileSystem,
    root: { name: string; real: string },
    { keep, stores }: { keep: ((path: string) => boolean) | null; stores: readonly string[] },
  ) {
    this.stepsMax = fs === nodeFs ? LISTERS_MAX : STEPS_MAX
    this.#fs = fs
    this.#root = root
    this.#keep = keep
    this.#stores = stores
  }

  /** A folder and all below it. */
  stepInto(folder: Folder): Step {
    if (this.#fs !== nodeFs) return { kind: 'list', folder }
    const input = { root: folder.real, folders: [''], without: this.#stores }
    const lister = new FolderLister(nodeFs, input, FOLDER_BYTES_MAX)
    return { kind: 'here', folder, lister, sinceMs: performance.now() }
  }

  async take(step: Step): Promise<Found> {
    const { folder } = step
    if (step.kind === 'list') return this.#list(folder)
    if (step.kind === 'here') return this.#listHere(step)
    if (step.kind === 'bulk') return this.#listInThread(step)
    const children = step.kind === 'look' ? step.children : await this.#children(folder, step.names)
    const found = await Promise.all(children.map((child) => this.#look(folder, child)))
    return { files: found.flatMap(({ files }) => [...files]), steps: found.flatMap(({ steps }) => steps) }
  }

  /** A thread costs more to start than a few thousand files to look at. */
  async #listHere(step: Extract<Step, { kind: 'here' }>): Promise<Found> {
    const { folder, lister, sinceMs } = step
    await setImmediate()
    const untilMs = performance.now() + SLICE_MS
    lister.run(() => performance.now() > untilMs)
    const { files, steps } = this.#listed(folder, lister.drain())
    const isLong = performance.now() - sinceMs > HERE_MS_MAX
    const inThreads = threadSteps(folder, [...lister.large(), ...(isLong ? lister.rest() : [])])
    return { files, steps: [...steps, ...inThreads, ...(lister.isDone ? [] : [step])] }
  }

  async #listInThread({ folder, below }: Extract<Step, { kind: 'bulk' }>): Promise<Found> {
    const input = { root: folder.real, folders: below, without: this.#stores, entriesMax: LISTED_MAX }
    // Ends by itself before long: an abort is seen between two jobs.
    const listed = await runJob('listFolders', input, {})
    const { files, steps } = this.#listed(folder, { ...listed, files: listed.files.split('\0').filter(Boolean) })
    return { files, steps: [...steps, ...threadSteps(folder, listed.rest)] }
  }

  #listed(folder: Folder, listed: Listed): Found {
    const { files, states } = listed
    const found = new ListedFiles({ root: this.#root.name, folder, files, states })
    return {
      files: this.#keep ? [...found].filter(({ path }) => this.#keeps(path)) : found,
      steps: stepsAfter(folder, listed),
    }
  }

  async #list(folder: Folder): Promise<Found> {
    const listing = this.#fs.promises.readdir(folder.real, { withFileTypes: true })
    const entries = await onFile(this.#nameOf(folder.path), listing)
    if (entries.some(({ name }) => name.includes(REPLACEMENT))) await this.#assertUtf8(folder)

    const steps: Step[] = []
    const kept: Dirent[] = []
    for (const entry of entries) {
      if (this.#stores.length > 0 && this.#isStored(join(folder.real, entry.name))) continue
      if (entry.isDirectory()) steps.push(this.stepInto(childOf(folder, entry.name)))
      else kept.push(entry)
    }
    return { files: [], steps: [...steps, ...lookSteps(folder, kept)] }
  }

  /** What a thread has seen but no regular file: looked at once more, by its name. */
  #children(folder: Folder, names: readonly string[]): Promise<readonly Child[]> {
    const look = async (name: string): Promise<Child> => {
      const stats = await onFile(this.#nameOf(pathOf(folder, name)), this.#fs.promises.lstat(join(folder.real, name)))
      return Object.assign(stats, { name })
    }
    return Promise.all(names.map(look))
  }

  /** Looks at a child that is not a folder itself. */
  async #look(folder: Folder, child: Child): Promise<Found> {
    const path = pathOf(folder, child.name)
    const realPath = join(folder.real, child.name)
    if (child.isSymbolicLink()) return this.#follow(folder, path, realPath)
    if (!this.#keeps(path)) return NOTHING
    if (!child.isFile()) throw notLoggable(this.#nameOf(path), child)
    const stats = await onFile(this.#nameOf(path), this.#fs.promises.lstat(realPath, { bigint: true }))
    return this.#found(path, realPath, stats)
  }

  async #follow(folder: Folder, path: string, link: string): Promise<Found> {
    try {
      const real = await this.#fs.promises.realpath(link)
      if (!isWithin(real, this.#root.real)) throw badLink(this.#nameOf(path), 'leads out of the folder')
      if (this.#isStored(real)) return NOTHING
      const stats = await this.#fs.promises.lstat(real, { bigint: true })
      if (stats.isDirectory()) return { files: [], steps: [this.#enter(folder, path, real)] }
      if (!stats.isFile()) throw notLoggable(this.#nameOf(path), stats)
      return this.#keeps(path) ? this.#found(path, real, stats) : NOTHING
    } catch (error) {
      // Only now is it known that no files of the walk lie behind this link, so that `keep` can be asked of itself.
      if (!this.#keeps(path)) return NOTHING
      throw this.#linkError(error, path)
    }
  }

  #enter(folder: Folder, path: string, real: string): Step {
    for (let step: Folder | null = folder; step !== null; step = step.from) {
      if (isWithin(step.real, real)) throw badLink(this.#nameOf(path), 'leads back to a folder above it: a loop')
    }
    return this.stepInto({ path, real, from: folder })
  }

  #linkError(error: unknown, path: string): unknown {
    const name = this.#nameOf(path)
    if (errnoOf(error) === 'ENOENT') return badLink(name, 'leads to nothing', error)
    return errnoOf(error) === 'ELOOP' ? badLink(name, 'leads to itself: a loop', error) : fileError(error, name)
  }

  /** Reads the names once more, as bytes, to tell a name that is not UTF-8 from one that has the character U+FFFD. */
  async #assertUtf8(folder: Folder): Promise<void> {
    const listing = this.#fs.promises.readdir(folder.real, { withFileTypes: true, encoding: 'buffer' })
    for (const entry of await onFile(this.#nameOf(folder.path), listing)) {
      const path = pathOf(folder, entry.name.toString())
      if (isUtf8(entry.name) || (!entry.isDirectory() && !this.#keeps(path))) continue
      const detail = 'its name on disk is not valid UTF-8'
      throw new LadingError('INVALID', { key: this.#nameOf(path), detail, next: 'rename it' })
    }
  }

  #found(path: string, realPath: string, stats: BigIntStats): Found {
    return { files: [foundFile(this.#fs, { path, name: this.#nameOf(path), realPath }, stats)], steps: [] }
  }

  #keeps(path: string): boolean {
    return this.#keep === null || this.#keep(path)
  }

  #isStored(real: string): boolean {
    return this.#stores.some((store) => isWithin(real, store))
  }

  #nameOf(path: string): string {
    return join(this.#root.name, path)
  }
}

/** A store that is not there yet has no real path, and cannot be met either. */
async function realStores(fs: UserFileSystem, stores: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(stores.map((store) => ifPresent(store, fs.promises.realpath(store))))
  return found.filter((path) => path !== null)
}

function isStore(folder: string): LadingError {
  return new LadingError('INVALID', {
    key: folder,
    detail: 'the folder is, or lies in, the store that is in use',
    next: 'give a folder of your own: a store cannot hold itself',
  })
}

function badLink(path: string, what: string, cause?: unknown): LadingError {
  return new LadingError('INVALID', {
    key: path,
    detail: `this symbolic link ${what}`,
    next: 'remove or exclude it, or put a copy in its place',
    cause,
  })
}
