import { randomBytes } from 'node:crypto'
import * as nodeFs from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import pMap from 'p-map'
import { createDigester } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { assertPath, comparePaths } from '../../domain/paths.ts'
import type { DiskNaming } from '../../domain/paths.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { SmallFile, TargetFile, TargetFolder } from '../../ports/files.ts'
import type { FileState } from '../../ports/stat-cache.ts'
import { stateOf } from './bulk/file-states.ts'
import { TARGET_MODE } from './bulk/write-targets.ts'
import { inspectInBulk, writeInBulk } from './bulk-targets.ts'
import type { FilledPlace, FilePlace, Written } from './bulk-targets.ts'
import { writeChunks } from './chunk-writer.ts'
import { probeNaming } from './disk-naming.ts'
import { ifPresent, onFile } from './file-errors.ts'
import { assertExpendableRoot, assertNoStore } from './expendable.ts'
import { describeKind } from './file-kinds.ts'
import { FileSource } from './file-source.ts'
import { markOf } from './mark.ts'
import { renameIn } from './pinned-folder.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { KnownFolders, splitPath } from './known-folders.ts'
import { FolderPruner } from './folder-pruner.ts'

/** A temporary file of this age belongs to no download that still runs. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000
/** Folders that are swept at once. */
const SWEEPS_MAX = 4

/** Sixteen hexadecimal digits are between the two. */
const TEMPORARY = ['.lading-', '.part'] as const
const TEMPORARY_NAME = /^\.lading-[0-9a-f]{16}\.part$/

/** A file below the root. */
interface Place extends FilePlace {
  /** In the artifact. */
  readonly path: string
}

/** A file that is on its way to its place. */
interface TemporaryFile extends Place {
  readonly temporary: string
}

/**
 * A folder that versions are downloaded into.
 *
 * - A file is written under a temporary name beside its place and then renamed, so it is there whole or not at all. It
 *   is not synced: what a crash of the machine takes, the next download writes again. Its mode is 0644 less the umask.
 * - On the disk of `node:fs` small files are written, and files looked at, by other threads, together. Their folder is then
 *   looked at before the first and after the last of them, and temporary files are made in that very folder. Only where
 *   that cannot be (`inFolder`) a link may, for that moment, lead them elsewhere.
 * - Links are looked for from the root down, once for each folder, and once more after each temporary file was made
 *   and before its first byte. Whoever swaps folders for links between two calls of the system can still have a folder
 *   or a temporary file made elsewhere, never a file in a place that he chose.
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
    const temporary = join(place.folder, TEMPORARY.join(randomBytes(8).toString('hex')))
    try {
      const made = await this.#fill({ ...place, temporary }, chunks, options)
      throwIfAborted(options)
      const renamed = renameIn(this.#fs, place.folder, [basename(temporary), place.name])
      if (!(await ifPresent(this.#nameOf(path), renamed))) throw this.#folders.displaced(place.folder)
      // The file is there, whatever this look says.
      const look = this.#fs.promises.lstat(join(place.folder, place.name), { bigint: true })
      const stats = await look.catch(() => null)
      return stats && isSameFile(stats, made) ? stateOf(stats) : null
    } catch (error) {
      // The first error is the one to tell; a temporary file that cannot be removed now is swept later.
      await this.#fs.promises.rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }

  async writeAll(files: readonly SmallFile[], options: CallOptions): Promise<readonly (FileState | null)[]> {
    throwIfAborted(options)
    const written = this.#threads ? await this.#writeTogether(files, options) : []
    const states: (FileState | null)[] = []
    for (const [index, { path, bytes }] of files.entries()) {
      const { state, unwritten = bytes } = written[index] ?? {}
      states.push(state ?? (await this.write(path, single(unwritten), options)))
    }
    return states
  }

  async #writeTogether(files: readonly SmallFile[], options: CallOptions): Promise<readonly Written[]> {
    const places: FilledPlace[] = []
    for (const { path, bytes } of files) places.push({ ...(await this.#placeToWrite(path)), bytes })
    return writeInBulk(places, { ...options, temporary: TEMPORARY })
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

  async clear(path: string, options: CallOptions): Promise<readonly string[]> {
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

  /** Answers the file that it has made. */
  async #fill(
    file: TemporaryFile,
    chunks: AsyncIterable<Uint8Array>,
    options: CallOptions,
  ): Promise<Pick<BigIntStats, 'dev' | 'ino'>> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = this.#fs.constants
    const flags = O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0)
    const path = this.#nameOf(file.path)
    const handle = await ifPresent(path, this.#fs.promises.open(file.temporary, flags, TARGET_MODE))
    if (handle === null) throw this.#folders.displaced(file.folder)
    try {
      const made = await onFile(path, handle.stat({ bigint: true }))
      // The folder may have been a link when the file was made, and be back by now: then the file lies elsewhere.
      if (!(await this.#isWhereItShould(made, file))) throw this.#folders.displaced(file.folder)
      await writeChunks({ handle, path }, chunks, options)
      const mark = markOf(Date.now())
      // A disk that takes no times: what has another one is not remembered, and read when it is looked at again.
      await handle.utimes(mark, mark).catch(() => undefined)
      return made
    } finally {
      await onFile(path, handle.close())
    }
  }

  async #isWhereItShould(
    made: Pick<BigIntStats, 'dev' | 'ino'>,
    { temporary, folder, path }: TemporaryFile,
  ): Promise<boolean> {
    const found = await ifPresent(this.#nameOf(path), this.#fs.promises.lstat(temporary, { bigint: true }))
    return found !== null && isSameFile(found, made) && (await this.#folders.isInPlace(folder))
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
        const file = { realPath: join(folder, name), path: this.#nameOf(path), sizeBytes: state.sizeBytes }
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

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

function isSameFile(one: Pick<BigIntStats, 'dev' | 'ino'>, other: Pick<BigIntStats, 'dev' | 'ino'>): boolean {
  return one.ino === other.ino && one.dev === other.dev
}
