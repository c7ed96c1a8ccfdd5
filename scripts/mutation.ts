// `npm run mutation`: changes src/domain in every small way, and sees whether its tests notice. Results are kept in
// test/mutation/incremental.json, so that only what was changed since is tried again; in CI that file stays as it is.
// Arguments go to Stryker: `npm run mutation -- --mutate src/domain/head.ts`, `npm run mutation -- --force`.
//
// Fails when fewer than 90 % are noticed, and when one that is not noticed has no reason in test/mutation/survivors.json:
// file → `line of source ⇒ mutator what is put there` → why no test needs to notice it.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { ROOT } from './run.ts'

interface Mutant {
  readonly mutatorName: string
  readonly replacement?: string
  readonly status: string
  readonly location: { readonly start: { readonly line: number }; readonly end: { readonly line: number } }
  readonly killedBy?: readonly string[]
  readonly [other: string]: unknown
}

interface Report {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>
  readonly [other: string]: unknown
}

/** File → mutant → why no test needs to notice it. */
type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

const RESULTS = `${ROOT}test/mutation/incremental.json`
const REASONS = `${ROOT}test/mutation/survivors.json`

const temp = mkdtempSync(join(tmpdir(), 'lading-mutation-'))
try {
  process.exitCode = testMutants(join(temp, 'incremental.json'), process.argv.slice(2))
} finally {
  rmSync(temp, { recursive: true, force: true })
}

function testMutants(results: string, args: readonly string[]): number {
  if (existsSync(RESULTS)) copyFileSync(RESULTS, results)
  const bin = `${ROOT}node_modules/.bin/stryker`
  const { status } = spawnSync(bin, ['run', '--incrementalFile', results, ...args], { cwd: ROOT, stdio: 'inherit' })
  if (!existsSync(results)) return status ?? 1
  const report = JSON.parse(readFileSync(results, 'utf8')) as Report
  if (process.env['CI'] === undefined) writeFileSync(RESULTS, `${JSON.stringify(pruned(report))}\n`)
  const reasons = JSON.parse(readFileSync(REASONS, 'utf8')) as Reasons
  const problems = unexplained(report, reasons)
  for (const problem of problems) process.stdout.write(`✗ ${problem}\n`)
  return status !== 0 || problems.length > 0 ? (status ?? 1) || 1 : 0
}

/** Mutants that no test notices and nobody has explained, and explanations of mutants that are noticed, a line each. */
function unexplained(report: Report, reasons: Reasons): string[] {
  const found = new Set(mutantsOf(report, ['Survived', 'NoCoverage']))
  // On a slow machine a survivor may run into the time limit.
  const silent = new Set(mutantsOf(report, ['Survived', 'NoCoverage', 'Timeout']))
  const known = new Set(
    Object.entries(reasons).flatMap(([file, own]) => Object.keys(own).map((key) => `${file} ${key}`)),
  )
  return [
    ...[...found.difference(known)].map((survivor) => `survives, and has no reason in survivors.json: ${survivor}`),
    ...[...known.difference(silent)].map(
      (survivor) => `no longer survives, remove it from survivors.json: ${survivor}`,
    ),
  ].toSorted()
}

/** `<file> <line of source> ⇒ <what is put there>`: no line number, which would change with every edit above it. */
function mutantsOf({ files }: Report, statuses: readonly string[]): string[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n')
    const wanted = mutants.filter(({ status }) => statuses.includes(status))
    return wanted.map(({ location, mutatorName, replacement = '' }) => {
      const line = lines[location.start.line - 1]!.trim()
      return `${file} ${line} ⇒ ${mutatorName} ${replacement.replaceAll(/\s+/g, ' ')}`
    })
  })
}

/** Without what Stryker does not need to find a result again: most of the megabytes are tests that did not decide it. */
function pruned(report: Report): Report {
  const files = Object.entries(report.files).map(([file, { mutants, ...rest }]) => {
    return [file, { ...rest, mutants: mutants.map(prunedMutant) }] as const
  })
  const { schemaVersion, thresholds, testFiles } = report
  return { schemaVersion, thresholds, testFiles, files: Object.fromEntries(files) }
}

function prunedMutant({ coveredBy, killedBy, statusReason: _reason, ...mutant }: Mutant): Mutant {
  return mutant.status === 'Killed' ? { ...mutant, killedBy: killedBy?.slice(0, 1) ?? [] } : { ...mutant, coveredBy }
}
