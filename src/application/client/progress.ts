import { LadingError } from '../../domain/errors.ts'

/** How far long work has come. */
export interface Progress {
  readonly phase: 'log' | 'download' | 'verify' | 'delete'
  /** Files that are done; of a deletion artifacts. */
  readonly files: number
  readonly filesTotal: number
  readonly bytes: number
  /** Null while it is not known, as with a stream. */
  readonly bytesTotal: number | null
}

/**
 * Called now and then while work goes on, and never after a commit. What it throws stops the work as a signal does: the
 * call rejects `ABORTED` with it as the cause, and leaves nothing half done.
 */
export type OnProgress = (progress: Progress) => void

/** Options of long work. */
export interface WorkOptions {
  /** Is told how far the work has come. */
  readonly onProgress?: OnProgress | undefined
  /** Stops the work; it rejects `ABORTED` and leaves nothing half done. */
  readonly signal?: AbortSignal | undefined
}

/** Adds up what was done; reports it each time. */
export interface Meter {
  readonly bytes: (count: number) => void
  /** One file is done. */
  readonly file: () => void
  /** So many files are done, and their bytes with them. */
  readonly add: (fileCount: number, byteCount: number) => void
}

/** A meter that nothing was added to. */
export function createMeter(
  start: Pick<Progress, 'phase' | 'filesTotal' | 'bytesTotal'>,
  onProgress: OnProgress | undefined,
): Meter {
  let [files, bytes] = [0, 0]
  const report = () => {
    try {
      onProgress?.({ ...start, files, bytes })
    } catch (cause) {
      throw stoppedBy(cause)
    }
  }
  const add = (fileCount: number, byteCount: number) => {
    files += fileCount
    bytes += byteCount
    report()
  }
  return { add, bytes: (count) => add(0, count), file: () => add(1, 0) }
}

function stoppedBy(cause: unknown): LadingError {
  const why = cause instanceof Error ? cause.message : String(cause)
  const next = 'see the cause; the same call goes on from there'
  return new LadingError('ABORTED', { detail: `onProgress threw: ${why}`, next, cause })
}
