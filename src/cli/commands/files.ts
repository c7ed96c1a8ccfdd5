import { Command } from 'commander'
import { LadingError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { fileJson, formatFiles } from '../files-view.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'

/** `lading files`: the files of a version. */
export function createFilesCommand(signal: AbortSignal): Command {
  const command = new Command('files')
    .summary('list the files of a version')
    .description(
      'Lists the files and references of a version, sorted by path; with patterns only those that match one.',
    )
    .argument('<ref>', 'the version')
    .argument('[glob...]', 'patterns of paths, in quotes')
    .action((ref: string, globs: readonly string[], _flags: object, command: Command) =>
      runCommand(command, signal, (context) => listFiles(context, ref, globs)),
    )
  return withExitNotes(command, { [EXIT.notFound]: 'no such version, or no file of it matches' })
}

async function listFiles(context: Context, ref: string, globs: readonly string[]): Promise<Report> {
  const version = await resolveRef(context, ref)
  const entries = await version.entries({ signal: context.signal })
  const { matcher } = await import('../../application/client/collect-files.ts')
  const isWanted = globs.length === 0 ? () => true : matcher({ include: globs })
  const wanted = entries.filter(({ path }) => isWanted(path))
  if (wanted.length === 0) throw nothingMatches(version.ref, globs)
  return { json: wanted.map(fileJson), lines: (screen) => formatFiles(wanted, screen) }
}

/** The error of patterns that no file of a version matches. */
export function nothingMatches(ref: string, globs: readonly string[]): LadingError {
  const detail = `no file of the version matches ${globs.join(' or ')}`
  return new LadingError('NOT_FOUND', { key: ref, detail, next: `list its files with \`lading files ${ref}\`` })
}
