import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.ts'
import { footer } from './help.ts'

/** What exit codes mean that say something of their own at one command. */
export type ExitNotes = Readonly<Partial<Record<ExitCode, string>>>

const NOTES = new WeakMap<Command, ExitNotes>()

/** Puts exit codes with their meaning into the help of a command, and into docs/cli.md. */
export function withExitNotes(command: Command, notes: ExitNotes): Command {
  NOTES.set(command, notes)
  const meanings = Object.entries(notes).map(([code, meaning]) => `${code}, ${meaning}`)
  return command.addHelpText('after', footer(`Exit codes: ${meanings.join('; ')}.`))
}

/** The exit codes that were given to a command. */
export function exitNotesOf(command: Command): ExitNotes {
  return NOTES.get(command) ?? {}
}
