import type { Command, Refusal } from './command.ts'
import { LadingError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import type { Head } from './head.ts'

/** Aliases that one artifact may have. */
export const ALIASES_MAX = 1_000

/** Length of an artifact's description, in bytes of UTF-8. */
export const DESCRIPTION_BYTES_MAX = 16 * 1024

/** Size of an encoded head, in bytes. */
export const HEAD_BYTES_MAX = 512 * 1024

/** G of the protocol: how long condemned blobs are waited for. A blob that was found present may be relied on for half of it. */
export const GRACE_MS = 7 * 24 * 60 * 60 * 1_000

const encoder = new TextEncoder()

/** The refusal of a command that would carry head past a limit, or null. A roll-forward is never asked. */
export function limitRefusal(head: Head, command: Command): Refusal | null {
  const aliases = Object.keys(head.aliases).length
  if (aliases > ALIASES_MAX && addsAliases(command)) {
    return refusalOf('INVALID', `${aliases} aliases, at most ${ALIASES_MAX} are allowed`, 'remove some aliases first')
  }
  const tooLong = 'description' in command ? descriptionRefusal(head.description ?? '') : null
  if (tooLong) return tooLong
  return mayExceedBytes(head) && addsAliases(command) ? checkBytes(head) : null
}

/** The refusal of a description that is longer than an artifact may have, or null. */
export function descriptionRefusal(description: string): Refusal | null {
  const bytes = encoder.encode(description).length
  if (bytes <= DESCRIPTION_BYTES_MAX) return null
  const detail = `a description of ${bytes} bytes, at most ${DESCRIPTION_BYTES_MAX} are allowed`
  return refusalOf('INVALID', detail, 'shorten the description')
}

/** The error that a refusal is told as. */
export function refusalError({ code, detail, next }: Refusal): LadingError {
  return new LadingError(code, { detail, next })
}

/** A refusal in one line. */
export function refusalOf(code: ErrorCode, detail: string, next: string): Refusal {
  return { code, detail, next }
}

function addsAliases(command: Command): boolean {
  return command.kind === 'log' || (command.kind === 'setAlias' && command.n !== null)
}

/** Encoding every head only to measure it would double the cost of a commit; few moves cannot reach the limit. */
function mayExceedBytes(head: Head): boolean {
  return head.moves.length > 200
}

function checkBytes(head: Head): Refusal | null {
  const bytes = encoder.encode(JSON.stringify(head)).length
  if (bytes <= HEAD_BYTES_MAX) return null
  const detail = `the artifact's head would have ${bytes} bytes, at most ${HEAD_BYTES_MAX} are allowed`
  return refusalOf('INVALID', detail, 'move fewer aliases at once')
}
