import { Command, Option } from 'commander'
import type { FinishResult } from '../../application/client/finish-artifact.ts'
import type { OnConflict } from '../../domain/draft.ts'
import { buildArtifact } from '../build-artifact.ts'
import type { ArtifactFlags } from '../build-artifact.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { assertOpenDraft } from '../find-draft.ts'
import { parseName } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { inRun } from '../run-of.ts'
import { formatLogged, loggedJson } from './log.ts'
import { DISTRIBUTED_ID, repeatable, withArtifactOptions } from './options.ts'
import { assertIdGiven } from './upsert.ts'

interface FinishFlags extends ArtifactFlags {
  readonly distributedId?: string
  readonly group?: string
  readonly run?: string
  readonly alias?: readonly string[]
  readonly onConflict?: OnConflict
}

interface Given {
  readonly name: string
  readonly paths: readonly string[]
  readonly flags: FinishFlags
}

/** `lading finish`: makes the parts of a draft one version. */
export function createFinishCommand(signal: AbortSignal): Command {
  const command = new Command('finish')
    .summary('make what several runs have given one version')
    .description(
      'Makes all that was upserted under a distributed id one version, with files of its own or without. It takes what was\n' +
        'acknowledged until then: one run finishes, once the others are done.',
    )
    .argument('<name>', 'the artifact')
    .argument('[path...]', 'files and folders that belong to the version as well')
    .option(DISTRIBUTED_ID, 'the draft (default: the group of the run)')
    .addOption(repeatable('--alias <alias>', 'alias that moves to the version'))
    .addOption(
      new Option(
        '--on-conflict <what>',
        'of a path under which two runs gave different content take the last, or refuse (default)',
      ).choices(['refuse', 'last']),
    )
    .option('--run <id>', 'run that finishes, started or resumed (default: a new one)')
    .option('--group <group>', 'group of a run that is started')
    .action((name: string, paths: string[], flags: FinishFlags, command: Command) =>
      runCommand(command, signal, (context) => finish(context, { name, paths, flags })),
    )
  withArtifactOptions(command)
  return withExitNotes(command, {
    [EXIT.notFound]: 'nobody has upserted anything, or the draft was finished already',
    [EXIT.conflict]: 'two runs gave different content for one path, another type, or the draft was abandoned',
  })
}

async function finish(context: Context, given: Given): Promise<Report> {
  const { run, group, distributedId: id = group } = given.flags
  assertIdGiven(given.flags)
  // With files of its own it may be the first to give any.
  if (id !== undefined && given.paths.length === 0) await assertOpenDraft(context, given.name, id)
  const { name, project } = parseName(given.name)
  const { result, runId } = await inRun(context, { run, group, project }, async (run) => {
    const { distributedId, alias: aliases = [], onConflict, rehash = false } = given.flags
    const { signal, onProgress } = context
    const options = {
      distributedId,
      aliases,
      rehash,
      signal,
      onProgress,
      ...(onConflict === undefined ? {} : { onConflict }),
    }
    const artifact = await artifactOf(context, { ...given, name })
    return { runId: run.id, result: await run.finishArtifact(artifact, options) }
  })
  return { json: finishedJson(result, runId), lines: (screen) => formatLogged(result, screen) }
}

/** By its name alone where there is nothing to add: then the type is that of the parts. */
async function artifactOf(context: Context, { name, paths, flags }: Given) {
  const adds = paths.length > 0 || [flags.type, flags.description, flags.metadata].some((value) => value !== undefined)
  return adds ? buildArtifact(context, { name, paths }, flags) : name
}

function finishedJson(result: FinishResult, run: string) {
  const { distributedId, round } = result
  return { ...loggedJson(result, run), distributedId, round }
}
