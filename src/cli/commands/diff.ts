import { Command } from 'commander'
import type { Diff } from '../../domain/diff.ts'
import type { Entry } from '../../domain/manifest.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { fileJson } from '../files-view.ts'
import { formatBytes } from '../formats.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'

/** `lading diff`: what became of the files of one version in another. */
export function createDiffCommand(signal: AbortSignal): Command {
  const command = new Command('diff')
    .summary('compare two versions')
    .description(
      'Tells which files were added, removed and changed from one version to another, of one artifact or of two.\n' +
        'Only digests are compared; no file is read.',
    )
    .argument('<before>', 'the one version')
    .argument('<after>', 'the other version')
    .action((before: string, after: string, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => diff(context, before, after)),
    )
  return withExitNotes(command, { [EXIT.ok]: 'the same files', [EXIT.failure]: 'they differ' })
}

async function diff(context: Context, before: string, after: string): Promise<Report> {
  const { signal } = context
  const [old, now] = [await resolveRef(context, before), await resolveRef(context, after)]
  const difference = await old.diff(now, { signal })
  const { added, removed, changed, unchanged, bytes } = difference
  const same = added.length + removed.length + changed.length === 0
  return {
    json: {
      before: old.ref,
      after: now.ref,
      same,
      added: added.map(fileJson),
      removed: removed.map(fileJson),
      changed: changed.map((entry) => ({ before: fileJson(entry.before), after: fileJson(entry.after) })),
      unchanged: unchanged.map(fileJson),
      bytes,
    },
    lines: (screen) => [
      `${screen.style('bold', old.ref)} → ${screen.style('bold', now.ref)}`,
      ...(same ? [] : formatDiff(difference, screen)),
      screen.style('dim', formatSums(difference)),
    ],
    exitCode: same ? EXIT.ok : EXIT.failure,
  }
}

function formatDiff({ added, removed, changed }: Diff, screen: Screen): readonly string[] {
  const columns = [
    { title: 'CHANGE' },
    { title: 'FILE', widthMin: 24 },
    { title: 'BEFORE', align: 'right' },
    { title: 'AFTER', align: 'right' },
  ] as const
  const row = (change: string, path: string, [before, after]: readonly [Entry | null, Entry | null]) => [
    change,
    printable(path),
    before === null ? '' : formatBytes(before.size),
    after === null ? '' : formatBytes(after.size),
  ]
  const rows = [
    ...added.map((entry) => row('added', entry.path, [null, entry])),
    ...removed.map((entry) => row('removed', entry.path, [entry, null])),
    ...changed.map(({ path, before, after }) => row('changed', path, [before, after])),
  ]
  return formatTable(columns, rows, screen)
}

function formatSums({ added, removed, changed, unchanged, bytes }: Diff): string {
  const sums: readonly (readonly [count: number, text: string])[] = [
    [added.length, `added (${formatBytes(bytes.added)})`],
    [removed.length, `removed (${formatBytes(bytes.removed)})`],
    [changed.length, `changed (${formatBytes(bytes.changedBefore)} → ${formatBytes(bytes.changedAfter)})`],
    [unchanged.length, `unchanged (${formatBytes(bytes.unchanged)})`],
  ]
  return sums.flatMap(([count, text]) => (count === 0 ? [] : [`${count} ${text}`])).join(', ')
}
