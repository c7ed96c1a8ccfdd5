import { aliasesOf } from '../domain/head.ts'
import type { Head } from '../domain/head.ts'
import { isLive } from '../domain/version.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { VersionView } from './metadata-store.ts'

/** A version as it stands under a head: what every store answers of it. */
export function viewOf(
  key: ArtifactKey,
  head: Pick<Head, 'floor' | 'aliases' | 'latest' | 'description'>,
  record: VersionRecord,
): VersionView {
  const { n } = record
  const live = isLive(record, head.floor)
  return {
    key: { project: key.project, artifact: key.artifact, n },
    record,
    live,
    ended: record.deleted ? 'deleted' : live ? null : 'superseded',
    // Head may be older than a tombstone that was read beside it.
    aliases: live ? aliasesOf(head, n) : [],
    description: head.description,
  }
}
