import { timesOf } from './measure.ts'
import type { Series, Times } from './measure.ts'
import type { Machine } from './machine.ts'
import { formatBytes } from './sizes.ts'
import type { Sizes } from './sizes.ts'
import type { Check, Outcome } from './work.ts'

/** One work at one place. */
export interface Result extends Outcome {
  readonly name: string
  readonly title: string
  /** `tmpfs`, `ext4 on a virtual disk (virtio)`. */
  readonly place: string
}

/** All that a run of the bench found. */
export interface Report {
  readonly format: 1
  /** `2026-11-21` */
  readonly date: string
  readonly machine: Machine
  readonly sizes: Sizes['name']
  readonly runs: number
  /** Other tools that did the same work, with their commands. */
  readonly rivals: readonly { readonly title: string; readonly commands: readonly string[] }[]
  readonly results: readonly Result[]
}

/** The report as a page. */
export function formatReport(report: Report): string {
  return [
    `# Bench of ${report.date}`,
    '',
    formatMachine(report),
    '',
    'How to read it: docs/performance.md. A bar is judged by the least time, next to the limit of the same run.',
    '',
    '## Bars',
    formatBars(report),
    ...placesOf(report).flatMap((place) => formatPlace(place, resultsAt(report, place))),
    ...formatRivals(report.rivals),
    '',
  ].join('\n')
}

/** What it was measured on, and how: one paragraph. */
export function formatMachine({ machine, sizes, runs }: Report): string {
  const { cores, processor, memory, system, node, load } = machine
  const hardware = `${cores} cores (${processor}), ${memory} of memory, ${system}, Node ${node}`
  return `${hardware}, load ${load ?? 'unknown'} at the start. Sizes: ${sizes}. ${runs} runs, interleaved.`
}

/** A table of the bars for each place. */
export function formatBars(report: Report): string {
  const tables = placesOf(report).map((place) => {
    const checks = resultsAt(report, place).flatMap((result) => result.checks)
    const rows = checks.map(({ what, bar, found, holds }) => [what, bar, found, holds ? 'holds' : '**does not**'])
    return `\nOn ${place}:\n\n${table(['work', 'bar', 'found', ''], rows)}`
  })
  return tables.join('\n')
}

/** Only the bars: what a terminal shows while the bench runs. */
export function formatChecks(checks: readonly Check[]): string {
  return checks
    .map(({ what, bar, found, holds }) => `${holds ? 'holds' : 'MISS '}  ${what}: ${found}; ${bar}`)
    .join('\n')
}

function placesOf({ results }: Report): readonly string[] {
  return [...new Set(results.map(({ place }) => place))]
}

function resultsAt({ results }: Report, place: string): readonly Result[] {
  return results.filter((result) => result.place === place)
}

function formatPlace(place: string, results: readonly Result[]): string[] {
  const rows = results.flatMap(({ title, series }) => series.map((one) => ({ title, one })))
  return [
    '',
    `## Counts on ${place}`,
    '',
    table(
      ['work', 'program', 'requests', 'read', 'written', 'fsyncs', 'user files opened', 'peak memory'],
      rows.map(({ title, one }) => [title, one.name, ...countsOf(one)]),
    ),
    '',
    `## Milliseconds on ${place}`,
    '',
    table(
      ['work', 'program', 'minimum', 'median', 'least CPU', 'in'],
      results.flatMap(({ title, series, manner }) =>
        series.map(({ name, ms, cpuMs }) => [title, name, ...formatTimes(timesOf(ms)), formatMs(cpuMs), manner]),
      ),
    ),
  ]
}

function formatRivals(rivals: Report['rivals']): string[] {
  if (rivals.length === 0) return []
  const lines = rivals.flatMap(({ title, commands }) => ['', `${title}:`, '', ...commands.map((line) => `    ${line}`)])
  return ['', '## What the others ran', ...lines]
}

function countsOf({ counted, peakBytes }: Series): string[] {
  const { requests, bytesRead, bytesWritten, fsyncs, opens } = counted
  return [
    ...[requests].map(formatCount),
    ...[bytesRead, bytesWritten].map((bytes) => (bytes === null ? '' : formatBytes(bytes))),
    ...[fsyncs, opens].map(formatCount),
    peakBytes === null ? '' : formatBytes(peakBytes),
  ]
}

function formatCount(count: number | null): string {
  return count === null ? '' : count.toLocaleString('en')
}

function formatTimes({ min, median }: Times): string[] {
  return [formatMs(min), formatMs(median)]
}

function formatMs(ms: number | null): string {
  if (ms === null) return ''
  return ms < 10 ? ms.toFixed(2) : ms.toFixed(0)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
