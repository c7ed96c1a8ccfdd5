import { sha256 } from '../../src/domain/digest.ts'
import type { VersionRecord } from '../../src/domain/version.ts'

/** A version of the content that a name stands for, as a log recorded it. */
export function versionOf(
  n: number,
  given: Partial<VersionRecord> & { readonly content?: string } = {},
): VersionRecord {
  const { content = `content ${n}`, ...facts } = given
  return {
    n,
    digest: sha256(content),
    type: 'model',
    aliases: [],
    supersede: false,
    opId: `log-${n}`,
    run: null,
    draft: null,
    derivedFrom: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    sizeBytes: 1,
    fileCount: 1,
    metadata: null,
    metadataDigest: null,
    description: null,
    deleted: false,
    ...facts,
  }
}
