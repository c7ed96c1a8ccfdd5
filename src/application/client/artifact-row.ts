import { formatVersion } from '../../domain/refs.ts'
import type { ArtifactSummary } from '../../ports/metadata-store.ts'

/** An artifact in a listing. */
export interface ArtifactRow {
  readonly project: string
  readonly name: string
  readonly type: string
  readonly description: string | null
  /** The newest live version: `v3`. */
  readonly latest: string
  /** How many versions were logged since the last supersede; those that were deleted one by one are counted. */
  readonly versions: number
  /** Alias → version, sorted by alias, without `latest`. */
  readonly aliases: Readonly<Record<string, string>>
  /** When it was first logged, by the clock of who did, ISO 8601 in UTC. */
  readonly createdAt: string
}

/** Rows as users see them. */
export async function* artifactRows(summaries: AsyncIterable<ArtifactSummary>): AsyncGenerator<ArtifactRow> {
  for await (const summary of summaries) yield artifactRow(summary)
}

function artifactRow({ key, latest, next, floor, aliases, ...facts }: ArtifactSummary): ArtifactRow {
  const { type, description, createdAt } = facts
  const { project, artifact: name } = key
  const versions = next - floor
  const named = { latest: formatVersion(latest), versions, aliases: formatAliases(aliases), createdAt }
  return { project, name, type, description, ...named }
}

/** Aliases with the versions that they point at as people write them, sorted. */
export function formatAliases(aliases: Readonly<Record<string, number>>): Readonly<Record<string, string>> {
  const sorted = Object.entries(aliases).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([alias, n]) => [alias, formatVersion(n)]))
}
