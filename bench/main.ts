// `npm run bench`: how fast lading is, next to what the machine could do. See docs/performance.md.
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { USAGE, parseArguments } from './arguments.ts'
import type { BenchArguments } from './arguments.ts'
import { buildLading } from './build.ts'
import { machineKind } from './machine.ts'
import { cleanUp, cleanUpAtExit, makePlaces } from './places.ts'
import { formatReport } from './report.ts'
import type { Report } from './report.ts'
import { runPlan } from './run.ts'
import { findRivals } from './rivals/rival.ts'
import { SIZES } from './sizes.ts'
import { WORKS } from './works/index.ts'

const asked = readArguments()
cleanUpAtExit()
try {
  const report = await measure(asked)
  process.stdout.write(asked.json ? `${JSON.stringify(report, null, 2)}\n` : formatReport(report))
  if (asked.keep) keep(report)
  const holds = report.results.every(({ checks }) => checks.every((check) => check.holds))
  if (asked.strict && !holds) process.exitCode = 1
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`)
  process.exitCode = 1
} finally {
  cleanUp()
}

function readArguments(): BenchArguments {
  try {
    return parseArguments(
      process.argv.slice(2),
      WORKS.map(({ name }) => name),
    )
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    process.exit(2)
  }
}

async function measure({ only, sizes, kinds, disk, runs, vs }: BenchArguments): Promise<Report> {
  return runPlan({
    works: WORKS.filter(({ name }) => only.length === 0 || only.includes(name)),
    places: makePlaces({ kinds, disk, withRivals: vs }, SIZES[sizes]),
    sizes: SIZES[sizes],
    runs,
    rivals: vs ? await findRivals() : [],
    build: buildLading(),
    say: (line) => process.stderr.write(`bench: ${line.replaceAll('\n', '\nbench: ')}\n`),
  })
}

/** The first name that is free: `results/2026-11-21-linux-x64-2cores-1.md`, and `.json` beside it; with rivals `…-vs-1`. */
function keep(report: Report): void {
  const folder = fileURLToPath(new URL('results/', import.meta.url))
  const kind = `${machineKind(report.machine)}${report.rivals.length > 0 ? '-vs' : ''}`
  const nameOf = (n: number): string => `${folder}${report.date}-${kind}-${n}`
  let n = 1
  while (existsSync(`${nameOf(n)}.json`)) n++
  writeFileSync(`${nameOf(n)}.json`, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(`${nameOf(n)}.md`, formatReport(report))
}
