import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const TOOL = fileURLToPath(new URL('../simulation/exhaustive.ts', import.meta.url))

/** Two processes, for two cores. */
const PARTS = ['1/2', '2/2']

/** A hundred times what a search of one scenario by hand could be; too few states mean that the search is broken. */
const STATES_MIN = 100_000

test.for([
  ['1', '128', STATES_MIN],
  ['0', '1', 10_000],
] as const)('two writers, one operation each, %s fault, window %s: every schedule', async ([faults, recent, least]) => {
  const parts = await Promise.all(
    PARTS.map((part) => run(process.execPath, [TOOL, '--faults', faults, '--recent', recent, '--part', part])),
  )

  expect(parts.map(({ stdout }) => stdout.split('\n')[1])).toEqual(['no violation', 'no violation'])
  const states = parts.map(({ stdout }) => Number(/(\d+) states/.exec(stdout)?.[1]))
  expect(states[0]! + states[1]!).toBeGreaterThan(least)
})
