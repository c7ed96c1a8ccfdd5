import { inspect } from 'node:util'
import { isLadingError } from '../domain/errors.ts'
import type { LadingError } from '../domain/errors.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { withoutSecrets } from './secrets.ts'
import { printable, screenOf, wrap, wrapHanging } from './terminal.ts'

/**
 * Prints an error on stderr, in one line or two: what is wrong, and the next step. Answers the exit code.
 * Only `LADING_DEBUG` prints the stack and the causes.
 */
export function reportError(error: unknown, interrupt?: AbortSignal): ExitCode {
  const { what, next, exitCode } = explain(error, interrupt)
  printRefusal(what, next)
  if (process.env['LADING_DEBUG']) process.stderr.write(`${withoutSecrets(inspect(error))}\n`)
  return exitCode
}

/** Prints what is wrong and the next step on stderr; on a terminal, its words are kept whole. */
export function printRefusal(what: string, next: string | null): void {
  const { style, columns } = screenOf(process.stderr)
  const [first = '', ...others] = wrapHanging(`lading: ${withoutSecrets(what)}`, columns)
  const hints = next === null ? [] : wrap(withoutSecrets(next), columns - INDENT.length)
  const lines = [
    style('red', 'lading:') + first.slice('lading:'.length),
    ...others,
    ...hints.map((line) => INDENT + style('dim', line)),
  ]
  process.stderr.write(`${lines.join('\n')}\n`)
}

const INDENT = '  '

const BUG = 'this is a bug in lading; LADING_DEBUG=1 prints the details to report'

interface Explanation {
  readonly what: string
  readonly next: string | null
  readonly exitCode: ExitCode
}

function explain(error: unknown, interrupt: AbortSignal | undefined): Explanation {
  const isInterrupted = interrupt?.aborted ?? false
  if (isInterrupted && isLadingError(error, 'ABORTED') && error.operation === 'confirm') {
    return { what: error.detail, next: null, exitCode: EXIT.interrupted }
  }
  if (isInterrupted && (!isLadingError(error) || error.code === 'ABORTED')) {
    return { what: 'interrupted; run the same command again to go on', next: null, exitCode: EXIT.interrupted }
  }
  if (isLadingError(error)) {
    const exitCode = isInterrupted ? EXIT.interrupted : exitCodeOf(error.code)
    const next = error.next === undefined ? null : printable(error.next)
    return { what: describe(error), next, exitCode }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { what: printable(message), next: isSystemError(error) ? null : BUG, exitCode: EXIT.failure }
}

/** An answer of the operating system, such as ENOSPC: its message says what failed. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function describe({ key, detail, code }: LadingError): string {
  return printable(`${key === undefined ? '' : `${key}: `}${detail} (${code})`)
}
