import * as nodeFs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { join, resolve } from 'node:path'
import pMap from 'p-map'
import { createDigester } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { assertPath, comparePaths } from '../../domain/paths.ts'
import type { DiskNaming } from '../../domain/paths.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { TargetFile, TargetFolder, TargetPlaces } from '../../ports/files.ts'
import type { FileState } from '../../ports/file-state.ts'
import { stateOf } from './bulk/file-states.ts'
import { inspectInBulk, TARGET_MAKER } from './bulk-targets.ts'
import type { BulkPlace, FilePlace } from './bulk-targets.ts'
import { probeNaming } from './disk-naming.ts'
import { ifPresent, onFile } from './file-errors.ts'
import { assertExpendableRoot, assertNoStore } from './expendable.ts'
import { describeKind } from './file-kinds.ts'
import { FileSource } from './file-source.ts'
import { writeTargetFile } from './target-file.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { KnownFolders, splitPath } from './known-folders.ts'
import { FolderPruner } from './folder-pruner.ts'

/** A temporary file of this age belongs to no download that still runs. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000
/** Folders that are swept at once. */
const SWEEPS_MAX = 4

const TEMPORARY_NAME = /^\.lading-[0-9a-f]{16}\.part$/

/** A file below the root. */
interface Place extends FilePlace {
  /** In the artifact. */
  readonly path: string
}

/**
 * A folder that versions are downloaded into.
 *
 * - A file is written under a temporary name beside its place and then renamed, so it is there whole or not at all. It
 *   is not synced: what a crash of the machine takes, the next download writes again. Its mode is 0644 less the umask.
 * - On the disk of `node:fs` files are written, and looked at, by other threads, together, where the store can do that. Their
 *   folder is then looked at before the first and after the last of them, and all is done in that very folder.
 * - Links are looked for from the root down, once for each folder. Whoever swaps folders for links between two calls of the
 *   system can still have a folder made elsewhere, and on systems that cannot make a file in an open folder (any but
 *   Linux: `writeTargetFile`) a file in that moment, too; on Linux never one in a place that he chose.
 * - Paths have been checked by whoever calls; here is the last door before the disk, so they are looked at again.
 * - `sweep` looks into the root and the folders that `inspect` and `write` went through, for temporary files at least
 *   one hour old; those of other people stay. An artifact's own file goes too if it is named like one.
 * - `stores` are absolute paths of what belongs to the store in use: a folder around or in them is not expendable.
 */
export function createTargetFolder(fs: UserFileSystem, root: string, stores: readonly string[]): TargetFolder {
  return new FsTargetFolder(fs, resolve(root), stores)
}

class FsTargetFolder implements TargetFolder {
  readonly root: string
  readonly #fs: UserFileSystem
  readonly #folders: KnownFolders
  readonly #pruner: FolderPruner
  readonly #stores: readonly string[]
  /** Other threads have no part in any other file system. */
  readonly #threads: boolean
  #naming: Promise<DiskNaming> | null = null

  constructor(fs: UserFileSystem, root: string, stores: readonly string[]) {
    this.root = root
    this.#stores = stores
    this.#fs = fs
    this.#threads = fs === nodeFs
    this.#folders = new KnownFolders(fs, root)
    this.#pruner = new FolderPruner(fs, root, this.#folders)
  }

