import { fit, widthOf } from './terminal.ts'
import type { Screen } from './terminal.ts'

/** One column of a table. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Columns that it may be cut to on a narrow screen. Default: it is never cut. */
  readonly widthMin?: number
  /** Left out when the screen is too narrow for all; the highest number goes first. Default: it stays. */
  readonly dropOrder?: number
}

const GAP = '  '

/** A table that fits the screen: it cuts what may be cut, then leaves columns out. Cells hold one line, uncoloured. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  screen: Screen,
): readonly string[] {
  const natural = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[index]!))),
  )
  const shown = chooseColumns(columns, natural, screen.columns)
  const widths = shrink(columns, natural, { shown, room: screen.columns })
  const line = (cells: readonly string[]) =>
    shown
      .map((index) => pad(fit(cells[index]!, widths[index]!), widths[index]!, columns[index]!.align))
      .join(GAP)
      .trimEnd()
  const titles = line(columns.map(({ title }) => title))
  return [screen.style('dim', titles), ...rows.map(line)]
}

function chooseColumns(columns: readonly Column[], natural: readonly number[], room: number): readonly number[] {
  const shown = columns.map((_column, index) => index)
  const least = (index: number) => Math.min(natural[index]!, columns[index]!.widthMin ?? Number.POSITIVE_INFINITY)
  while (total(shown.map(least)) > room) {
    const droppable = shown.filter((index) => columns[index]!.dropOrder !== undefined)
    if (droppable.length === 0) break
    const last = droppable.reduce((a, b) => (columns[b]!.dropOrder! > columns[a]!.dropOrder! ? b : a))
    shown.splice(shown.indexOf(last), 1)
  }
  return shown
}

/** Takes from the widest column first, so that a long one does not empty the others. */
function shrink(
  columns: readonly Column[],
  natural: readonly number[],
  { shown, room }: { readonly shown: readonly number[]; readonly room: number },
): readonly number[] {
  const widths = [...natural]
  let excess = total(shown.map((index) => widths[index]!)) - room
  while (excess > 0) {
    const cuttable = shown.filter((index) => widths[index]! > (columns[index]!.widthMin ?? Number.POSITIVE_INFINITY))
    if (cuttable.length === 0) break
    const widest = cuttable.reduce((a, b) => (widths[b]! > widths[a]! ? b : a))
    widths[widest]! -= 1
    excess -= 1
  }
  return widths
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1)
}

function pad(text: string, columns: number, align: Column['align']): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)))
  return align === 'right' ? space + text : text + space
}
