import type { Digest } from '../domain/digest.ts'
import type { ByteSource } from './bytes.ts'
import type { CallOptions } from './call.ts'
import type { FileState } from './file-state.ts'

/** The bytes of a file on a disk. */
export interface FileByteSource extends ByteSource {
  /** The state in which all bytes were read, when they were read to the end; null before. */
  readonly stateRead: FileState | null
}

/** A file that a walk found. */
export interface FoundFile {
  /** Relative to the walked folder, `/`-separated on every system, as the disk spells it. */
  readonly path: string
  readonly sizeBytes: number
  /** How it was found; null on a disk whose states mean nothing to another process, as one in memory. */
  readonly state: FileState | null
  /** Reads the file; rejects `CONFLICT`, naming it, when it changes, shrinks or vanishes while it is read. */
  readonly source: FileByteSource
}

/** Files that a walk found together. */
export interface FoundFiles extends Iterable<FoundFile> {
  readonly length: number
}

/** What a target folder holds at a path. */
export interface TargetFile {
  readonly state: FileState
  /** Hashes what is there. Rejects `CONFLICT` when that is no longer in `state`. */
  digest(options: CallOptions): Promise<Digest>
}

/** Places of files that a store may fill by itself, as `BlobPlaces`. */
export interface TargetPlaces {
  readonly maker: object
  /** The place of a path, by its index; null where no store can do that. */
  of(index: number): unknown
  /** As a file was when a store had put it there; null otherwise. */
  stateOf(index: number): FileState | null
}

/**
 * A folder that versions are downloaded into.
 *
 * - Nothing is ever written outside the root, not even through a link that is already there (`CONFLICT`, naming it).
 */
export interface TargetFolder {
  /** Absolute path, for people. */
  readonly root: string
  /** Whether the disk below the root keeps names apart that differ only in case, or only in normalisation. */
  naming(): Promise<{ readonly caseSensitive: boolean; readonly normalises: boolean }>
  /** The regular file at a path; null when there is none. A folder or a link in its place is `CONFLICT`. */
  inspect(path: string, options: CallOptions): Promise<TargetFile | null>
  /**
   * The same for many paths, in their order; `unknown` for what only `inspect` can tell, or say why it cannot be told.
   * Costs a fraction of `inspect` for each.
   */
  inspectAll(paths: readonly string[], options: CallOptions): Promise<readonly (TargetFile | null | 'unknown')[]>
  /**
   * Writes a file: whole, or not at all when `chunks` rejects or the signal fires. Replaces what is there.
   * Missing folders are made. Nothing half written stays. Its mtime is that of a file that was `rememberWritten`.
   *
   * Answers the state in which it was found afterwards; null if another file had taken its place.
   */
  write(path: string, chunks: AsyncIterable<Uint8Array>, options: CallOptions): Promise<FileState | null>
  /**
   * Where files may be put by a store that knows how, with all that `write` promises; in the order of their paths. Makes
   * missing folders.
   */
  places(paths: readonly string[], options: CallOptions): Promise<TargetPlaces>
  /** Removes temporary files that a killed download left behind. */
  sweep(options: CallOptions): Promise<void>
  /**
   * Rejects unless all that lies in the folder may be given up; changes nothing.
   *
   * - Must reject `INVALID` for the root of a file system, and for what is or holds the home or the working folder.
   * - Must reject `CONFLICT` when a store lies in the folder or around it, or another disk is mounted in it.
   * - Must reject what `prune` could not remove for its name (`INVALID`), or could not look into (`UNAUTHORIZED`).
   */
  assertExpendable(options: CallOptions): Promise<void>
  /**
   * Removes what keeps a file from being written at a path: what is no folder where a folder is needed, and a link, a
   * special file or a folder, with all in it, in the file's own place. Answers what was removed, as `prune` does.
   *
   * Must reject `CONFLICT` for what `keep` wants, asked as that of `prune` is; what else was in the way may be gone then.
   */
  clear(
    path: string,
    options: CallOptions & { readonly keep?: ((path: string) => boolean) | undefined },
  ): Promise<readonly string[]>
  /** What `prune` would remove, sorted, but for folders. Changes nothing. */
  foreign(keep: (path: string) => boolean, options: CallOptions): Promise<readonly string[]>
  /**
   * Removes everything that `keep` does not want, then the folders that are empty; the root stays.
   *
   * - `keep` is asked of all but folders, by their paths as the disk spells them.
   * - Links and special files are removed by name, and never followed or opened. Nothing outside the root is removed.
   * - Stopped at any point it can be called again.
   * - Answers the removed paths, sorted; those of folders end with a `/`.
   */
  prune(keep: (path: string) => boolean, options: CallOptions): Promise<readonly string[]>
}

/** The user's own files and folders. */
export interface Files {
  /** What lies at a path: rejects `NOT_FOUND`, `UNAUTHORIZED` or, for anything but these two, `INVALID`. */
  kind(path: string): Promise<'file' | 'folder'>
  /** The file at a path. A link is followed. Rejects as `kind` does. */
  file(path: string): Promise<FoundFile>
  /**
   * Every file below a folder, in no particular order, many at a time.
   *
   * - Links to files inside the folder are followed. A link that leaves it, a loop, a FIFO, a socket or a device is
   *   `INVALID`, naming the path. Empty folders are not reported.
   * - `keep` says of a path whether it is wanted; what is not wanted is neither opened nor an error.
   * - The store in use, as far as it is known to lie on this disk, is left out; it, or a folder in it, is `INVALID`.
   */
  walk(
    folder: string,
    options: CallOptions & { readonly keep?: ((path: string) => boolean) | undefined },
  ): AsyncIterable<FoundFiles>
  /** The folder to download into. It is made on the first write. */
  target(root: string): TargetFolder
  /** The last part of a path, as a default name. */
  basename(path: string): string
}
