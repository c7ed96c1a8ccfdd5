import { Command } from 'commander'
import type { ArtifactRow } from '../../application/client/artifact-row.ts'
import { LadingError } from '../../domain/errors.ts'
import { collect } from '../collect.ts'
import type { Context } from '../context.ts'
import { formatAge, formatBytes } from '../formats.ts'
import { findArtifact, whatElse } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { formatVersions, versionJson } from '../version-view.ts'

/** Latest versions that are looked up at once. */
const LOOKUPS = 8

interface LsFlags {
  readonly type?: string
}

/** `lading ls`: the artifacts of a project, or the versions of one artifact. */
export function createLsCommand(signal: AbortSignal): Command {
  return new Command('ls')
    .summary('list artifacts, or the versions of one')
    .description(
      'Lists the artifacts of the project, or the versions of one artifact, the newest first. LOGGED counts the versions of an\n' +
        'artifact, also those that were deleted since.',
    )
    .argument('[name]', 'an artifact')
    .option('--type <type>', 'only artifacts of this type')
    .action((name: string | undefined, flags: LsFlags, command: Command) =>
      runCommand(command, signal, (context) =>
        name === undefined ? listArtifacts(context, flags) : listVersions(context, name, flags),
      ),
    )
}

/** An artifact with what its latest version tells. */
interface Row extends ArtifactRow {
  readonly sizeBytes: number
  readonly updatedAt: string
}

async function listArtifacts(context: Context, { type }: LsFlags): Promise<Report> {
  const { lading, signal } = context
  const artifacts = await collect(lading.artifacts({ signal, ...(type === undefined ? {} : { type }) }))
  const { default: pMap } = await import('p-map')
  const rows = await pMap(artifacts, (artifact) => rowOf(context, artifact), { concurrency: LOOKUPS })
  if (rows.length === 0) context.note(await emptiness(context, type))
  return { json: rows, lines: (screen) => (rows.length === 0 ? [] : formatArtifacts(rows, screen)) }
}

async function emptiness(context: Context, type: string | undefined): Promise<string> {
  const { project, store } = context
  if (type !== undefined) return `project ${project} of ${store} has no artifacts of type ${type}`
  const other = await whatElse(context, project)
  const hint = other === null ? '' : ` but ${other};`
  return `project ${project} of ${store} has no artifacts;${hint} log one with \`lading log PATH --name NAME\``
}

async function rowOf({ lading, signal }: Context, artifact: ArtifactRow): Promise<Row> {
  const { project, name, latest } = artifact
  const { size, createdAt } = await lading.getArtifact(`${project}/${name}:${latest}`, { signal })
  return { ...artifact, sizeBytes: size, updatedAt: createdAt }
}

function formatArtifacts(rows: readonly Row[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'NAME', widthMin: 36 },
    { title: 'TYPE', widthMin: 6, dropOrder: 2 },
    { title: 'LOGGED', align: 'right', dropOrder: 4 },
    { title: 'LATEST' },
    { title: 'ALIASES', widthMin: 16, dropOrder: 1 },
    { title: 'SIZE', align: 'right', dropOrder: 3 },
    { title: 'LAST LOGGED', dropOrder: 3 },
  ] as const
  const cells = rows.map(({ name, type, versions, aliases, latest, sizeBytes, updatedAt }) => [
    name,
    printable(type),
    String(versions),
    latest,
    Object.entries(aliases)
      .map(([alias, version]) => `${alias}→${version}`)
      .join(' '),
    formatBytes(sizeBytes),
    formatAge(updatedAt),
  ])
  return formatTable(columns, cells, screen)
}

async function listVersions(context: Context, name: string, { type }: LsFlags): Promise<Report> {
  if (type !== undefined) {
    const detail = 'the versions of one artifact are all of its type'
    throw new LadingError('INVALID', { key: '--type', detail, next: 'leave out --type, or the name' })
  }
  const artifact = await findArtifact(context, name)
  const versions = await collect(artifact.versions({ signal: context.signal }))
  return { json: versions.map(versionJson), lines: (screen) => formatVersions(versions, screen) }
}
