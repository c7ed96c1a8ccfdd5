import { performance } from 'node:perf_hooks'
import type { OnProgress, Progress } from '../application/client/progress.ts'
import { formatBytes } from './formats.ts'
import { fit, screenOf, widthOf } from './terminal.ts'

/** A bar on a terminal. */
export interface ProgressBar {
  readonly onProgress: OnProgress
  /** Takes the bar off the screen. Idempotent. */
  clear(): void
}

/** Between two drawings. */
const REDRAW_MS = 100

/** Work that is done sooner shows no bar. */
const DELAY_MS = 300

/** Left free at the end of the line, so that the `^C` of a terminal does not begin another one. */
const MARGIN = 3

const BAR_WIDTH_MAX = 30
const ERASE_LINE = '\r\u001b[2K'

/** A progress bar on a stream; null where it is no terminal that can erase a line, so that logs and pipes stay clean. */
export function createProgressBar(stream: NodeJS.WriteStream): ProgressBar | null {
  if (!stream.isTTY || process.env['TERM'] === 'dumb') return null
  const startMs = performance.now()
  let [drawnMs, isShown] = [startMs + DELAY_MS - REDRAW_MS, false]
  return {
    onProgress(progress) {
      const nowMs = performance.now()
      if (nowMs - drawnMs < REDRAW_MS) return
      drawnMs = nowMs
      isShown = true
      const columns = screenOf(stream).columns - MARGIN
      stream.write(ERASE_LINE + formatProgress(progress, { seconds: (nowMs - startMs) / 1000, columns }))
    },
    clear() {
      if (isShown) stream.write(ERASE_LINE)
      isShown = false
    },
  }
}

/** One line: what, a bar where the total is known, bytes, files and speed, as far as the columns reach. */
export function formatProgress(progress: Progress, { seconds, columns }: { seconds: number; columns: number }): string {
  const { phase, files, filesTotal, bytes, bytesTotal } = progress
  const speed = seconds > 0 ? `${formatBytes(bytes / seconds)}/s` : ''
  const amount = bytesTotal === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(bytesTotal)}`
  const facts = `${amount}  ${files}/${filesTotal} files  ${speed}`
  if (bytesTotal === null) return fit(`${phase}  ${facts}`, columns)
  const share = bytesTotal === 0 ? files / Math.max(1, filesTotal) : Math.min(1, bytes / bytesTotal)
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  const room = columns - widthOf(`${phase}    ${percent}  ${facts}`)
  const width = Math.min(BAR_WIDTH_MAX, room)
  const bar = width >= 5 ? `${'█'.repeat(Math.floor(share * width)).padEnd(width, '░')}  ` : ''
  return fit(`${phase}  ${bar}${percent}  ${facts}`, columns)
}