  naming(): Promise<DiskNaming> {
    this.#naming ??= probeNaming(this.#fs, this.root).catch((error: unknown) => {
      this.#naming = null
      throw error
    })
    return this.#naming
  }

  async inspect(path: string, options: CallOptions): Promise<TargetFile | null> {
    throwIfAborted(options)
    const { name, folder: below } = splitPath(assertPath(path))
    const folder = await this.#folders.find(below, { make: false })
    if (folder === null) return null
    const stats = await this.#statRegular({ folder, name, path })
    return stats && this.#found({ folder, name, path }, stateOf(stats))
  }

  async inspectAll(
    paths: readonly string[],
    options: CallOptions,
  ): Promise<readonly (TargetFile | null | 'unknown')[]> {
    throwIfAborted(options)
    if (!this.#threads) return paths.map(() => 'unknown')
    const places = paths.map((path) => splitPath(assertPath(path)))
    const folders = await this.#folders.findAll(places.map(({ folder }) => folder))
    const answers: (TargetFile | null | 'unknown')[] = []
    const there: (Place & { readonly index: number })[] = []
    for (const [index, { folder: below, name }] of places.entries()) {
      const folder = folders.get(below)
      if (folder) there.push({ folder, name, path: paths[index]!, index })
      else answers[index] = folder === null ? null : 'unknown'
    }
    const found = await inspectInBulk(there, options)
    for (const [position, place] of there.entries()) {
      const state = found[position]!
      answers[place.index] = state === null || state === 'unknown' ? state : this.#found(place, state)
    }
    return answers
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>, options: CallOptions): Promise<FileState | null> {
    throwIfAborted(options)
    const place = await this.#placeToWrite(path)
    await this.#statRegular(place)
    const written = await writeTargetFile(this.#fs, { ...place, path: this.#nameOf(path), chunks, ...options })
    if (written === null) throw this.#folders.displaced(place.folder)
    return written.state
  }

  async places(paths: readonly string[], options: CallOptions): Promise<TargetPlaces> {
    throwIfAborted(options)
    const places: BulkPlace[] = []
    for (const path of this.#threads ? paths : []) {
      throwIfAborted(options)
      places.push({ ...(await this.#placeToWrite(path)), state: null })
    }
    return {
      maker: TARGET_MAKER,
      of: (index) => places[index] ?? null,
      stateOf: (index) => places[index]?.state ?? null,
    }
  }

  async sweep(options: CallOptions): Promise<void> {
    await this.#folders.find('', { make: false })
    const before = Date.now() - LEFTOVER_AGE_MS
    await pMap(this.#folders.seen(), (folder) => this.#sweepFolder(folder, before, options), {
      concurrency: SWEEPS_MAX,
    })
  }

  async assertExpendable(options: CallOptions): Promise<void> {
    throwIfAborted(options)
    await assertExpendableRoot(this.#fs, { root: this.root, stores: this.#stores })
    for await (const { real } of this.#pruner.walk(options)) {
      await assertNoStore(this.#fs, { path: real, root: this.root })
    }
  }

  async clear(path: string, options: Parameters<TargetFolder['clear']>[1]): Promise<readonly string[]> {
    throwIfAborted(options)
    return this.#pruner.clear(assertPath(path).split('/'), options)
  }

  async foreign(keep: (path: string) => boolean, options: CallOptions): Promise<readonly string[]> {
    const paths: string[] = []
    for await (const { path } of this.#pruner.walk(options)) if (!keep(path)) paths.push(path)
    return paths.toSorted(comparePaths)
  }

  prune(keep: (path: string) => boolean, options: CallOptions): Promise<readonly string[]> {
    return this.#pruner.prune(keep, options)
  }

  /** A file's place; its folder is made if it is missing. */
  async #placeToWrite(path: string): Promise<Place> {
    const { folder: below, name } = splitPath(assertPath(path))
    const folder = await this.#folders.find(below, { make: true })
    if (folder === null) throw this.#folders.displaced(this.root)
    return { folder, name, path }
  }

  #found({ folder, name, path }: Place, state: FileState): TargetFile {
    return {
      state,
      digest: (options) => {
        const file = { realPath: join(folder, name), name: this.#nameOf(path), sizeBytes: state.sizeBytes }
        // Its digest is remembered for this state: bytes of any other one must not be taken for its own.
        return digestOf(new FileSource(this.#fs, file).expecting(state), options)
      },
    }
  }

  /** What is in a file's place, if that may be replaced; null when there is nothing. */
  async #statRegular({ folder, name, path }: Place): Promise<BigIntStats | null> {
    const stats = await ifPresent(this.#nameOf(path), this.#fs.promises.lstat(join(folder, name), { bigint: true }))
    if (stats === null || stats.isFile()) return stats
    throw new LadingError('CONFLICT', {
      key: this.#nameOf(path),
      detail: `it is ${describeKind(stats)} where a file is to be written`,
      next: 'move it away, or choose another folder',
    })
  }

  async #sweepFolder(folder: string, before: number, options: CallOptions): Promise<void> {
    throwIfAborted(options)
    if (!(await this.#folders.isInPlace(folder))) return
    const names = (await ifPresent(folder, this.#fs.promises.readdir(folder))) ?? []
    for (const name of names.filter((name) => TEMPORARY_NAME.test(name))) {
      const path = join(folder, name)
      const stats = await ifPresent(path, this.#fs.promises.lstat(path))
      if (stats?.isFile() && stats.mtimeMs < before) await this.#removeLeftover(path)
    }
  }

  async #removeLeftover(path: string): Promise<void> {
    try {
      await onFile(path, this.#fs.promises.rm(path, { force: true }))
    } catch (error) {
      // In a folder of several people it may be somebody else's to remove.
      if (!isLadingError(error, 'UNAUTHORIZED')) throw error
    }
  }

  /** What errors call a file. */
  #nameOf(path: string): string {
    return join(this.root, path)
  }
}

async function digestOf(source: FileSource, options: CallOptions): Promise<Digest> {
  const digester = createDigester()
  for await (const chunk of source.read(options)) digester.update(chunk)
  return digester.digest()
}
