import { isDigest } from '../domain/digest.ts'
import type { Digest } from '../domain/digest.ts'
import { LadingError } from '../domain/errors.ts'
import type { Metadata } from '../domain/metadata.ts'
import type { ArtifactKey, RunRef, VersionKey, VersionRecord } from '../domain/version.ts'
import type { Params, Row, Value } from './database.ts'

/** A text of a row. Like all of these: `CORRUPT` when the row holds something else. */
export function textIn(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : damaged(column, value)
}

/** A text, or null. */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textIn(row, column)
}

/** A whole number of at least 0. */
export function countIn(row: Row, column: string): number {
  const value = row[column]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : damaged(column, value)
}

/** A whole number of at least 0, or null. */
export function countOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : countIn(row, column)
}

/** A digest. */
export function digestIn(row: Row, column: string): Digest {
  const value = row[column]
  return isDigest(value) ? value : damaged(column, value)
}

/** A digest, or null. */
export function digestOrNull(row: Row, column: string): Digest | null {
  return row[column] === null ? null : digestIn(row, column)
}

/** What a column holds as JSON. Its shape is that of what was written there: nobody else writes to these tables. */
export function jsonIn(row: Row, column: string): unknown {
  const text = textIn(row, column)
  try {
    return JSON.parse(text) as unknown
  } catch {
    return damaged(column, text)
  }
}

/** Metadata, or null. */
export function metadataIn(row: Row, column: string): Metadata | null {
  if (row[column] === null) return null
  const value = jsonIn(row, column)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return damaged(column, row[column])
  return value as Metadata
}

/** A list of texts. */
export function textsIn(row: Row, column: string): readonly string[] {
  const value = jsonIn(row, column)
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return damaged(column, row[column])
  return value
}

/** The run that a row names, or null. */
export function runOrNull(row: Row): RunRef | null {
  return row['run_id'] === null ? null : runIn(row)
}

/** The run that a row names. */
export function runIn(row: Row): RunRef {
  return { project: textIn(row, 'run_project'), id: textIn(row, 'run_id'), name: textIn(row, 'run_name') }
}

/** The version that a row names. */
export function versionKeyIn(row: Row): VersionKey {
  return { project: textIn(row, 'project'), artifact: textIn(row, 'artifact'), n: countIn(row, 'n') }
}

/** The record of a version of an artifact of this type. */
export function versionIn(row: Row, type: string): VersionRecord {
  return {
    n: countIn(row, 'n'),
    digest: digestIn(row, 'digest'),
    type,
    aliases: textsIn(row, 'aliases'),
    supersede: countIn(row, 'supersede') === 1,
    opId: textIn(row, 'op_id'),
    run: runOrNull(row),
    draft: row['draft_id'] === null ? null : { id: textIn(row, 'draft_id'), round: countIn(row, 'draft_round') },
    derivedFrom: row['derived_n'] === null ? null : originIn(row),
    createdAt: textIn(row, 'created_at'),
    sizeBytes: countIn(row, 'size_bytes'),
    fileCount: countIn(row, 'file_count'),
    metadata: metadataIn(row, 'metadata'),
    metadataDigest: digestOrNull(row, 'metadata_digest'),
    description: textOrNull(row, 'description'),
    deleted: countIn(row, 'deleted') === 1,
  }
}

function originIn(row: Row): VersionKey {
  return {
    project: textIn(row, 'derived_project'),
    artifact: textIn(row, 'derived_artifact'),
    n: countIn(row, 'derived_n'),
  }
}

/** Metadata as a column keeps it. */
export function metadataParam(metadata: Metadata | null): string | null {
  return metadata === null ? null : JSON.stringify(metadata)
}

/** A run as three columns keep it. */
export function runParams(run: RunRef | null): Params {
  return { runProject: run?.project ?? null, runId: run?.id ?? null, runName: run?.name ?? null }
}

/** An artifact as its tables are asked for it. */
export function artifactParams({ project, artifact }: ArtifactKey): Params {
  return { project, name: artifact }
}

/** The refusal of a value that no lading writes there: `CORRUPT`, naming the column. */
export function damaged(column: string, value: Value | undefined): never {
  const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80)
  throw new LadingError('CORRUPT', {
    detail: `the database is damaged: column ${column} holds ${found}`,
    next: 'restore it from a backup of the store; nothing was changed',
  })
}
