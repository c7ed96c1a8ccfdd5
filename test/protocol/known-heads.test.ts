import { expect, test } from 'vitest'
import { advanceHead, initialHead } from '../../src/domain/head.ts'
import { KnownHeads } from '../../src/protocol/known-heads.ts'

const AT = '2026-11-21T00:00:00.000Z'

function headAt(rev: number) {
  let head = initialHead('model', AT)
  for (let n = 0; n < rev; n++) {
    head = advanceHead(head, { opId: `op-${n}`, result: 'done', at: AT, run: null }, { description: `${n}` }).head
  }
  return head
}

test('what was encoded is parsed as it was, by this handle and by another one', () => {
  const heads = new KnownHeads()

  const bytes = heads.encode(headAt(200), 'head')

  expect(heads.parse(bytes.slice(), 'head')).toEqual(headAt(200))
  expect(new KnownHeads().parse(bytes, 'head')).toEqual(headAt(200))
})

test('bytes that are not those of the last head are parsed, and damage in them is CORRUPT', () => {
  const heads = new KnownHeads()
  heads.encode(headAt(2), 'head')
  const [newer, damaged] = [new KnownHeads().encode(headAt(3), 'head'), heads.encode(headAt(2), 'head').slice()]
  damaged[0] = 0

  expect(heads.parse(newer, 'head').rev).toBe(3)
  expect(() => heads.parse(damaged, 'head')).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
})
