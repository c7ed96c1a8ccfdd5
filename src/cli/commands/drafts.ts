import { Command } from 'commander'
import type { OpenDraft } from '../../application/client/drafts.ts'
import { collect } from '../collect.ts'
import type { Context } from '../context.ts'
import { parseName } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'

/** `lading drafts`: versions of an artifact that runs are still giving parts to. */
export function createDraftsCommand(signal: AbortSignal): Command {
  return new Command('drafts')
    .summary('list drafts that nobody has finished')
    .description('Lists what runs have upserted to an artifact and nobody has finished or abandoned.')
    .argument('<name>', 'the artifact')
    .action((name: string, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => listDrafts(context, name)),
    )
}

async function listDrafts(context: Context, name: string): Promise<Report> {
  const { lading, signal } = context
  parseName(name)
  const drafts = await collect(lading.drafts(name, { signal }))
  if (drafts.length === 0) context.note(`${name} has no open drafts; \`lading upsert\` begins one`)
  return { json: drafts, lines: (screen) => (drafts.length === 0 ? [] : formatDrafts(drafts, screen)) }
}

function formatDrafts(drafts: readonly OpenDraft[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'DISTRIBUTED ID', widthMin: 24 },
    { title: 'ROUND', align: 'right', dropOrder: 3 },
    { title: 'TYPE', widthMin: 6, dropOrder: 2 },
    { title: 'PARTS', align: 'right' },
    { title: 'RUNS', widthMin: 10 },
    { title: 'STATE', dropOrder: 1 },
  ] as const
  const rows = drafts.map(({ distributedId, round, type, parts, runs, closing }) => [
    printable(distributedId),
    String(round),
    printable(type),
    String(parts),
    runs.map(({ id }) => id).join(', '),
    closing ? 'being closed' : 'open',
  ])
  return formatTable(columns, rows, screen)
}
