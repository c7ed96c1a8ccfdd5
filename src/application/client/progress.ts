/** How far long work has come. */
export interface Progress {
  readonly phase: 'log' | 'download' | 'verify'
  /** Files that are done. */
  readonly files: number
  readonly filesTotal: number
  readonly bytes: number
  /** Null while it is not known, as with a stream. */
  readonly bytesTotal: number | null
}

/** Called now and then while work goes on, and once at its end. Must not throw. */
export type OnProgress = (progress: Progress) => void

/** Options of long work. */
export interface WorkOptions {
  readonly onProgress?: OnProgress | undefined
  /** Stops the work; it rejects `ABORTED` and leaves nothing half done. */
  readonly signal?: AbortSignal | undefined
}

/** Adds up what was done and reports it. */
export function createMeter(
  start: Pick<Progress, 'phase' | 'filesTotal' | 'bytesTotal'>,
  onProgress: OnProgress | undefined,
): { bytes: (count: number) => void; file: () => void } {
  let [files, bytes] = [0, 0]
  const report = () => onProgress?.({ ...start, files, bytes })
  return {
    bytes(count) {
      bytes += count
      report()
    },
    file() {
      files += 1
      report()
    },
  }
}
