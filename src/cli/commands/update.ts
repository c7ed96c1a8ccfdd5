import { Command } from 'commander'
import { LadingError } from '../../domain/errors.ts'
import { readMetadata } from '../build-artifact.ts'
import type { Context } from '../context.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'

interface UpdateFlags {
  readonly description?: string
  readonly metadata?: string
}

/** `lading update`: replaces the metadata of a version, the description of its artifact. */
export function createUpdateCommand(signal: AbortSignal): Command {
  return new Command('update')
    .summary('replace the metadata of a version, or the description of an artifact')
    .description(
      'Replaces the metadata of the version, and the description of its artifact. Content and digest never change.',
    )
    .argument('<ref>', 'the version')
    .option('--metadata <json>', 'JSON, or @file to read it from; null removes it')
    .option('--description <text>', 'description of the artifact, the same for all of its versions')
    .action((ref: string, flags: UpdateFlags, command: Command) =>
      runCommand(command, signal, (context) => update(context, ref, flags)),
    )
}

async function update(context: Context, ref: string, flags: UpdateFlags): Promise<Report> {
  const { lading, signal } = context
  const { description, metadata } = flags
  if (description === undefined && metadata === undefined) throw nothingToUpdate(ref)
  const replacement = metadata === undefined ? undefined : await readMetadata(metadata)
  const version = await resolveRef(context, ref)
  if (replacement !== undefined) await version.update({ metadata: replacement }, { signal })
  const { project, name } = version
  if (description !== undefined) await lading.artifact(name, { project }).update({ description }, { signal })
  const updated = (['metadata', 'description'] as const).filter((key) => flags[key] !== undefined)
  return {
    json: { ref: version.ref, project, name, version: version.version, updated },
    lines: ({ style }) => [
      ...(replacement === undefined
        ? []
        : [`${style('green', '✓')} metadata of ${style('bold', version.ref)} replaced`]),
      ...(description === undefined
        ? []
        : [`${style('green', '✓')} description of ${style('bold', `${project}/${name}`)} replaced`]),
    ],
  }
}

function nothingToUpdate(ref: string): LadingError {
  const next = 'add --metadata JSON, --description TEXT, or both'
  return new LadingError('INVALID', { key: ref, detail: 'nothing says what is to be updated', next })
}
