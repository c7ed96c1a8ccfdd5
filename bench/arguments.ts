import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Place } from './places.ts'
import type { Sizes } from './sizes.ts'

/** What the bench is asked for. */
export interface BenchArguments {
  /** Names of works; empty: all. */
  readonly only: readonly string[]
  readonly runs: number
  readonly sizes: Sizes['name']
  readonly kinds: readonly Place['kind'][]
  readonly disk: string | undefined
  readonly vs: boolean
  readonly json: boolean
  readonly keep: boolean
  readonly strict: boolean
}

/** How the bench is called. */
export const USAGE = `npm run bench -- [options]
  --only NAME     only this work; may be given several times
  --runs N        timed runs of each program (default 5)
  --quick         smaller sizes: a tendency in a minute, not the bars
  --on PLACE      only \`memory\` or \`disk\` (default: both, where there is a tmpfs)
  --disk FOLDER   the folder for work on the disk (default: the system's temporary folder)
  --vs            also what a user would pick instead, where it is installed
  --keep          keeps the table and the JSON in bench/results/
  --json          prints JSON in place of the tables
  --strict        exit code 1 when a bar does not hold`

/** Reads the command line. Throws with what is wrong about it. */
export function parseArguments(args: readonly string[], works: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      on: { type: 'string' },
      disk: { type: 'string' },
      vs: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
    },
  })
  const { only, quick, disk, vs, json, keep, strict } = values
  const unknown = only.filter((name) => !works.includes(name))
  if (unknown.length > 0) throw new Error(`no such work: ${unknown.join(', ')}; there are ${works.join(', ')}`)
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs is ${values.runs}: give a number from 1`)
  const sizes = quick ? 'quick' : 'full'
  return { only, runs, sizes, kinds: kindsOf(values.on), disk: disk && resolve(disk), vs, json, keep, strict }
}

function kindsOf(on: string | undefined): BenchArguments['kinds'] {
  if (on === undefined) return ['memory', 'disk']
  if (on === 'memory' || on === 'disk') return [on]
  throw new Error(`--on is ${on}: give memory or disk`)
}
