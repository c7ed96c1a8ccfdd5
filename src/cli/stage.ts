import type { Screen } from './terminal.ts'

/** Where the quickstart tells what it does. */
export interface Stage {
  /** The room for what is shown. */
  readonly screen: Screen
  /** The title of a step. Throws once the signal has fired: each step takes a moment only. */
  tell(title: string): void
  /** The code that the step runs, without its indentation. */
  code(text: string): void
  /** What came out. */
  show(lines: readonly string[]): void
}

const INDENT = '  '
const MARGIN = '  │ '

/** A stage on a screen. */
export function createStage(screen: Screen, print: (lines: readonly string[]) => void, signal: AbortSignal): Stage {
  return {
    screen: { ...screen, columns: screen.columns - MARGIN.length },
    tell(title) {
      signal.throwIfAborted()
      print(['', screen.style('bold', `▸ ${title}`)])
    },
    code(text) {
      const lines = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))
      print(lines.map((line) => INDENT + screen.style('cyan', line)))
    },
    show(lines) {
      print(lines.map((line) => screen.style('dim', MARGIN) + line))
    },
  }
}
