// Runs oxlint over the whole project, and does not believe it: a lint that looked at too few files passes too easily.
import { existsSync, globSync, readdirSync } from 'node:fs'
import { MAY_IMPORT } from '../oxlint.config.ts'
import { ROOT, run, sourceFiles } from './run.ts'

/** What makes the lint worthless even if it found nothing. */
export function coverageProblems(output: string, expected: number, foldersOfSrc: readonly string[]): string[] {
  const looked = Number(/ on (\d+) files? /.exec(output)?.[1] ?? 0)
  const strangers = foldersOfSrc.filter((folder) => MAY_IMPORT[folder] === undefined)
  return [
    ...(looked < expected ? [`oxlint looked at ${looked} files, but there are ${expected}`] : []),
    ...strangers.map((folder) => `src/${folder} has no import rule in oxlint.config.ts`),
  ]
}

if (import.meta.main) {
  const folders = ['src', 'test', 'scripts', 'bench', 'examples'].filter((folder) => existsSync(`${ROOT}${folder}`))
  const rootFiles = globSync('*.ts', { cwd: ROOT })
  const inSrc = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory())

  const { ok, output } = run('oxlint', [...folders, ...rootFiles])
  const problems = coverageProblems(
    output,
    sourceFiles(folders).length + rootFiles.length,
    inSrc.map((entry) => entry.name),
  )

  process.stdout.write(output)
  for (const problem of problems) process.stdout.write(`lint: ${problem}\n`)
  if (!ok || problems.length > 0) process.exitCode = 1
}
