import { describe, expect, it } from 'vitest'
import { formatTable } from '../../src/cli/table.ts'
import { widthOf } from '../../src/cli/terminal.ts'

const COLUMNS = [
  { title: 'NAME', widthMin: 6 },
  { title: 'SIZE', align: 'right' },
  { title: 'DIGEST', dropOrder: 1 },
] as const
const ROWS = [
  ['a-name-that-is-rather-long', '7 B', 'abcdef'],
  ['船', '12 kB', '012345'],
]

describe('a table', () => {
  it('is cut nowhere in a pipe', () => {
    expect(tableIn(Number.POSITIVE_INFINITY)).toEqual([
      'NAME                         SIZE  DIGEST',
      'a-name-that-is-rather-long    7 B  abcdef',
      '船                          12 kB  012345',
    ])
  })

  it('cuts what may be cut on a narrow screen', () => {
    expect(tableIn(30)).toEqual([
      'NAME              SIZE  DIGEST',
      'a-name-that-is…    7 B  abcdef',
      '船               12 kB  012345',
    ])
  })

  it('leaves columns out before it cuts too much', () => {
    expect(tableIn(20)).toEqual(['NAME            SIZE', 'a-name-that-…    7 B', '船             12 kB'])
  })

  it.each([13, 17, 21, 25, 40, 200])('never is wider than a screen of %i columns', (columns) => {
    expect(Math.max(...tableIn(columns).map(widthOf))).toBeLessThanOrEqual(columns)
  })
})

function tableIn(columns: number): readonly string[] {
  return formatTable(COLUMNS, ROWS, { columns, style: (_format, text) => text })
}
