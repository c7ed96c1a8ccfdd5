import { Command } from 'commander'
import type { Version } from '../../application/client/version.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
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
  const { signal } = context
  const { description, metadata } = flags
  if (description === undefined && metadata === undefined) throw nothingToUpdate(ref)
  const replacement = metadata === undefined ? undefined : await readMetadata(metadata)
  if (description !== undefined) await assertGiven(description)
  const version = await resolveRef(context, ref)
  if (replacement !== undefined) await version.update({ metadata: replacement }, { signal })
  const { project, name } = version
  if (description !== undefined) await describe(context, version, { description, isSecond: replacement !== undefined })
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

/** Before anything is changed. */
async function assertGiven(description: string): Promise<void> {
  const { assertDescription } = await import('../../application/client/assert-arguments.ts')
  assertDescription(description)
}

/** The description of the artifact. If it comes second and fails, what was done by then is told beside the error. */
async function describe(
  { lading, signal, note }: Context,
  { project, name, ref }: Version,
  { description, isSecond }: { readonly description: string; readonly isSecond: boolean },
): Promise<void> {
  try {
    await lading.artifact(name, { project }).update({ description }, { signal })
  } catch (error) {
    const mayBeDone = !isLadingError(error) || error.code === 'UNKNOWN_OUTCOME' || error.code === 'ABORTED'
    const rest = mayBeDone ? 'whether the description was is not known' : 'the description was not'
    if (isSecond) note(`the metadata of ${ref} was replaced; ${rest}`)
    throw error
  }
}

function nothingToUpdate(ref: string): LadingError {
  const next = 'add --metadata JSON, --description TEXT, or both'
  return new LadingError('INVALID', { key: ref, detail: 'nothing says what is to be updated', next })
}
