import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { LadingError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import { anchorsOf, readPage } from './support/markdown.ts'

/** Every code: the compiler complains when one is missing. */
const CODES: Readonly<Record<ErrorCode, true>> = {
  NOT_FOUND: true,
  ALREADY_EXISTS: true,
  CONFLICT: true,
  ALREADY_FINISHED: true,
  UNSUPPORTED: true,
  INVALID: true,
  CORRUPT: true,
  UNAUTHORIZED: true,
  UNAVAILABLE: true,
  UNKNOWN_OUTCOME: true,
  ABORTED: true,
  CLOSED: true,
}

const PAGE = readPage('docs/errors.md')

describe('docs/errors.md', () => {
  it('lists every code with its retry and its exit code', () => {
    const found = [...PAGE.matchAll(/^\| \[`(\w+)`\].* \| (\w+) \| (\d+) \|$/gm)]
    const codes = Object.keys(CODES) as ErrorCode[]

    const rows = found.map(([, code, retry, exit]) => [code, retry, Number(exit)])
    expect(rows).toEqual(codes.map((code) => [code, new LadingError(code, { detail: '' }).retry, exitCodeOf(code)]))
  })

  it.each(Object.keys(CODES))('says what %s means and what to do', (code) => {
    expect(anchorsOf(PAGE)).toContain(code.toLowerCase())
  })
})
