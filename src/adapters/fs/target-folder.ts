import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pMap from 'p-map'
import { createDigester } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { assertPath } from '../../domain/paths.ts'
import type { DiskNaming } from '../../domain/paths.ts'
import type { CallOptions } from '../../ports/call.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { TargetFile, TargetFolder } from '../../ports/files.ts'
import { writeChunks } from './chunk-writer.ts'
import { probeNaming } from './disk-naming.ts'
import { ifPresent, onFile } from './file-errors.ts'
import { assertExpendableRoot, assertNoStore } from './expendable.ts'
import { describeKind } from './file-kinds.ts'
import { FileSource } from './file-source.ts'
import type { UserFileSystem } from './user-file-system.ts'
import { KnownFolders } from './known-folders.ts'
import { FolderPruner } from './folder-pruner.ts'

/** A temporary file of this age belongs to no download that still runs. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000
/** Folders that are swept at once. */
const SWEEPS_MAX = 4

const TEMPORARY_NAME = /^\.lading-[0-9a-f]{16}\.part$/

/** A path below the root, as it is on disk. */
interface Place {
  readonly folders: readonly string[]
  readonly name: string
  /** What errors call it. */
  readonly path: string
}

/**
 * A folder that versions are downloaded into.
 *
 * - A file is written under a temporary name beside its place and then renamed, so it is there whole or not at all. It
 *   is not synced: what a crash of the machine takes, the next download writes again. Its mode is 0644 less the umask.
 * - Links are looked for from the root down, once for each folder, and once more after each temporary file was made
 *   and before its first byte. Whoever swaps folders for links between two calls of the system can still have a folder
 *   or a temporary file made elsewhere, never a file in a place that he chose.
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
  #naming: Promise<DiskNaming> | null = null

  constructor(fs: UserFileSystem, root: string, stores: readonly string[]) {
    this.root = root
    this.#stores = stores
    this.#fs = fs
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
    const place = this.#placeOf(path)
    const folder = await this.#folders.find(place.folders, { make: false })
    const stats = folder === null ? null : await this.#statRegular(folder, place)
    if (folder === null || stats === null) return null
    const file = { realPath: join(folder, place.name), path: place.path, sizeBytes: stats.size }
    return { sizeBytes: stats.size, digest: (options) => digestOf(new FileSource(this.#fs, file), options) }
  }

  async write(path: string, chunks: AsyncIterable<Uint8Array>, options: CallOptions): Promise<void> {
    throwIfAborted(options)
    const place = this.#placeOf(path)
    const folder = await this.#folders.find(place.folders, { make: true })
    if (folder === null) throw this.#folders.displaced(this.root)
    await this.#statRegular(folder, place)
    const temporary = join(folder, `.lading-${randomBytes(8).toString('hex')}.part`)
    try {
      await this.#fill({ temporary, folder, path: place.path }, chunks, options)
      throwIfAborted(options)
      const renamed = this.#fs.promises.rename(temporary, join(folder, place.name)).then(() => true)
      if (!(await ifPresent(place.path, renamed))) throw this.#folders.displaced(folder)
    } catch (error) {
      // The first error is the one to tell; a temporary file that cannot be removed now is swept later.
      await this.#fs.promises.rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }

  async sweep(options: CallOptions): Promise<void> {
    await this.#folders.find([], { make: false })
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
    const { folders, name } = this.#placeOf(path)
    return this.#pruner.clear([...folders, name], options)
  }

  prune(keep: (path: string) => boolean, options: CallOptions): Promise<readonly string[]> {
    return this.#pruner.prune(keep, options)
  }

  async #fill(
    file: { readonly temporary: string; readonly folder: string; readonly path: string },
    chunks: AsyncIterable<Uint8Array>,
    options: CallOptions,
  ): Promise<void> {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = this.#fs.constants
    const flags = O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0)
    const handle = await ifPresent(file.path, this.#fs.promises.open(file.temporary, flags, 0o644))
    if (handle === null) throw this.#folders.displaced(file.folder)
    try {
      // The folder may have been a link when the file was made, and be back by now: then the file lies elsewhere.
      if (!(await this.#isWhereItShould(handle, file))) throw this.#folders.displaced(file.folder)
      await writeChunks({ handle, path: file.path }, chunks, options)
    } finally {
      await onFile(file.path, handle.close())
    }
  }

  async #isWhereItShould(
    handle: Pick<FileHandle, 'stat'>,
    { temporary, folder, path }: { readonly temporary: string; readonly folder: string; readonly path: string },
  ): Promise<boolean> {
    const [made, found] = await Promise.all([
      onFile(path, handle.stat()),
      ifPresent(path, this.#fs.promises.lstat(temporary)),
    ])
    return found?.ino === made.ino && found.dev === made.dev && (await this.#folders.isInPlace(folder))
  }

  /** What is in a file's place, if that may be replaced; null when there is nothing. */
  async #statRegular(folder: string, { name, path }: Place): Promise<Stats | null> {
    const stats = await ifPresent(path, this.#fs.promises.lstat(join(folder, name)))
    if (stats === null || stats.isFile()) return stats
    throw new LadingError('CONFLICT', {
      key: path,
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

  /** Whoever calls has checked the path; this is the last door before the disk, so it looks again. */
  #placeOf(path: string): Place {
    const folders = assertPath(path).split('/')
    return { name: folders.pop()!, folders, path: join(this.root, path) }
  }
}

async function digestOf(source: FileSource, options: CallOptions): Promise<Digest> {
  const digester = createDigester()
  for await (const chunk of source.read(options)) digester.update(chunk)
  return digester.digest()
}
