import type { Dirent } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { join } from 'node:path'
import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { FoundFile } from '../../ports/files.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import { errnoOf, fileError, ifPresent, onFile } from './file-errors.ts'
import { notLoggable } from './file-kinds.ts'
import { FileSource } from './file-source.ts'
import type { FileOnDisk } from './file-source.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { isWithin } from './is-within.ts'

/** Folders being listed and slices of files being looked at, at once. */
const STEPS_MAX = 4
/** Files that one step looks at together. */
const SLICE_COUNT = 64

/** How Node writes bytes of a name that are not UTF-8. It is also a character that a name may have. */
const REPLACEMENT = '\uFFFD'

/** What is wanted of a folder. */
export interface WalkOptions extends CallOptions {
  readonly keep?: ((path: string) => boolean) | undefined
  /** Absolute paths of files and folders of the store in use; they need not be there. */
  readonly stores?: readonly string[] | undefined
}

/** A folder on the way of the walk. */
interface Folder {
  /** Relative to the walked one; empty for that itself. */
  readonly path: string
  /** Without links. */
  readonly real: string
  /** The folder that the walk came from, through a link or not. */
  readonly from: Folder | null
}

/** A piece of work: a folder to list, or some of its children to look at. */
interface Step {
  readonly folder: Folder
  readonly children: readonly Dirent[] | null
}

/** What a step found, and the work that it leads to. */
interface Found {
  readonly files: readonly FoundFile[]
  readonly steps: readonly Step[]
}

/**
 * Every regular file below a folder, as `Files.walk` says, in no particular order.
 *
 * - `keep` is asked of files and links. Folders are always listed, because files below them may be wanted: one that
 *   cannot be read is `UNAUTHORIZED`. A link to a folder inside is followed; other links obey `keep`.
 * - A name that is not UTF-8 is `INVALID`.
 * - `stores` are left out, also behind a link. A folder that is one of them, or lies in one, is `INVALID`.
 * - Costs a listing for each folder and a stat for each file that is kept. Works ahead of the reader by at most
 *   256 files and four folders. Nothing is under way any more once the iteration has ended.
 */
export async function* walkFolder(
  fs: UserFileSystem,
  folder: string,
  options: WalkOptions,
): AsyncGenerator<FoundFile, void> {
  throwIfAborted(options)
  const root = { path: '', real: await onFile(folder, fs.promises.realpath(folder)), from: null }
  const stores = await realStores(fs, options.stores ?? [])
  if (stores.some((store) => isWithin(root.real, store))) throw isStore(folder)
  const walker = new Walker(fs, { name: folder, real: root.real }, { keep: options.keep ?? (() => true), stores })
  const waiting: Step[] = [{ folder: root, children: null }]
  const underWay = new Map<Step, Promise<readonly [Step, Found]>>()
  const start = (step: Step): void => {
    const taken = walker.take(step).then((found) => [step, found] as const)
    underWay.set(step, taken)
  }
  try {
    while (waiting.length + underWay.size > 0) {
      throwIfAborted(options)
      while (waiting.length > 0 && underWay.size < STEPS_MAX) start(waiting.pop()!)
      const [step, found] = await Promise.race(underWay.values())
      underWay.delete(step)
      for (const next of found.steps) waiting.push(next)
      yield* found.files
    }
  } finally {
    await Promise.allSettled(underWay.values())
  }
}

/** A file as it was found. Its long paths are put together when they are asked for: there may be very many files. */
class FoundInFolder implements FileOnDisk {
  readonly sizeBytes: number
  readonly #root: string
  readonly #folder: Folder
  readonly #name: string

  constructor(found: { root: string; folder: Folder; name: string; sizeBytes: number }) {
    this.sizeBytes = found.sizeBytes
    this.#root = found.root
    this.#folder = found.folder
    this.#name = found.name
  }

