import { Command } from 'commander'
import type { Version } from '../../application/client/version.ts'
import type { Entry } from '../../domain/manifest.ts'
import type { Metadata } from '../../domain/metadata.ts'
import type { RunRef } from '../../domain/version.ts'
import type { Context } from '../context.ts'
import { formatFacts } from '../facts.ts'
import { fileJson, formatFiles } from '../files-view.ts'
import { formatAge, formatBytes, formatCount, formatTime } from '../formats.ts'
import { resolveRef } from '../resolve-ref.ts'
import { runCommand } from '../run-command.ts'
import type { Report } from '../run-command.ts'
import { printable } from '../terminal.ts'
import type { Screen } from '../terminal.ts'
import { formatKey, versionJson } from '../version-view.ts'

/** Files that are shown; `lading files` and `--json` have them all. */
const FILES_SHOWN_MAX = 20

/** `lading show`: everything about one version. */
export function createShowCommand(signal: AbortSignal): Command {
  return new Command('show')
    .summary('show everything about a version')
    .description('Shows a version: type, aliases, digest, metadata, the runs that logged and used it, its files.')
    .argument('<ref>', 'the version')
    .action((ref: string, _flags: object, command: Command) =>
      runCommand(command, signal, (context) => show(context, ref)),
    )
}

interface Facts {
  readonly version: Version
  readonly metadata: Metadata | null
  readonly producedBy: readonly RunRef[]
  readonly usedBy: readonly RunRef[]
  readonly entries: readonly Entry[]
}

async function show(context: Context, ref: string): Promise<Report> {
  const { signal } = context
  const version = await resolveRef(context, ref)
  const [metadata, producedBy, usedBy, entries] = await Promise.all([
    version.metadata({ signal }),
    version.producedBy({ signal }),
    version.usedBy({ signal }),
    version.entries({ signal }),
  ])
  const facts = { version, metadata, producedBy, usedBy, entries }
  return { json: showJson(facts), lines: (screen) => formatVersion(facts, screen) }
}

function showJson({ version, metadata, producedBy, usedBy, entries }: Facts) {
  const { description } = version
  return { ...versionJson(version), description, metadata, producedBy, usedBy, files: entries.map(fileJson) }
}

function formatVersion(facts: Facts, screen: Screen): readonly string[] {
  const { version, metadata, producedBy, usedBy } = facts
  const rows: readonly (readonly [name: string, value: string | null])[] = [
    ['type', printable(version.type)],
    ['aliases', version.aliases.length > 0 ? screen.style('cyan', version.aliases.join(', ')) : null],
    ['about', version.description === null ? null : printable(version.description)],
    ['logged', `${formatTime(version.createdAt)} (${formatAge(version.createdAt)})`],
    ['digest', version.digest],
    ['size', `${formatBytes(version.size)} in ${formatCount(version.fileCount, 'file')}`],
    ['made from', version.derivedFrom && formatKey(version.derivedFrom)],
    ['logged by', formatRuns(producedBy)],
    ['used by', formatRuns(usedBy)],
  ]
  return [
    screen.style('bold', version.ref),
    ...formatFacts(rows, screen),
    ...formatMetadata(metadata, screen),
    ...formatEntries(facts, screen),
  ]
}

function formatRuns(runs: readonly RunRef[]): string | null {
  if (runs.length === 0) return null
  return runs.map(({ id, name }) => (name === id ? id : `${id} (${printable(name)})`)).join(', ')
}

function formatMetadata(metadata: Metadata | null, { style }: Screen): readonly string[] {
  if (metadata === null) return []
  const lines = JSON.stringify(metadata, null, 2).split('\n')
  return [style('dim', 'metadata'), ...lines.map((line) => `  ${printable(line)}`)]
}

function formatEntries({ version, entries }: Facts, screen: Screen): readonly string[] {
  const more = entries.length - FILES_SHOWN_MAX
  return [
    ...formatFiles(entries.slice(0, FILES_SHOWN_MAX), screen),
    ...(more > 0 ? [screen.style('dim', `… and ${more} more: lading files ${version.ref}`)] : []),
  ]
}
