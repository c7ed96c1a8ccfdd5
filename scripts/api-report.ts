// The committed API report, one file a subpath in api/, and the API reference in docs/api/, both made from src:
// `node scripts/api-report.ts` renews them, `--check` says what they would have to be. A change of the public API is
// thus seen by whoever reviews it.
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { apiPages } from './api-docs.ts'
import { readApi } from './api-model.ts'
import type { ApiEntry, ApiItem, ApiMessage } from './api-model.ts'
import { ROOT, run } from './run.ts'

/** What API Extractor finds that does no harm. */
const HARMLESS = new Set(['ae-missing-release-tag', 'ae-unresolved-link'])
/** Where the methods of interfaces are duties, or calls of a user. Elsewhere they are those of another API, as of `node:fs`. */
const WITH_PORTS = new Set(['lading', 'lading/ports'])

/** What must not be in a public API: names without a doc comment, types that nobody can import, one name for two things. */
export function apiProblems(api: readonly ApiEntry[]): string[] {
  const exported = new Set(api.flatMap(({ items }) => items.map(({ name }) => name)))
  return [...api.flatMap((entry) => entryProblems(entry, exported)), ...ambiguousNames(api)]
}

/** The files that the report and the reference are made of, by their paths from the root. */
export function apiFiles(api: readonly ApiEntry[]): ReadonlyMap<string, string> {
  const reports = api.map(({ id, report }) => [`api/${id}.api.md`, report] as const)
  return new Map([...reports, ...apiPages(api)])
}

/** How a file differs from the text that it would have to be, as `git diff` shows it; empty when it does not. */
export function diffOf(file: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lading-api-'))
  try {
    writeFileSync(join(folder, 'fresh'), text)
    const before = existsSync(file) ? file : '/dev/null'
    const { stdout } = run('git', ['diff', '--no-index', '--no-color', '--unified=2', before, join(folder, 'fresh')])
    return stdout.replace(/^(diff|index|new file|---|\+\+\+) .*\n/gm, '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function entryProblems({ specifier, items, messages }: ApiEntry, exported: ReadonlySet<string | undefined>): string[] {
  const wrong = messages.filter(({ id, text }) => {
    if (HARMLESS.has(id) || id === 'ae-undocumented') return false
    return id !== 'ae-forgotten-export' || !exported.has(quoted(text).replace(/_\d+$/, ''))
  })
  return [
    ...wrong.map((message) => `${specifier}: ${describeMessage(message)}`),
    ...items.flatMap((item) => undocumented(item, specifier)).map((name) => `${specifier}: ${name} has no doc comment`),
  ]
}

/** The names of a declaration, and of those of its members that need a comment, that have none. */
function undocumented({ name = '', docComment = '', members = [] }: ApiItem, specifier: string): string[] {
  const silent = members.filter((member) => (member.docComment ?? '') === '')
  const mustTell = silent.filter(({ kind }) => {
    if (name.endsWith('Options') || kind === 'Method') return true
    return kind === 'MethodSignature' && WITH_PORTS.has(specifier)
  })
  return [...(docComment === '' ? [name] : []), ...mustTell.map((member) => `${name}.${member.name ?? ''}`)]
}

function describeMessage({ id, text, place }: ApiMessage): string {
  if (id !== 'ae-forgotten-export') return `${text} (${id}, ${place})`
  return `${quoted(text)} is used at ${place} and no subpath exports it (${id})`
}

function quoted(text: string): string {
  return /"([^"]+)"/.exec(text)?.[1] ?? text
}

/** Names that two subpaths export from different files: whoever reads one of them takes it for the other. */
function ambiguousNames(api: readonly ApiEntry[]): string[] {
  const places = new Map<string, Set<string>>()
  for (const { items } of api) {
    for (const { name = '', fileUrlPath = '' } of items)
      places.set(name, (places.get(name) ?? new Set()).add(fileUrlPath))
  }
  const doubled = [...places].filter(([, files]) => files.size > 1)
  return doubled.map(([name, files]) => `${name} means several things: ${[...files].join(', ')}`)
}

/** Generated files that nothing generates any more. */
function leftOver(files: ReadonlyMap<string, string>): string[] {
  return globSync(['api/*.api.md', 'docs/api/*.md'], { cwd: ROOT }).filter((file) => !files.has(file))
}

function staleFiles(files: ReadonlyMap<string, string>): string[] {
  const diffs = [...files].map(([file, text]) => ({ file, diff: diffOf(`${ROOT}${file}`, text) }))
  return [
    ...diffs.flatMap(({ file, diff }) => (diff === '' ? [] : [`${file} is not what src says:\n${diff}`])),
    ...leftOver(files).map((file) => `${file} is of no subpath\n`),
  ]
}

function writeFiles(files: ReadonlyMap<string, string>): void {
  for (const file of leftOver(files)) rmSync(`${ROOT}${file}`)
  for (const [file, text] of files) {
    mkdirSync(dirname(`${ROOT}${file}`), { recursive: true })
    writeFileSync(`${ROOT}${file}`, text)
  }
}

if (import.meta.main) {
  const api = readApi()
  const files = apiFiles(api)
  const problems = apiProblems(api)
  const stale = process.argv.includes('--check') ? staleFiles(files) : []
  if (!process.argv.includes('--check')) writeFiles(files)
  for (const problem of problems) process.stdout.write(`api: ${problem}\n`)
  for (const file of stale) process.stdout.write(`api: ${file}`)
  if (stale.length > 0)
    process.stdout.write('api: if that is meant, run `npx node scripts/api-report.ts` and commit it\n')
  if (problems.length + stale.length > 0) process.exitCode = 1
}
