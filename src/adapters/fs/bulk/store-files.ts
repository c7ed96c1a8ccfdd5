import { hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { dirname } from 'node:path'
import { isSound, markOf, READ_ONLY } from '../mark.ts'
import { CHUNK_BYTES, copyHashed, readSmall, writeAll } from './copy-hashed.ts'
import { HEX, pathOfDigest } from './digest-names.ts'
import { createStates, isUntouched, setState } from './file-states.ts'
import { isStopped } from './job-control.ts'
import type { JobControl } from './job-control.ts'
import type { SyncFileSystem } from './sync-file-system.ts'

/** Files of the user that become objects. */
export interface StoreFilesInput {
  /**
   * Real paths, with a NUL between two: one string moves to another thread for less than many. A link at the end of one is
   * not followed.
   */
  readonly paths: string
  /** Their sizes as they were found, in bytes. */
  readonly sizes: Float64Array
  /** Absolute. Objects are named `<root>/<first two digits>/<SHA-256>`. */
  readonly root: string
  /** Where the bytes lie until they are whole: a path that with `-<number>` behind it is nobody else's. */
  readonly temporary: string
  readonly durable: boolean
  /** Whether the disk takes marks. */
  readonly marks: boolean
  readonly control: JobControl
}

/** What became of them. */
export interface StoreFilesOutput {
  /** Of each file the SHA-256 in hex, one behind the other; `NO_DIGEST` for one that was not stored. */
  readonly digests: string
  /** Of each file, the state in which all its bytes were read. */
  readonly states: BigInt64Array
}

/** In the place of a digest, and as long. */
export const NO_DIGEST = ' '.repeat(HEX)

/**
 * Reads, hashes and stores files in one pass. Not stored is what is no regular file any more, has another size, changes
 * meanwhile, or cannot be read or written. What is there already, with its mark and the same size, stays as it is;
 * anything else in its place is replaced.
 *
 * Costs open, fstat twice, read and close; lstat; open, write, utimes, fsync, close and rename. A file of less than a chunk
 * whose object is there costs nothing more than the lstat.
 */
export async function storeFiles(fs: SyncFileSystem, input: StoreFilesInput): Promise<StoreFilesOutput> {
  const paths = input.paths.split('\0')
  const states = createStates(paths.length)
  const digests: string[] = []
  for (const [index, path] of paths.entries()) {
    const source = { path, sizeBytes: input.sizes[index]!, temporary: `${input.temporary}-${index}` }
    const stored = isStopped(input.control) ? null : await storeFile(fs, source, input)
    if (stored) setState(states, index, stored.state)
    digests.push(stored?.digest ?? NO_DIGEST)
  }
  return { digests: digests.join(''), states }
}

interface Source {
  readonly path: string
  readonly sizeBytes: number
  readonly temporary: string
}

interface Stored {
  readonly digest: string
  readonly state: BigIntStats
}

interface OpenSource extends Source {
  readonly file: number
  readonly state: BigIntStats
}

async function storeFile(fs: SyncFileSystem, source: Source, input: StoreFilesInput): Promise<Stored | null> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  try {
    const file = fs.openSync(source.path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
    try {
      const state = fs.fstatSync(file, { bigint: true })
      if (!state.isFile() || Number(state.size) !== source.sizeBytes) return null
      const open = { ...source, file, state }
      const digest = source.sizeBytes < CHUNK_BYTES ? storeSmall(fs, open, input) : await storeLarge(fs, open, input)
      return digest === null ? null : { digest, state }
    } finally {
      fs.closeSync(file)
    }
  } catch {
    return null
  }
}

/** A file of less than a chunk is known before anything is written. */
function storeSmall(fs: SyncFileSystem, source: OpenSource, input: StoreFilesInput): string | null {
  const bytes = readSmall(fs, { from: source.file, sizeBytes: source.sizeBytes })
  if (bytes === null || !isUnchanged(fs, source)) return null
  const digest = hash('sha256', bytes, 'hex')
  const place = pathOfDigest(input.root, digest)
  if (isThere(fs, { place, sizeBytes: bytes.length }, input)) return digest
  try {
    fillTemporary(fs, { bytes, path: source.temporary }, input)
    inFolderOf(fs, place, () => fs.renameSync(source.temporary, place))
  } catch (error) {
    discard(fs, source.temporary)
    throw error
  }
  return digest
}

/** Of a larger one that is known when all of it has been written. */
async function storeLarge(fs: SyncFileSystem, source: OpenSource, input: StoreFilesInput): Promise<string | null> {
  const { sizeBytes, temporary } = source
  try {
    const digest = await fillLarge(fs, source, input)
    if (digest === null) return null
    const place = pathOfDigest(input.root, digest)
    if (isThere(fs, { place, sizeBytes }, input)) return digest
    inFolderOf(fs, place, () => fs.renameSync(temporary, place))
    return digest
  } finally {
    discard(fs, temporary)
  }
}

/** Network file systems report what they could not write as late as at the close: before the file gets its name. */
async function fillLarge(fs: SyncFileSystem, source: OpenSource, input: StoreFilesInput): Promise<string | null> {
  const { file, sizeBytes, temporary } = source
  const target = createTemporary(fs, temporary)
  try {
    const digest = await copyHashed(fs, { from: file, to: target, sizeBytes }, input.control)
    if (digest === null || !isUnchanged(fs, source)) return null
    if (!isThere(fs, { place: pathOfDigest(input.root, digest), sizeBytes }, input)) {
      seal(fs, { file: target, path: temporary }, input)
    }
    return digest
  } finally {
    fs.closeSync(target)
  }
}

function isUnchanged(fs: SyncFileSystem, { file, state }: OpenSource): boolean {
  return isUntouched(state, fs.fstatSync(file, { bigint: true }))
}

/** Whether an object is there that can be relied on. Throws where something else is in its place. */
function isThere(
  fs: SyncFileSystem,
  { place, sizeBytes }: { readonly place: string; readonly sizeBytes: number },
  { marks }: StoreFilesInput,
): boolean {
  const found = fs.lstatSync(place, { bigint: true, throwIfNoEntry: false })
  if (found && !found.isFile()) throw new Error('no object, and no place for one')
  return found !== undefined && isSound(found, { sizeBytes, marks })
}

function fillTemporary(
  fs: SyncFileSystem,
  { bytes, path }: { readonly bytes: Uint8Array; readonly path: string },
  input: StoreFilesInput,
): void {
  const file = createTemporary(fs, path)
  try {
    writeAll(fs, file, bytes)
    seal(fs, { file, path }, input)
  } finally {
    fs.closeSync(file)
  }
}

function createTemporary(fs: SyncFileSystem, path: string): number {
  return inFolderOf(fs, path, () => fs.openSync(path, 'wx', READ_ONLY))
}

/** The mark comes before the sync, and after the last byte. */
function seal(
  fs: SyncFileSystem,
  { file, path }: { readonly file: number; readonly path: string },
  { durable, marks }: StoreFilesInput,
): void {
  if (marks) setMark(fs, { file, path })
  if (durable) fs.fsyncSync(file)
}

/** Node's permission model denies changing times through a handle, which is otherwise the cheaper way. */
function setMark(fs: SyncFileSystem, { file, path }: { readonly file: number; readonly path: string }): void {
  const mark = markOf(Date.now())
  try {
    fs.futimesSync(file, mark, mark)
  } catch {
    fs.utimesSync(path, mark, mark)
  }
}

/** What cannot be removed, on a disk that became read-only or fails, stays below `staging/`: a sweep by age finds it. */
function discard(fs: SyncFileSystem, temporary: string): void {
  try {
    fs.rmSync(temporary, { force: true })
  } catch {
    // The one who stores the object again is told why it cannot be.
  }
}

/** Does what needs the folder of `path`; makes the folder when it is missing and does it again. */
function inFolderOf<T>(fs: SyncFileSystem, path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  fs.mkdirSync(dirname(path), { recursive: true })
  return act()
}
