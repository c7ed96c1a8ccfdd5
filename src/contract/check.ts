import { inspect, isDeepStrictEqual } from 'node:util'
import { isLadingError } from '../domain/errors.ts'
import type { ErrorCode, LadingError } from '../domain/errors.ts'

/** A check that did not hold. */
export class ContractFailure extends Error {
  override readonly name = 'ContractFailure'
  readonly expected: string
  readonly seen: string

  constructor(expected: string, seen: string, cause?: unknown) {
    super(`expected ${expected}, seen ${seen}`, cause === undefined ? undefined : { cause })
    this.expected = expected
    this.seen = seen
  }
}

/** Assertions without a test runner. Each throws a ContractFailure with what was expected and what was seen. */
export interface Check {
  /** The same value, deeply. `what` says of what, where the value alone does not. */
  equal<T>(seen: T, expected: T, what?: string): void
  /** The same bytes; a difference is shown by its first offset, not by its content. */
  bytesEqual(seen: Uint8Array | null | undefined, expected: Uint8Array, what?: string): void
  /** Rejects with this code; answers the error. */
  rejects(promise: Promise<unknown>, code: ErrorCode, what?: string): Promise<LadingError>
  /** Exactly one did not lose; the others were answered `losers`, or rejected with that code. Answers its index. */
  oneWinner(results: readonly PromiseSettledResult<unknown>[], options: { readonly losers: string }): number
}

/** The checks that the binders hand to every case. */
export const check: Check = {
  equal(seen, expected, what) {
    if (!isDeepStrictEqual(seen, expected)) throw new ContractFailure(labelled(show(expected), what), show(seen))
  },

  bytesEqual(seen, expected, what) {
    const wanted = labelled(`${expected.length} bytes`, what)
    if (!seen) throw new ContractFailure(wanted, 'nothing')
    const offset = firstDifference(seen, expected)
    if (offset === -1 && seen.length === expected.length) return
    throw new ContractFailure(
      wanted,
      `${seen.length} bytes${offset === -1 ? '' : `, another byte at offset ${offset}`}`,
    )
  },

  async rejects(promise, code, what) {
    const wanted = labelled(`a rejection with ${code}`, what)
    const [result] = await Promise.allSettled([promise])
    if (result!.status === 'fulfilled') throw new ContractFailure(wanted, `the answer ${show(result.value)}`)
    const error: unknown = result!.reason
    if (!isLadingError(error, code)) throw new ContractFailure(wanted, show(error), error)
    return error
  },

  oneWinner(results, { losers }) {
    const answers = results.map(answerOf)
    const winners = answers.flatMap((answer, index) => (answer === losers ? [] : [index]))
    const failed = winners.find((index) => results[index]!.status === 'rejected')
    if (winners.length === 1 && failed === undefined) return winners[0]!
    const others = winners.map((index) => show(answers[index])).join(', ')
    const expected = `one winner and ${results.length - 1} times ${losers}`
    throw new ContractFailure(expected, `${winners.length} others: ${others}`)
  },
}

function answerOf(result: PromiseSettledResult<unknown>): unknown {
  if (result.status === 'fulfilled') return result.value
  return isLadingError(result.reason) ? result.reason.code : result.reason
}

function labelled(expected: string, what: string | undefined): string {
  return what === undefined ? expected : `${expected} (${what})`
}

function show(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : inspect(value, { depth: 6, maxArrayLength: 20 })
}

/** The first offset, below both lengths, at which two arrays differ; -1 if there is none. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (Buffer.compare(a, b) === 0) return -1
  return a.findIndex((byte, index) => index < b.length && byte !== b[index])
}
