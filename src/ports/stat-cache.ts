import type { Digest } from '../domain/digest.ts'
import type { KnownContent } from '../domain/manifest.ts'
import type { FileState } from './file-state.ts'
import type { FoundFiles } from './files.ts'

/**
 * Remembers which content a file had in which state, so that one that is still in that state need not be read.
 *
 * It is a help and never a source of errors: what cannot be read, is damaged or of another machine is as good as nothing
 * remembered, and what cannot be kept is forgotten. Processes may use it at once: the last one that saves a folder wins.
 */
export interface StatCache {
  /** What is remembered of the files below a folder, which need not be there. Never rejects. */
  open(folder: string): Promise<FolderStats>
}

/** What is remembered of the files below one folder. What is new is told and lasts only after `save`, to who opens it then. */
export interface FolderStats {
  /**
   * The digest of the file at a path relative to the folder, `/`-separated, if it is remembered in exactly this state.
   * Costs well under a microsecond for files that are asked for in the order in which they were remembered.
   */
  digestOf(path: string, state: FileState): Digest | null
  /**
   * Remembers a file whose bytes were all read since the folder was opened here, while it was in this state.
   *
   * Not remembered is a file that had changed just before, or is of the future: within the granularity of its disk's clock
   * another change could leave the times as they are.
   */
  rememberRead(path: string, state: FileState, digest: Digest): void
  /**
   * Remembers a file that this process has made of these very bytes, in the state in which it was found afterwards.
   *
   * Its maker must have set its mtime, last of all, to a whole second in the past, and seen it there in `state`: a write
   * by anybody else changes the mtime then, however soon it follows. Not remembered is one with any other mtime, or on a
   * disk that keeps whole seconds only.
   */
  rememberWritten(path: string, state: FileState, digest: Digest): void
  /**
   * Asks for all files of a walk through the whole folder: true as long as they are what is remembered, in that order and
   * exactly in those states. Whoever gets false asks for each of the files from the beginning. Costs next to nothing a file.
   */
  goesOn(files: FoundFiles): boolean
  /** What the whole folder was logged as, when `goesOn` has met all that is remembered; null otherwise. */
  readonly whole: KnownContent | null
  /** Remembers what the whole folder was logged as: what is remembered of its files then is all of it. */
  rememberWhole(content: KnownContent): void
  /** All blobs that are remembered. */
  blobs(): readonly { readonly digest: Digest; readonly sizeBytes: number }[]
  /** Keeps what was remembered; without anything new it costs nothing. Never rejects. */
  save(): Promise<void>
}
