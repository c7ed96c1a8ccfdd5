import { describe, expect, test } from 'vitest'
import type { Command } from '../../src/domain/command.ts'
import { LadingError } from '../../src/domain/errors.ts'
import { initialHead } from '../../src/domain/head.ts'
import type { Head, Move } from '../../src/domain/head.ts'
import {
  ALIASES_MAX,
  DESCRIPTION_BYTES_MAX,
  GRACE_MS,
  HEAD_BYTES_MAX,
  limitRefusal,
  refusalError,
} from '../../src/domain/limits.ts'
import { logOf } from '../support/log-command.ts'

const AT = '2026-01-01T00:00:00.000Z'
const INTENT = { opId: 'op', baseRev: 0, delivery: 'alone', at: AT, run: null } as const
const EMPTY = initialHead('model', AT)
const LOG = logOf('A')
const MOVE: Command = { ...INTENT, kind: 'setAlias', alias: 'a', n: 0, expect: undefined }
const REMOVAL: Command = { ...MOVE, n: null }
const DELETION: Command = { ...INTENT, kind: 'delete', n: 0, withAliases: true }
const DESCRIPTION: Command = { ...INTENT, kind: 'describe', description: '' }

test('a refusal is told as an error of its code, with what is wrong and what to do', () => {
  const refusal = { code: 'CONFLICT', detail: 'what is wrong', next: 'what to do' } as const

  expect(refusalError(refusal)).toBeInstanceOf(LadingError)
  expect(refusalError(refusal)).toMatchObject(refusal)
})

describe('aliases', () => {
  test(`may be ${ALIASES_MAX}, and no more`, () => {
    const refusal = {
      code: 'INVALID',
      detail: '1001 aliases, at most 1000 are allowed',
      next: 'remove some aliases first',
    }

    for (const command of [LOG, MOVE]) {
      expect(limitRefusal(withAliases(1_000), command)).toBeNull()
      expect(limitRefusal(withAliases(1_001), command)).toEqual(refusal)
    }
  })

  test('may be removed whatever their number is', () => {
    for (const command of [REMOVAL, DELETION]) expect(limitRefusal(withAliases(1_001), command)).toBeNull()
  })
})

describe('a description', () => {
  test(`may have ${DESCRIPTION_BYTES_MAX} bytes of UTF-8, and no more`, () => {
    const refusal = {
      code: 'INVALID',
      detail: 'a description of 16386 bytes, at most 16384 are allowed',
      next: 'shorten the description',
    }

    for (const command of [LOG, DESCRIPTION]) {
      expect(limitRefusal({ ...EMPTY, description: 'é'.repeat(8_192) }, command)).toBeNull()
      expect(limitRefusal({ ...EMPTY, description: 'é'.repeat(8_193) }, command)).toEqual(refusal)
    }
  })

  test('that is too long already stops no other command', () => {
    expect(limitRefusal({ ...EMPTY, description: 'x'.repeat(16_385) }, MOVE)).toBeNull()
  })
})

describe('an encoded head', () => {
  test(`may have ${HEAD_BYTES_MAX} bytes, and no more`, () => {
    const [most, over] = [encodedIn(HEAD_BYTES_MAX), encodedIn(HEAD_BYTES_MAX + 1)]

    for (const command of [LOG, MOVE]) {
      expect(limitRefusal(most, command)).toBeNull()
      expect(limitRefusal(over, command)).toEqual({
        code: 'INVALID',
        detail: "the artifact's head would have 524289 bytes, at most 524288 are allowed",
        next: 'move fewer aliases at once',
      })
    }
  })

  test('that is too large already lets aliases be removed', () => {
    for (const command of [REMOVAL, DELETION]) expect(limitRefusal(encodedIn(HEAD_BYTES_MAX + 1), command)).toBeNull()
  })
})

test('condemned blobs are waited for a week', () => {
  expect(GRACE_MS).toBe(604_800_000)
})

function withAliases(count: number): Head {
  return { ...EMPTY, aliases: Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, 0])) }
}

/** A head of that size, from moves by runs with long names. */
function encodedIn(bytes: number): Head {
  const moves = Array.from({ length: 300 }, (_, n) => moveOf(n, 'é'.repeat(800)))
  const missing = bytes - sizeOf({ ...EMPTY, moves })
  return { ...EMPTY, moves: [...moves.slice(0, -1), moveOf(299, `${'é'.repeat(800)}${'x'.repeat(missing)}`)] }
}

function moveOf(n: number, name: string): Move {
  return { rev: n, at: AT, alias: `a${n}`, from: null, to: 0, opId: 'op', run: { project: 'demo', id: 'ann', name } }
}

function sizeOf(head: Head): number {
  return Buffer.byteLength(JSON.stringify(head))
}
