import type { Head } from '../domain/head.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { ArtifactSummary } from './metadata-store.ts'

/** The row that a listing shows of an artifact with a live version; null where it has none. */
export function summaryOf(
  { project, artifact }: ArtifactKey,
  head: Pick<Head, 'type' | 'description' | 'createdAt' | 'latest' | 'next' | 'floor' | 'aliases'>,
): ArtifactSummary | null {
  const { type, description, createdAt, latest, next, floor, aliases } = head
  return latest && { key: { project, artifact }, type, description, createdAt, latest: latest.n, next, floor, aliases }
}
