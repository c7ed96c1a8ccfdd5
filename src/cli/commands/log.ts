import { realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { Command } from 'commander'
import type { Artifact } from '../../application/client/artifact.ts'
import type { LogResult } from '../../application/client/log-artifact.ts'
import { LadingError } from '../../domain/errors.ts'
import type { Context } from '../context.ts'
import { formatBytes, formatCount, formatDigest } from '../formats.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import type { Screen } from '../terminal.ts'
import { repeatable } from './options.ts'

interface LogFlags {
  readonly name?: string
  readonly type?: string
  readonly alias?: readonly string[]
  readonly metadata?: string
  readonly description?: string
  readonly run?: string
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly supersede?: boolean
}

/** `lading log`: files and folders become the next version of an artifact. */
export function createLogCommand(signal: AbortSignal): Command {
  return new Command('log')
    .summary('log files or folders as the next version of an artifact')
    .description(
      'Logs files, each under its own name, and the contents of folders as one version of an artifact.\n' +
        'Content that a version has already makes no new one: that version is answered.',
    )
    .argument('<path...>', 'files and folders')
    .option('--name <name>', 'name of the artifact (default: that of the one path, with --run: run-<id>-<path>)')
    .option(
      '--type <type>',
      'type of the artifact, fixed by its first version (default: that of the artifact, or unspecified)',
    )
    .addOption(repeatable('--alias <alias>', 'alias that moves to the version'))
    .option('--metadata <json>', 'JSON, or @file to read it from')
    .option('--description <text>', 'description of the artifact')
    .option('--run <id>', 'run that logs it, started or resumed; without one no lineage is recorded')
    .addOption(repeatable('--include <glob>', 'only these files of the folders'))
    .addOption(repeatable('--exclude <glob>', 'not these files of the folders'))
    .option('--supersede', 'always make a new version, and delete every older one')
    .action((paths: string[], flags: LogFlags, command: Command) =>
      runCommand(command, signal, (context) => log(context, paths, flags)),
    )
}

async function log(context: Context, paths: readonly string[], flags: LogFlags): Promise<Report> {
  const artifact = await buildArtifact(context, paths, flags)
  const options = {
    aliases: flags.alias ?? [],
    supersede: flags.supersede ?? false,
    signal: context.signal,
    onProgress: context.onProgress,
  }
  // The run is not finished here: it was named so that other commands can go on with it.
  const run = flags.run === undefined ? null : await context.lading.init({ id: flags.run, signal: context.signal })
  const logged = run ? await run.logArtifact(artifact, options) : await context.lading.save(artifact, options)
  return { json: logJson(logged, run?.id ?? null), lines: (screen) => formatLogged(logged, screen) }
}

async function buildArtifact(context: Context, paths: readonly string[], flags: LogFlags): Promise<Artifact> {
  const { Artifact } = await import('../../application/client/artifact.ts')
  const artifact = new Artifact(flags.name ?? (await nameOf(paths, flags.run)), {
    ...(flags.type === undefined ? {} : { type: flags.type }),
    ...(flags.description === undefined ? {} : { description: flags.description }),
    ...(flags.metadata === undefined ? {} : { metadata: await readMetadata(flags.metadata) }),
  })
  for (const path of paths) await addPath(context, artifact, { path, flags })
  return artifact
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

async function addPath(
  context: Context,
  artifact: Artifact,
  { path, flags }: { path: string; flags: LogFlags },
): Promise<void> {
  // What is no folder is left to the library, which says what is wrong with it.
  if (!isFolder(path)) {
    artifact.add(path)
    return
  }
  const own = await storeInside(context.store, path)
  if (own !== null) context.note(`left out ${own}: it is the store itself`)
  artifact.addDir(path, '', {
    ...(flags.include === undefined ? {} : { include: flags.include }),
    exclude: [...(flags.exclude ?? []), ...(own === null ? [] : [`${escapeGlob(own)}/**`])],
  })
}

/** The store's path inside a folder, or null when it lies elsewhere: a store cannot hold itself. */
async function storeInside(store: string, folder: string): Promise<string | null> {
  const { parseStoreUrl } = await import('../../composition/store-url.ts')
  const url = parseStoreUrl(store)
  if (url.scheme !== 'file') return null
  const path = relative(realPath(folder), realPath(url.root))
  const isInside = path !== '' && !path.startsWith(`..${sep}`) && path !== '..' && !isAbsolute(path)
  return isInside ? path.replaceAll(sep, '/') : null
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** A store that is not there yet has no real path. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function escapeGlob(path: string): string {
  return path.replaceAll(/[\\*?[\](){}!+@|^$]/g, String.raw`\$&`)
}

async function readMetadata(given: string): Promise<unknown> {
  const source = given.startsWith('@') ? given.slice(1) : null
  try {
    return JSON.parse(source === null ? given : await readFile(source, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const next = `give JSON such as '{"accuracy": 0.91}', or @file`
    throw new LadingError('INVALID', { key: '--metadata', detail: why, next, cause })
  }
}

function logJson(logged: LogResult, run: string | null) {
  const { project, name, version, created, aliases, digest, sizeBytes, fileCount, replaced, aliasesEnded } = logged
  const facts = { ref: refOf(logged), project, name, version, created, aliases, digest, sizeBytes, fileCount, run }
  return { ...facts, replaced, aliasesEnded }
}

/** Lines on what logging made or found, and on what it replaced or ended. */
export function formatLogged(logged: LogResult, screen: Screen): readonly string[] {
  const aliases = screen.style('cyan', logged.aliases.join(', '))
  const facts = `${formatCount(logged.fileCount, 'file')}, ${formatBytes(logged.sizeBytes)}, digest ${formatDigest(logged.digest)}`
  const head = logged.created
    ? `${screen.style('green', '✓')} ${screen.style('bold', refOf(logged))}  ${aliases}`
    : `${screen.style('yellow', '=')} ${screen.style('bold', refOf(logged))} has this content already  ${aliases}`
  const changes = [
    ...(logged.replaced.length > 0 ? [`${logged.replaced.join(' and ')} replaced`] : []),
    ...(logged.aliasesEnded.length > 0 ? [`aliases that went: ${logged.aliasesEnded.join(', ')}`] : []),
  ]
  return [head.trimEnd(), ...[facts, ...changes].map((line) => `  ${screen.style('dim', line)}`)]
}

function refOf({ project, name, version }: LogResult): string {
  return `${project}/${name}:${version}`
}
