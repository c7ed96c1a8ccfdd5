// `npm run check`: everything that can be said about the code without running its tests. All steps run, whatever fails.
// `npm run check -- lint types` runs only these.
import { run } from './run.ts'

/** Step → the command, which works by itself as well. */
const STEPS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  format: ['oxfmt', '--check'],
  lint: ['node', 'scripts/lint.ts'],
  types: ['tsc', '--project', 'tsconfig.check.json'],
  tidy: ['node', 'scripts/tidy.ts'],
  knip: ['knip'],
  api: ['node', 'scripts/api-report.ts', '--check'],
  packed: ['node', 'scripts/packed.ts'],
}

const asked = process.argv.slice(2)
const unknown = asked.filter((step) => STEPS[step] === undefined)
if (unknown.length > 0) {
  process.stderr.write(`no such step: ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}\n`)
  process.exit(2)
}

const failed: string[] = []
for (const [step, [command, ...args]] of Object.entries(STEPS)) {
  if (asked.length > 0 && !asked.includes(step)) continue
  const start = performance.now()
  const { ok, output } = run(command, args)
  process.stdout.write(`${ok ? '✓' : '✗'} ${step.padEnd(8)} ${((performance.now() - start) / 1000).toFixed(1)} s\n`)
  if (ok) continue
  failed.push(step)
  process.stdout.write(`\n${output.trimEnd()}\n\n  by itself: npm run check -- ${step}\n\n`)
}

process.stdout.write(failed.length === 0 ? 'check: all is well\n' : `check: failed: ${failed.join(', ')}\n`)
if (failed.length > 0) process.exitCode = 1
