import type { Version } from '../application/client/version.ts'
import { formatAge, formatBytes, formatDigest } from './formats.ts'
import { formatTable } from './table.ts'
import type { Screen } from './terminal.ts'
import { formatVersion } from '../domain/refs.ts'
import type { VersionKey } from '../domain/version.ts'

/** A version as `--json` prints it. */
export function versionJson(version: Version) {
  return {
    ref: version.ref,
    project: version.project,
    name: version.name,
    version: version.version,
    type: version.type,
    digest: version.digest,
    aliases: version.aliases,
    sizeBytes: version.size,
    fileCount: version.fileCount,
    createdAt: version.createdAt,
    derivedFrom: version.derivedFrom && formatKey(version.derivedFrom),
  }
}

/** `project/name:v3` */
export function formatKey({ project, artifact, n }: VersionKey): string {
  return `${project}/${artifact}:${formatVersion(n)}`
}

/** A table of versions. */
export function formatVersions(versions: readonly Version[], screen: Screen): readonly string[] {
  const columns = [
    { title: 'VERSION' },
    { title: 'ALIASES', widthMin: 20 },
    { title: 'FILES', align: 'right', dropOrder: 2 },
    { title: 'SIZE', align: 'right' },
    { title: 'LOGGED', dropOrder: 1 },
    { title: 'DIGEST', dropOrder: 3 },
  ] as const
  const rows = versions.map((version) => [
    version.version,
    version.aliases.join(', '),
    String(version.fileCount),
    formatBytes(version.size),
    formatAge(version.createdAt),
    formatDigest(version.digest),
  ])
  return formatTable(columns, rows, screen)
}
