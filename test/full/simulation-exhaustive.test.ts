import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const TOOL = fileURLToPath(new URL('../simulation/exhaustive.ts', import.meta.url))

/** Two processes, for two cores. */
const PARTS = ['1/2', '2/2']

/** Two minutes on two idle cores. */
const TIMEOUT_MS = 1_200_000

test.for([
  ['1', '128', 600_000, []],
  ['0', '1', 40_000, []],
  ['0', '128', 70_000, ['--drafts']],
] as const)(
  'two writers, one operation each, %s fault, window %s, at least %i states %o: every schedule',
  { timeout: TIMEOUT_MS },
  async ([faults, recent, least, drafts]) => {
    const parts = await Promise.all(
      PARTS.map((part) =>
        run(process.execPath, [TOOL, '--faults', faults, '--recent', recent, '--part', part, ...drafts]),
      ),
    )

    expect(parts.map(({ stdout }) => stdout.split('\n')[1])).toEqual(['no violation', 'no violation'])
    // Fewer states than there are would mean that the search is broken.
    const states = parts.map(({ stdout }) => Number(/(\d+) states/.exec(stdout)?.[1]))
    expect(states[0]! + states[1]!).toBeGreaterThan(least)
  },
)
