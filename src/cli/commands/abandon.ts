import { Command } from 'commander'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { assertOpenDraft } from '../find-draft.ts'
import { parseName } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { printable } from '../terminal.ts'
import { DISTRIBUTED_ID } from './options.ts'

interface AbandonFlags {
  readonly distributedId: string
}

/** `lading abandon`: ends a draft without a version. */
export function createAbandonCommand(signal: AbortSignal): Command {
  const command = new Command('abandon')
    .summary('give up a draft')
    .description(
      'Ends a draft without a version: what was upserted is given up, and the next upsert begins the next round.',
    )
    .argument('<name>', 'the artifact')
    .requiredOption(DISTRIBUTED_ID, 'the draft')
    .action((name: string, flags: AbandonFlags, command: Command) =>
      runCommand(command, signal, (context) => abandon(context, name, flags)),
    )
  return withExitNotes(command, {
    [EXIT.notFound]: 'nobody has upserted anything',
    [EXIT.conflict]: 'a finish has closed it',
  })
}

async function abandon(context: Context, text: string, { distributedId }: AbandonFlags): Promise<Report> {
  const { lading, signal } = context
  const { name, project = context.project } = parseName(text)
  await assertOpenDraft(context, text, distributedId)
  await lading.abandon(name, { distributedId, project, signal })
  return {
    json: { project, name, distributedId },
    lines: ({ style }) => [`${style('green', '✓')} ${project}/${name} draft ${printable(distributedId)} is given up`],
  }
}