  get realPath(): string {
    return join(this.#folder.real, this.#name)
  }

  get path(): string {
    return join(this.#root, pathOf(this.#folder, this.#name))
  }
}

class Walker {
  readonly #fs: UserFileSystem
  readonly #root: { readonly name: string; readonly real: string }
  readonly #keep: (path: string) => boolean
  readonly #stores: readonly string[]

  constructor(
    fs: UserFileSystem,
    root: { name: string; real: string },
    { keep, stores }: { keep: (path: string) => boolean; stores: readonly string[] },
  ) {
    this.#fs = fs
    this.#root = root
    this.#keep = keep
    this.#stores = stores
  }

  async take({ folder, children }: Step): Promise<Found> {
    if (children === null) return this.#list(folder)
    const found = await Promise.all(children.map((child) => this.#look(folder, child)))
    return { files: found.flatMap(({ files }) => files), steps: found.flatMap(({ steps }) => steps) }
  }

  async #list(folder: Folder): Promise<Found> {
    const listing = this.#fs.promises.readdir(folder.real, { withFileTypes: true })
    const entries = await onFile(this.#nameOf(folder.path), listing)
    if (entries.some(({ name }) => name.includes(REPLACEMENT))) await this.#assertUtf8(folder)

    const steps: Step[] = []
    const kept: Dirent[] = []
    for (const entry of entries) {
      if (this.#stores.length > 0 && this.#isStored(join(folder.real, entry.name))) continue
      if (entry.isDirectory()) steps.push({ folder: childOf(folder, entry.name), children: null })
      else if (entry.isSymbolicLink() || this.#keep(pathOf(folder, entry.name))) kept.push(entry)
    }
    for (let from = 0; from < kept.length; from += SLICE_COUNT) {
      steps.push({ folder, children: kept.slice(from, from + SLICE_COUNT) })
    }
    return { files: [], steps }
  }

  /** Looks at a child that is not a folder itself. */
  async #look(folder: Folder, child: Dirent): Promise<Found> {
    const path = pathOf(folder, child.name)
    const realPath = join(folder.real, child.name)
    if (child.isSymbolicLink()) return this.#follow(folder, path, realPath)
    if (!child.isFile()) throw notLoggable(this.#nameOf(path), child)
    const { size } = await onFile(this.#nameOf(path), this.#fs.promises.lstat(realPath))
    const file = new FoundInFolder({ root: this.#root.name, folder, name: child.name, sizeBytes: size })
    return { files: [{ path, sizeBytes: size, source: new FileSource(this.#fs, file) }], steps: [] }
  }

  async #follow(folder: Folder, path: string, link: string): Promise<Found> {
    try {
      const real = await this.#fs.promises.realpath(link)
      if (!isWithin(real, this.#root.real)) throw badLink(this.#nameOf(path), 'leads out of the folder')
      if (this.#isStored(real)) return { files: [], steps: [] }
      const stats = await this.#fs.promises.lstat(real)
      if (stats.isDirectory()) return { files: [], steps: [this.#enter(folder, path, real)] }
      if (!stats.isFile()) throw notLoggable(this.#nameOf(path), stats)
      return { files: this.#keep(path) ? [this.#linkedFile(path, real, stats.size)] : [], steps: [] }
    } catch (error) {
      // Only now is it known that no files of the walk lie behind this link, so that `keep` can be asked of itself.
      if (!this.#keep(path)) return { files: [], steps: [] }
      throw this.#linkError(error, path)
    }
  }

  #enter(folder: Folder, path: string, real: string): Step {
    for (let step: Folder | null = folder; step !== null; step = step.from) {
      if (isWithin(step.real, real)) throw badLink(this.#nameOf(path), 'leads back to a folder above it: a loop')
    }
    return { folder: { path, real, from: folder }, children: null }
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
      if (isUtf8(entry.name) || (!entry.isDirectory() && !this.#keep(path))) continue
      const detail = 'its name on disk is not valid UTF-8'
      throw new LadingError('INVALID', { key: this.#nameOf(path), detail, next: 'rename it' })
    }
  }

  #linkedFile(path: string, realPath: string, sizeBytes: number): FoundFile {
    const source = new FileSource(this.#fs, { realPath, path: this.#nameOf(path), sizeBytes })
    return { path, sizeBytes, source }
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

function pathOf(folder: Folder, name: string): string {
  return folder.path === '' ? name : `${folder.path}/${name}`
}

function childOf(folder: Folder, name: string): Folder {
  return { path: pathOf(folder, name), real: join(folder.real, name), from: folder }
}

function badLink(path: string, what: string, cause?: unknown): LadingError {
  return new LadingError('INVALID', {
    key: path,
    detail: `this symbolic link ${what}`,
    next: 'remove or exclude it, or put a copy in its place',
    cause,
  })
}
