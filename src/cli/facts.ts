import { wrap } from './terminal.ts'
import type { Screen } from './terminal.ts'

/** Columns that the names of facts take. */
const NAME_COLUMNS = 10

/** Named facts; those that are null are left out. Values are printable already, and wrapped where they are too long. */
export function formatFacts(
  facts: readonly (readonly [name: string, value: string | null])[],
  { columns, style }: Screen,
): readonly string[] {
  return facts.flatMap(([name, value]) => {
    const lines = value === null ? [] : wrap(value, columns - NAME_COLUMNS - 1)
    return lines.map((line, index) => `${style('dim', (index === 0 ? name : '').padEnd(NAME_COLUMNS))} ${line}`)
  })
}
