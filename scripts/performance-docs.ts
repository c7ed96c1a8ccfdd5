// Copies the bars of the newest runs in bench/results/ into docs/performance.md: `node scripts/performance-docs.ts`.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { formatBars, formatMachine } from '../bench/report.ts'
import type { Report } from '../bench/report.ts'
import { ROOT } from './run.ts'

const PAGE = `${ROOT}docs/performance.md`
const BEGIN = '<!-- results: written by scripts/performance-docs.ts -->'
const END = '<!-- end of results -->'
/** A bar holds when it holds in two runs. */
const SHOWN = 2

interface KeptReport {
  /** `2026-11-21-linux-x64-2cores-1` */
  readonly name: string
  readonly report: Report
}

/** The page, as it has to be for the results that are kept now. */
export function performancePage(page: string, kept: readonly KeptReport[] = readKept()): string {
  const [before, rest] = page.split(BEGIN)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/performance.md has no place for ${BEGIN}`)
  return `${before}${BEGIN}\n${kept.map(formatKept).join('')}\n${END}${after}`
}

function formatKept({ name, report }: KeptReport): string {
  return `\n### ${name}\n\n${formatMachine(report)}\n${formatBars(report)}\n`
}

/** The newest runs of full size, oldest first. Those with rivals are about them. */
function readKept(): readonly KeptReport[] {
  return globSync('bench/results/*.json', { cwd: ROOT })
    .map((file) => ({ name: nameOf(file), report: JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8')) as Report }))
    .filter(({ report }) => report.sizes === 'full' && report.rivals.length === 0)
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .slice(-SHOWN)
}

function nameOf(file: string): string {
  return file.replace(/^.*[\\/]/, '').replace(/\.json$/, '')
}

if (import.meta.main) writeFileSync(PAGE, performancePage(readFileSync(PAGE, 'utf8')))
