// The house style that can be counted, as a ratchet: test/tooling/sins.json lists the files that break a rule, and how
// often. A number there may only shrink. `node scripts/tidy.ts --update` lowers it; nothing raises it but an edit.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run, sourceFiles } from './run.ts'

/** Sins by `rule file`, with the name of an export: the lines of a file that is too long, or else how many places. */
export type Sins = Readonly<Record<string, number>>

const SINS_FILE = 'test/tooling/sins.json'

/** Counts what `root` does against the rules. Sizes and names come from oxlint; a doc comment is a line of text. */
export function countSins(root: string = ROOT): Sins {
  const sins: Record<string, number> = {}
  for (const { rule, file } of lintSins(root)) sins[`${rule} ${file}`] = (sins[`${rule} ${file}`] ?? 0) + 1
  for (const file of sourceFiles(['src'], root)) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const name of undocumentedExports(text)) sins[`undocumented-export ${file} ${name}`] = 1
    if (sins[`max-lines ${file}`] !== undefined) sins[`max-lines ${file}`] = text.trimEnd().split('\n').length
  }
  return sins
}

/** What is new or worse, and what became better without being written down. */
export function compareSins(found: Sins, known: Sins): string[] {
  const keys = [...new Set([...Object.keys(found), ...Object.keys(known)])].toSorted()
  return keys.flatMap((key) => {
    const [now, before] = [found[key] ?? 0, known[key] ?? 0]
    if (now > before) return [`${key}: ${now}${before > 0 ? `, was ${before}` : ''}`]
    return now < before ? [`${key}: ${now}, was ${before}: better; node scripts/tidy.ts --update writes it down`] : []
  })
}

/** The names that a module exports by a declaration without a doc comment. Overloads share the first one's. */
export function undocumentedExports(text: string): string[] {
  const declaration =
    /^export (?:default |declare |abstract |async )*(?:const|let|function\*?|class|interface|type|enum) (\w+)/
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.flatMap((line, index) => {
    const name = declaration.exec(line)?.[1]
    const above = lines[index - 1] ?? ''
    const documented = above.trimEnd().endsWith('*/') || (name !== undefined && declaration.exec(above)?.[1] === name)
    return name === undefined || documented ? [] : [name]
  })
}

interface Diagnostic {
  readonly code?: string
  readonly filename: string
  readonly message: string
}

function lintSins(root: string): { rule: string; file: string }[] {
  const { stdout } = run('oxlint', ['-c', `${ROOT}scripts/tidy.oxlintrc.json`, '-f', 'json', 'src', 'scripts'], root)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] }
  return diagnostics.map(({ code, filename, message }) => {
    // A file that does not parse has no rule, and must not pass as clean.
    const rule = /\(([\w-]+)\)/.exec(code ?? '')?.[1] ?? `does not parse (${message})`
    return { rule, file: filename.replaceAll('\\', '/') }
  })
}

if (import.meta.main) {
  const known = JSON.parse(readFileSync(`${ROOT}${SINS_FILE}`, 'utf8')) as Sins
  const found = countSins()
  if (process.argv.includes('--update')) {
    const lowered = Object.entries(known).map(([key, count]) => [key, Math.min(count, found[key] ?? 0)] as const)
    const left = Object.fromEntries(lowered.filter(([, count]) => count > 0))
    writeFileSync(`${ROOT}${SINS_FILE}`, `${JSON.stringify(left, null, 2)}\n`)
  }
  const problems = compareSins(found, JSON.parse(readFileSync(`${ROOT}${SINS_FILE}`, 'utf8')) as Sins)
  for (const problem of problems) process.stdout.write(`tidy: ${problem}\n`)
  if (problems.length > 0) process.exitCode = 1
}
