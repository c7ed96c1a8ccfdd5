import { resolve, sep } from 'node:path'
import { Command } from 'commander'
import type { LogResult } from '../../application/client/log-artifact.ts'
import { LadingError } from '../../domain/errors.ts'
import { buildArtifact } from '../build-artifact.ts'
import type { ArtifactFlags } from '../build-artifact.ts'
import type { Context } from '../context.ts'
import { formatBytes, formatCount, formatDigest } from '../formats.ts'
import { hasSelector, parseName } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import type { Screen } from '../terminal.ts'
import { repeatable, withArtifactOptions } from './options.ts'

interface LogFlags extends ArtifactFlags {
  readonly name?: string
  readonly alias?: readonly string[]
  readonly run?: string
  readonly supersede?: boolean
}

/** `lading log`: files and folders become the next version of an artifact. */
export function createLogCommand(signal: AbortSignal): Command {
  const command = new Command('log')
    .summary('log files or folders as the next version of an artifact')
    .description(
      'Logs files, each under its own name, and the contents of folders as one version of an artifact.\n' +
        'Content that a version has already makes no new one: that version is answered.\n' +
        'A store inside a logged folder is left out, and stderr says so.',
    )
    .argument('<path...>', 'files and folders')
    .option('--name <name>', 'name of the artifact (default: that of the one path, with --run: run-<id>-<path>)')
    .addOption(repeatable('--alias <alias>', 'alias that moves to the version'))
    .option('--run <id>', 'run that logs it, started or resumed; without one no lineage is recorded')
    .option('--supersede', 'always make a new version, and delete every older one')
    .action((paths: string[], flags: LogFlags, command: Command) =>
      runCommand(command, signal, (context) => log(context, paths, flags)),
    )
  return withArtifactOptions(command)
}

async function log(context: Context, paths: readonly string[], flags: LogFlags): Promise<Report> {
  const { name, project } = namedBy(flags.name ?? (await nameOf(paths, flags.run)))
  const artifact = await buildArtifact(context, { name, paths }, flags)
  const options = {
    aliases: flags.alias ?? [],
    supersede: flags.supersede ?? false,
    rehash: flags.rehash ?? false,
    signal: context.signal,
    onProgress: context.onProgress,
  }
  const place = project === undefined ? {} : { project }
  // The run is not finished here: it was named so that other commands can go on with it.
  const run =
    flags.run === undefined ? null : await context.lading.init({ id: flags.run, ...place, signal: context.signal })
  const logged = run
    ? await run.logArtifact(artifact, options)
    : await context.lading.save(artifact, { ...options, ...place })
  const { replaced, aliasesEnded } = logged
  return {
    json: { ...loggedJson(logged, run?.id ?? null), replaced, aliasesEnded },
    lines: (screen) => formatLogged(logged, screen),
  }
}

/** The artifact, and the project in front of its name. `INVALID` for a ref: the version is only about to be made. */
function namedBy(text: string): { readonly name: string; readonly project?: string } {
  if (!hasSelector(text)) return parseName(text)
  const [name, selector = ''] = text.split(/[:@]/, 2)
  const isNumber = /^v\d+$/.test(selector) || text.includes('@')
  throw new LadingError('INVALID', {
    key: `--name ${text}`,
    detail: 'this is a ref, and a new version has none yet',
    next: isNumber ? `give --name ${name}; its number is the next one` : `give --name ${name} --alias ${selector}`,
  })
}

async function nameOf(paths: readonly string[], run: string | undefined): Promise<string> {
  const [path, ...others] = paths
  if (path === undefined || others.length > 0) {
    throw new LadingError('INVALID', { detail: 'several paths need a name', next: 'add --name NAME' })
  }
  const { defaultName } = await import('../../domain/names.ts')
  const last = resolve(path).split(sep).at(-1) ?? ''
  return defaultName(run === undefined ? last : `run-${run}-${last}`)
}

/** A version that was made, or found to have the content already. */
export type Logged = Omit<LogResult, 'n' | 'replaced' | 'aliasesEnded'> &
  Partial<Pick<LogResult, 'replaced' | 'aliasesEnded'>>

/** A version that was made as `--json` prints it. */
export function loggedJson(logged: Logged, run: string | null) {
  const { project, name, version, created, aliases, digest, sizeBytes, fileCount } = logged
  return { ref: refOf(logged), project, name, version, created, aliases, digest, sizeBytes, fileCount, run }
}

/** Lines on what logging made or found, and on what it replaced or ended. */
export function formatLogged(logged: Logged, screen: Screen): readonly string[] {
  const { replaced = [], aliasesEnded = [] } = logged
  const aliases = screen.style('cyan', logged.aliases.join(', '))
  const facts = `${formatCount(logged.fileCount, 'file')}, ${formatBytes(logged.sizeBytes)}, digest ${formatDigest(logged.digest)}`
  const head = logged.created
    ? `${screen.style('green', '✓')} ${screen.style('bold', refOf(logged))}  ${aliases}`
    : `${screen.style('yellow', '=')} ${screen.style('bold', refOf(logged))} has this content already  ${aliases}`
  const changes = [
    ...(replaced.length > 0 ? [`${replaced.join(' and ')} replaced`] : []),
    ...(aliasesEnded.length > 0 ? [`aliases that went: ${aliasesEnded.join(', ')}`] : []),
  ]
  return [head.trimEnd(), ...[facts, ...changes].map((line) => `  ${screen.style('dim', line)}`)]
}

function refOf({ project, name, version }: Logged): string {
  return `${project}/${name}:${version}`
}
