import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { interleave, timesOf } from '../measure.ts'
import type { Contender } from '../measure.ts'
import { emptyFolder } from '../places.ts'
import { runCommand } from '../processes.ts'
import { pathOf } from '../programs/lading-module.ts'
import { timedOnly } from '../programs/sample.ts'
import { emptyStore, ladingContender } from '../work.ts'
import type { Bench, Check, Outcome, Work } from '../work.ts'

/** The command line, from its start to its end. */
export const start: Work = { name: 'start', describe: () => 'the command line, start to end', run: measureStart }

async function measureStart(bench: Bench): Promise<Outcome> {
  const { place, build, runs } = bench
  const source = emptyFolder(place, 'source')
  writeFileSync(join(source, 'content.txt'), 'a small store')
  emptyStore(bench)
  await ladingContender(bench, { watch: source, task: { kind: 'log', path: source } }).run({ count: false })

  const main = pathOf(build, 'cli/main')
  const commands = [
    { name: 'lading --version', args: [main, '--version'], most: 100 },
    { name: 'lading ls', args: [main, 'ls', '--store', join(place.folder, 'store'), '--project', 'bench'], most: 200 },
  ]
  const node = command(bench, { name: 'node, which does nothing', role: 'limit' }, ['--eval', '0'])
  const series = await interleave(
    [node, ...commands.map(({ name, args }) => command(bench, { name, role: 'lading' }, args))],
    // They are short: more of them cost little, and one disturbance is as long as one of them.
    { runs: 4 * runs },
  )
  const checks = commands.map(({ name, most }): Check => {
    const { min, median } = timesOf(series.find((one) => one.name === name)!.ms)
    const found = `${min.toFixed(0)} ms (median ${median.toFixed(0)} ms)`
    return { what: name, bar: `< ${most} ms`, found, holds: min < most }
  })
  return { checks, series, manner: 'a fresh process each, its start and end included' }
}

function command({ place }: Bench, who: Pick<Contender, 'name' | 'role'>, args: readonly string[]): Contender {
  const env = { XDG_CACHE_HOME: join(place.folder, 'cache') }
  return { ...who, run: async () => timedOnly((await runCommand([process.execPath, ...args], env)).ms) }
}
