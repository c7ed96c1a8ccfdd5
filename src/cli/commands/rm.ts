import { Command } from 'commander'
import { LadingError } from '../../domain/errors.ts'
import { collect } from '../collect.ts'
import { confirm } from '../confirm.ts'
import type { Loss } from '../confirm.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { withExitNotes } from '../exit-notes.ts'
import { formatCount } from '../formats.ts'
import { findArtifact, hasSelector, resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'

interface RmFlags {
  readonly aliases?: boolean
  readonly all?: boolean
  readonly yes?: boolean
}

/** What is to be deleted. */
interface Removal {
  readonly loss: Loss
  /** Refs of versions, or names of artifacts with their project. */
  readonly deleted: readonly string[]
  readonly aliasesEnded: readonly string[]
  run(): Promise<void>
}

/** `lading rm`: deletes a version, an artifact, or all artifacts of a project. */
export function createRmCommand(signal: AbortSignal): Command {
  const command = new Command('rm')
    .summary('delete a version, an artifact, or all of a project')
    .description(
      'Deletes one version (name:v3), an artifact with all its versions (name), or with --all every artifact of the project.\n' +
        'On a terminal it asks first. Numbers are never used again; bytes that others share stay, and no space is freed yet.',
    )
    .argument('[ref]', 'a version, or the name of an artifact')
    .option('--aliases', 'also a version that aliases point at, latest included: they go with it')
    .option('--all', 'every artifact of the project')
    .option('-y, --yes', 'delete without asking')
    .action((ref: string | undefined, flags: RmFlags, command: Command) =>
      runCommand(command, signal, (context) => remove(context, ref, flags)),
    )
  return withExitNotes(command, {
    [EXIT.usage]: 'there is nobody to ask, and no --yes',
    [EXIT.conflict]: 'aliases point at the version, and no --aliases',
    [EXIT.interrupted]: 'the question was not answered with yes',
  })
}

async function remove(context: Context, ref: string | undefined, flags: RmFlags): Promise<Report> {
  const { loss, deleted, aliasesEnded, run } = await plan(context, ref, flags)
  if (!flags.yes) await confirm(context, loss)
  await run()
  return {
    json: { deleted, aliasesEnded },
    lines: ({ style }) => [
      ...deleted.map((name) => `${style('green', '✓')} ${style('bold', name)} deleted`),
      ...(aliasesEnded.length === 0 ? [] : [`  ${style('dim', `aliases that went: ${aliasesEnded.join(', ')}`)}`]),
    ],
  }
}

function plan(context: Context, ref: string | undefined, { all = false, aliases = false }: RmFlags): Promise<Removal> {
  if (all !== (ref === undefined)) {
    const [detail, next] = all
      ? ['--all means every artifact of the project', 'leave out the one or the other']
      : ['nothing says what is to be deleted', 'give a ref, the name of an artifact, or --all']
    throw new LadingError('INVALID', { key: ref, detail, next })
  }
  if (ref === undefined) return planProject(context)
  return hasSelector(ref) ? planVersion(context, ref, aliases) : planArtifact(context, ref)
}

async function planVersion(context: Context, ref: string, aliases: boolean): Promise<Removal> {
  const { signal } = context
  const version = await resolveRef(context, ref)
  const ended = version.aliases.filter((alias) => alias !== 'latest')
  if (version.aliases.length > 0 && !aliases) {
    const detail = `${version.aliases.join(' and ')} point${version.aliases.length === 1 ? 's' : ''} at it`
    throw new LadingError('CONFLICT', {
      key: version.ref,
      detail,
      next: `add --aliases: they go with it${version.aliases.includes('latest') ? ', and latest falls back' : ''}`,
    })
  }
  return {
    loss: { question: `Delete ${version.ref}?`, items: ended.map((alias) => `alias ${alias}`) },
    deleted: [version.ref],
    aliasesEnded: ended,
    run: () => version.delete({ aliases, signal }),
  }
}

async function planArtifact(context: Context, name: string): Promise<Removal> {
  const { signal } = context
  const artifact = await findArtifact(context, name)
  const key = `${artifact.project}/${artifact.name}`
  const aliases = Object.keys(await artifact.aliases({ signal })).filter((alias) => alias !== 'latest')
  const versions = (await collect(artifact.versions({ signal }))).map((version) => version.ref)
  return {
    loss: { question: `Delete ${key} with ${formatCount(versions.length, 'version')}?`, items: versions },
    deleted: [key],
    aliasesEnded: aliases,
    run: () => artifact.delete({ signal }),
  }
}

async function planProject({ lading, project, signal, onProgress }: Context): Promise<Removal> {
  const artifacts = await collect(lading.artifacts({ signal }))
  if (artifacts.length === 0) {
    const next = 'list the projects with `lading projects`'
    throw new LadingError('NOT_FOUND', { key: project, detail: 'the project has no artifacts', next })
  }
  const names = artifacts.map(({ name }) => `${project}/${name}`)
  const question = `Delete ${formatCount(names.length, 'artifact')} of project ${project}, with all versions?`
  return {
    loss: { question, items: names },
    deleted: names,
    aliasesEnded: [],
    run: async () => void (await lading.deleteProject(project, { signal, onProgress })),
  }
}
