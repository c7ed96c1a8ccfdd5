import { Command } from 'commander'
import type { Version } from '../../application/client/version.ts'
import type { ArtifactSummary } from '../../ports/metadata-store.ts'
import { collect } from '../collect.ts'
import type { Context } from '../context.ts'
import { formatAge, formatBytes } from '../formats.ts'
import { findArtifact } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { formatTable } from '../table.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { formatVersions, versionJson } from '../version-view.ts'

/** Latest versions that are looked up at once. */
const LOOKUPS = 8

/** `lading ls`: the artifacts of a project, or the versions of one artifact. */
export function createLsCommand(signal: AbortSignal): Command {
  return new Command('ls')
    .summary('list artifacts, or the versions of one')
    .description('Lists the artifacts of the project, or the versions of one artifact, the newest first.')
    .argument('[name]', 'an artifact')
    .action((name: string | undefined, _flags: object, command: Command) =>
      runCommand(command, signal, (context) =>
        name === undefined ? listArtifacts(context) : listVersions(context, name),
      ),
    )
}

interface Row {
  readonly name: string
  readonly type: string
  /** Numbers given out and not superseded; those deleted one by one are counted. */
  readonly versions: number
  readonly aliases: Readonly<Record<string, string>>
  readonly latest: Version
}

async function listArtifacts(context: Context): Promise<Report> {
  const { lading, project, store, signal } = context
  const summaries = await collect(lading.artifacts({ signal }))
  const { default: pMap } = await import('p-map')
  const rows = await pMap(summaries, (summary) => rowOf(context, summary), { concurrency: LOOKUPS })
  if (rows.length === 0) {
    context.note(`project ${project} of ${store} has no artifacts; log one with \`lading log PATH --name NAME\``)
  }
  return {
    json: rows.map((row) => rowJson(project, row)),
    lines: (screen) => (rows.length === 0 ? [] : formatArtifacts(rows, screen)),
  }
}

async function rowOf({ lading, signal }: Context, { key, ...summary }: ArtifactSummary): Promise<Row> {
  const latest = await lading.getArtifact(`${key.project}/${key.artifact}:v${summary.latest}`, { signal })
  const aliases = Object.entries(summary.aliases).map(([alias, n]) => [alias, `v${n}`] as const)
  return {
    name: key.artifact,
    type: summary.type,
    versions: summary.next - summary.floor,
    aliases: Object.fromEntries(aliases.sort(([a], [b]) => (a < b ? -1 : 1))),
    latest,
  }
}

function rowJson(project: string, { name, type, versions, aliases, latest }: Row) {
  return {
    project,
    name,
    type,
    versions,
    latest: latest.version,
    aliases,
    sizeBytes: latest.size,
    updatedAt: latest.createdAt,
  }
}

function formatArtifacts(rows: readonly Row[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'NAME', widthMin: 12 },
    { title: 'TYPE', widthMin: 6, dropOrder: 2 },
    { title: 'VERSIONS', align: 'right', dropOrder: 4 },
    { title: 'LATEST' },
    { title: 'ALIASES', widthMin: 10, dropOrder: 1 },
    { title: 'SIZE', align: 'right', dropOrder: 3 },
    { title: 'LOGGED', dropOrder: 3 },
  ] as const
  const cells = rows.map(({ name, type, versions, aliases, latest }) => [
    name,
    printable(type),
    String(versions),
    latest.version,
    Object.entries(aliases)
      .map(([alias, version]) => `${alias}→${version}`)
      .join(' '),
    formatBytes(latest.size),
    formatAge(latest.createdAt),
  ])
  return formatTable(columns, cells, screen)
}

async function listVersions(context: Context, name: string): Promise<Report> {
  const artifact = await findArtifact(context, name)
  const versions = await collect(artifact.versions({ signal: context.signal }))
  return { json: versions.map(versionJson), lines: (screen) => formatVersions(versions, screen) }
}
