import { Command } from 'commander'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands/index.ts'
import { footer, HELP, helpColumns } from '../../src/cli/help.ts'

const { columns } = process.stdout

describe('help', () => {
  afterEach(() => {
    process.stdout.columns = columns
  })

  it.each([40, 50, 80, 100, 200])('of every command fits %i columns', async (room) => {
    process.stdout.columns = room
    const program = new Command('lading').configureHelp(HELP).configureOutput({ getOutHelpWidth: helpColumns })
    for (const { load } of COMMANDS) program.addCommand((await load())(new AbortController().signal))

    const lines = [program, ...below(program)].flatMap((command) => {
      command.copyInheritedSettings(program)
      return command.helpInformation().split('\n')
    })

    // A term or a word of its own cannot be broken.
    const tooLong = lines.filter((line) => line.length > Math.min(room, 100) && /\S\s+\S/.test(line.trim()))
    expect(tooLong.filter((line) => !/^ {2}\S+(?: \S+)*$/.test(line))).toEqual([])
  })

  it('has footers that are wrapped too, with their paragraphs', () => {
    process.stdout.columns = 40
    const text = footer(`${'word '.repeat(30)}\nstill the same\n\nanother paragraph`)({ command: new Command() })

    expect(text.split('\n').every((line) => line.length <= 40)).toBe(true)
    expect(text).toContain('\n\nanother paragraph')
  })
})

function below(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...below(child)])
}
