import { describe, expect, it } from 'vitest'
import { EXAMPLES } from '../../scripts/cli-examples.ts'
import { run } from '../../scripts/run.ts'
import { COMMANDS } from '../../src/cli/commands/index.ts'

/** What they print is of one machine, or long. */
const WITHOUT_EXAMPLE = ['doctor', 'completion']

describe('docs/cli.md', () => {
  it('is what the commands say, and what their examples print', () => {
    const { ok, output } = run('node', ['scripts/cli-docs.ts', '--check'])

    expect(ok ? 'current' : output).toBe('current')
  })

  it('has an example of each command', () => {
    const shown = new Set(EXAMPLES.map(({ command }) => command.split(' ')[0]))

    const missing = COMMANDS.filter(({ name, isHidden }) => !isHidden && !shown.has(name)).map(({ name }) => name)

    expect(missing.toSorted()).toEqual(WITHOUT_EXAMPLE.toSorted())
  })
})
