import { readFileSync } from 'node:fs'

/**
 * The committed skips of one subject, as the binders take them: id of a case → the capability it misses.
 * `file` is that of the test, without `test/` and `.test.ts`.
 */
export function skipsOf(file: string, subject: string): Record<string, string> {
  const list = JSON.parse(readFileSync('test/skips.json', 'utf8')) as Record<string, string>
  const prefix = `${file} › ${subject} › `
  const entries = Object.entries(list).filter(([id]) => id.startsWith(prefix))
  return Object.fromEntries(entries.map(([id, missing]) => [id.split(' › ').at(-1)!, missing]))
}
