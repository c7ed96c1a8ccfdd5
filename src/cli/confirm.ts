import { createInterface } from 'node:readline/promises'
import { LadingError } from '../domain/errors.ts'
import type { Context } from './context.ts'
import { printable } from './terminal.ts'

/** What is going to be lost. */
export interface Loss {
  /** Ends with a question mark. */
  readonly question: string
  /** What goes, one a line. */
  readonly items: readonly string[]
}

/** Items that a question lists. */
const ITEMS_MAX = 10

/**
 * Asks on the terminal whether something may be lost. Rejects `ABORTED`, with the operation `confirm`, unless the answer is
 * yes, also for an interrupt, and `INVALID` where nobody can be asked: a script says `--yes`.
 */
export async function confirm({ signal }: Pick<Context, 'signal'>, { question, items }: Loss): Promise<void> {
  const shown = [
    ...items.slice(0, ITEMS_MAX),
    ...(items.length > ITEMS_MAX ? [`… and ${items.length - ITEMS_MAX} more`] : []),
  ]
  const text = [...shown.map((item) => `  ${printable(item)}\n`), `${printable(question)} [y/N] `].join('')
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw nobodyToAsk(question)
  if (/^y(es)?$/i.test((await ask(text, signal)).trim())) return
  throw refused(signal.aborted ? 'interrupted' : 'the answer was not yes')
}

async function ask(text: string, signal: AbortSignal): Promise<string> {
  // Not a terminal of its own: Ctrl-C stays the signal that it is everywhere else.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    return await Promise.race([lines.question(text, { signal }), closed])
  } catch (error) {
    throw signal.aborted ? refused('interrupted', error) : error
  } finally {
    lines.close()
  }
}

function refused(why: string, cause?: unknown): LadingError {
  return new LadingError('ABORTED', { operation: 'confirm', detail: `${why}; nothing was changed`, cause })
}

function nobodyToAsk(question: string): LadingError {
  const detail = `there is nobody to ask: ${JSON.stringify(question)}`
  return new LadingError('INVALID', { detail, next: 'add --yes; nothing was changed' })
}
