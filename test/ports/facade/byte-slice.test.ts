import { expect, test } from 'vitest'
import { sliceOf } from '../../../src/ports/facade/byte-slice.ts'

test.each([
  [undefined, 0, 10],
  [{ from: 2, to: 5 }, 2, 5],
  [{ from: 2, to: 50 }, 2, 10],
  [{ from: 2 }, 2, 10],
  [{ from: 10 }, 10, 10],
  [{ from: 12, to: 15 }, 10, 10],
  [{ from: 0, to: 0 }, 0, 0],
  [{ last: 3 }, 7, 10],
  [{ last: 0 }, 10, 10],
  [{ last: 30 }, 0, 10],
])('of ten bytes the range %j is from %i to %i', (range, from, to) => {
  expect(sliceOf(range, 10)).toEqual({ from, to })
})
