import { Command } from 'commander'
import type { UpsertResult } from '../../application/client/upsert-artifact.ts'
import { LadingError } from '../../domain/errors.ts'
import { buildArtifact } from '../build-artifact.ts'
import type { ArtifactFlags } from '../build-artifact.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatBytes, formatCount } from '../formats.ts'
import { parseName } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { inRun } from '../run-of.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { DISTRIBUTED_ID, withArtifactOptions } from './options.ts'

interface UpsertFlags extends ArtifactFlags {
  readonly distributedId?: string
  readonly group?: string
  readonly run?: string
}

/** `lading upsert`: gives files to a version that several runs make together. */
export function createUpsertCommand(signal: AbortSignal): Command {
  const command = new Command('upsert')
    .summary('give files to a version that several runs make together')
    .description(
      'Gives files, and the contents of folders, to a draft: runs on any machines give their parts under one distributed\n' +
        'id, then one `lading finish` makes them a version. Of one path the last upsert of a run counts.',
    )
    .argument('<name>', 'the artifact')
    .argument('<path...>', 'files and folders')
    .option(DISTRIBUTED_ID, 'what all runs of the version agree on (default: the group of the run)')
    .option('--run <id>', 'run that gives them, started or resumed (default: a new one)')
    .option('--group <group>', 'group of a run that is started')
    .action((name: string, paths: string[], flags: UpsertFlags, command: Command) =>
      runCommand(command, signal, (context) => upsert(context, { name, paths, flags })),
    )
  withArtifactOptions(command)
  return withExitNotes(command, {
    [EXIT.conflict]:
      'another type, or the draft was finished before the files arrived: upsert again for the next round',
  })
}

async function upsert(
  context: Context,
  {
    name: text,
    paths,
    flags,
  }: { readonly name: string; readonly paths: readonly string[]; readonly flags: UpsertFlags },
): Promise<Report> {
  const { signal, onProgress } = context
  const { distributedId, run, group, rehash = false } = flags
  assertIdGiven(flags)
  const { name, project } = parseName(text)
  const artifact = await buildArtifact(context, { name, paths }, flags)
  const { result, id } = await inRun(context, { run, group, project }, async (run) => ({
    id: run.id,
    result: await run.upsertArtifact(artifact, { distributedId, rehash, signal, onProgress }),
  }))
  return { json: { ...result, run: id }, lines: (screen) => formatUpserted(result, id, screen) }
}

/** Before a run is started, that nobody would resume. One that is named may have its group from before. */
export function assertIdGiven({
  distributedId,
  group,
  run,
}: Pick<UpsertFlags, 'distributedId' | 'group' | 'run'>): void {
  if (distributedId !== undefined || group !== undefined || run !== undefined) return
  throw new LadingError('INVALID', {
    key: '--distributed-id',
    detail: 'nothing says which draft is meant',
    next: 'give the --distributed-id that all runs of this version share, or the --group of their runs',
  })
}

function formatUpserted(result: UpsertResult, run: string, { style }: Screen): readonly string[] {
  const { project, name, distributedId, round, fileCount, sizeBytes } = result
  const id = printable(distributedId)
  const facts = [
    `${formatCount(fileCount, 'file')}, ${formatBytes(sizeBytes)}, by run ${run}`,
    `finished by: lading finish ${project}/${name} --distributed-id ${/^[\w.-]+$/.test(id) ? id : `'${id}'`}`,
  ]
  return [
    `${style('green', '✓')} ${style('bold', `${project}/${name}`)}  draft ${id}, round ${round}`,
    ...facts.map((line) => `  ${style('dim', line)}`),
  ]
}
