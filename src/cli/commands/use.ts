import { Command } from 'commander'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatBytes, formatCount } from '../formats.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { inRun } from '../run-of.ts'
import { printable } from '../terminal.ts'
import { versionJson } from '../version-view.ts'

interface UseFlags {
  readonly run?: string
  readonly type?: string
}

/** `lading use`: records that a run uses a version. */
export function createUseCommand(signal: AbortSignal): Command {
  const command = new Command('use')
    .summary('record that a run uses a version')
    .description('Resolves a ref and records the run as a user of that version, once. `lading get` downloads it.')
    .argument('<ref>', 'the version')
    .option('--run <id>', 'run that uses it, started or resumed (default: a new one)')
    .option('--type <type>', 'fail when the artifact has another type')
    .action((ref: string, flags: UseFlags, command: Command) =>
      runCommand(command, signal, (context) => use(context, ref, flags)),
    )
  return withExitNotes(command, { [EXIT.conflict]: 'the artifact has another type' })
}

async function use(context: Context, ref: string, { run: id, type }: UseFlags): Promise<Report> {
  const { signal } = context
  // Resolved before the run begins, so that a wrong ref leaves no run behind; used by its number, so that it is the same.
  const version = await resolveRef(context, ref, type)
  const run = await inRun(context, { run: id }, async (run) => {
    await run.useArtifact(version.ref, { signal })
    return run.id
  })
  const facts = `type ${printable(version.type)}, ${formatCount(version.fileCount, 'file')}, ${formatBytes(version.size)}`
  return {
    json: { ...versionJson(version), run },
    lines: ({ style }) => [
      `${style('green', '✓')} ${style('bold', version.ref)} used by run ${style('bold', run)}`,
      `  ${style('dim', facts)}`,
    ],
  }
}
