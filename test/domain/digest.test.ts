import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertDigest, assertDigests, createDigester, isDigest, sha256 } from '../../src/domain/digest.ts'

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const INVALID = expect.objectContaining({ code: 'INVALID' })

describe('assertDigest', () => {
  it('takes 64 lower-case hex digits', () => {
    expect(assertDigest(EMPTY)).toBe(EMPTY)
    expect(isDigest(EMPTY)).toBe(true)
  })

  it.each([
    '',
    `${EMPTY}\n`,
    `\n${EMPTY}`,
    EMPTY.toUpperCase(),
    EMPTY.slice(1),
    `${EMPTY}0`,
    'g'.repeat(64),
    null,
    [EMPTY],
  ])('refuses %j', (value) => {
    expect(isDigest(value)).toBe(false)
    expect(() => assertDigest(value)).toThrow(INVALID)
  })
})

describe('sha256', () => {
  it('hashes bytes, and text as UTF-8', () => {
    expect(sha256(new Uint8Array())).toBe(EMPTY)
    expect(sha256('é')).toBe(sha256(new TextEncoder().encode('é')))
  })
})

describe('createDigester', () => {
  it('equals the digest of the whole, however it is cut, also when a chunk is reused', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
        const digester = createDigester()
        const buffer = new Uint8Array(100)
        for (const chunk of chunks) {
          buffer.set(chunk)
          digester.update(buffer.subarray(0, chunk.length))
        }
        expect(digester.digest()).toBe(createHash('sha256').update(Buffer.concat(chunks)).digest('hex'))
      }),
    )
  })
})

describe('assertDigests', () => {
  const good = sha256('good')

  it('takes many, and none', () => {
    expect(() => assertDigests([good, sha256('other'), good])).not.toThrow()
    expect(() => assertDigests([])).not.toThrow()
  })

  it.each([
    ['an upper-case digit', good.toUpperCase()],
    ['a short one', good.slice(1)],
    ['a long one', `${good}0`],
    ['a number', 1],
  ])('refuses %s among them, as assertDigest does', (_, bad) => {
    expect(() => assertDigests([good, bad, good])).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })
})
