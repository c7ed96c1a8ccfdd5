import { LadingError } from '../domain/errors.ts'
import { formatVersion } from '../domain/refs.ts'
import type { MetadataEdit, MetadataStore } from '../ports/metadata-store.ts'
import type { SqlContext } from './context.ts'
import type { Row } from './database.ts'
import {
  artifactParams,
  countIn,
  digestOrNull,
  metadataIn,
  metadataParam,
  runOrNull,
  runParams,
  textIn,
} from './rows.ts'

/** Metadata that replaced what versions were logged with. */
export function createMetadataEdits({
  database,
  clock,
}: SqlContext): Pick<MetadataStore, 'metadataEdit' | 'editMetadata'> {
  return {
    metadataEdit: ({ n, ...key }, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('metadataEdit', { ...artifactParams(key), n })
          return row && metadataEditIn(row)
        },
        options,
      ),

    editMetadata: (
      { n, ...key },
      { metadata, metadataDigest, at, run },
      { untilMs = Number.POSITIVE_INFINITY, ...options },
    ) =>
      database.transaction(
        'write',
        async (tx) => {
          // Asked when the lock is held: waiting for it may have taken longer than the blob may be relied on.
          if (clock.monotonicMs() > untilMs) throw blobExpired()
          const row = await tx.get('head', artifactParams(key))
          if (row === null || n >= countIn(row, 'next_n')) throw noVersion(n)
          const edit = { metadata: metadataParam(metadata), metadataDigest, at, ...runParams(run) }
          await tx.run('setMetadata', { artifact: countIn(row, 'id'), n, ...edit })
        },
        options,
      ),
  }
}

/** The edit that a row holds. */
export function metadataEditIn(row: Row): MetadataEdit {
  return {
    metadata: metadataIn(row, 'metadata'),
    metadataDigest: digestOrNull(row, 'metadata_digest'),
    at: textIn(row, 'at'),
    run: runOrNull(row),
  }
}

function blobExpired(): LadingError {
  return new LadingError('UNAVAILABLE', {
    detail: 'the metadata was stored too long ago to be relied on',
    next: 'replace it again',
  })
}

function noVersion(n: number): LadingError {
  return new LadingError('NOT_FOUND', {
    detail: `${formatVersion(n)} does not exist`,
    next: 'list the versions, then choose one',
  })
}
