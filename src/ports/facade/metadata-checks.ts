import { quote } from '../../domain/canonical-json.ts'
import type { Command, LogCommand } from '../../domain/command.ts'
import { assertDigest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertAliases, assertExternalId, assertMovableAlias, assertName, assertType } from '../../domain/names.ts'
import type { ArtifactKey, VersionKey } from '../../domain/version.ts'
import type { Edge, MetadataEdit, PageOptions, RunRecord } from '../metadata-store.ts'
import {
  assertBoolean,
  assertCount,
  assertDescription,
  assertDraftRef,
  assertMetadataObject,
  assertOneOf,
  assertOperationId,
  assertRunOrNone,
  assertRunRef,
  assertText,
  assertTime,
  assertVersionNumber,
} from './value-checks.ts'

/** Rows that a page may have at most. */
export const PAGE_ROWS_MAX = 1_000

/** Refuses with `INVALID` a key whose names do not follow the rule. */
export function assertArtifactKey<T extends ArtifactKey>(key: T): T {
  assertName('project', key.project)
  assertName('artifact', key.artifact)
  return key
}

/** The same for a version: its number counts from 0. */
export function assertVersionKey(key: VersionKey): VersionKey {
  assertVersionNumber(key.n)
  return assertArtifactKey(key)
}

/** Refuses with `INVALID` a page of no rows, or of too many. */
export function assertPageOptions({ cursor, limit }: PageOptions): void {
  if (cursor !== undefined && typeof cursor !== 'string') {
    throw new LadingError('INVALID', { detail: `the cursor is ${quote(cursor)}`, next: 'give that of the page before' })
  }
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= PAGE_ROWS_MAX) return
  throw new LadingError('INVALID', { detail: `a page of ${limit} rows`, next: `ask for 1 to ${PAGE_ROWS_MAX}` })
}

/**
 * Refuses with `INVALID` a command that says what no client may say, or what no reader of its documents would accept.
 *
 * `latest` among a log's aliases is dropped. Members of a log that it does not have are left out: they would become
 * part of the version's record.
 */
export function assertCommand(command: Command): Command {
  assertOperationId(command.opId)
  assertCount('the base rev', command.baseRev)
  assertOneOf('the delivery', command.delivery, ['alone', 'first', 'resent'])
  assertTime(command.at)
  const run = assertRunOrNone(command.run)
  switch (command.kind) {
    case 'log':
      return { ...checkedLog(command), run }
    case 'setAlias':
      assertMovableAlias(command.alias)
      if (command.n !== null) assertVersionNumber(command.n)
      assertExpected(command.expect)
      return { ...command, run }
    case 'delete':
      assertVersionNumber(command.n)
      assertBoolean('withAliases', command.withAliases)
      return { ...command, run }
    case 'deleteArtifact':
      return { ...command, run }
    case 'describe':
      assertText('the description', command.description)
      return { ...command, run }
    default:
      throw new LadingError('INVALID', {
        detail: `a command of the kind ${quote((command as { kind: unknown }).kind)}`,
        next: 'send one that this version of lading knows',
      })
  }
}

/** Refuses with `INVALID` an alias target to expect that is neither a version, none, nor any. */
export function assertExpected(expect: number | null | undefined): void {
  if (expect !== undefined && expect !== null) assertVersionNumber(expect)
}

/** Refuses with `INVALID` a record of a version that could not be read again. Returns its aliases without `latest`. */
export function assertVersionFacts(
  version: Omit<LogCommand, 'kind' | 'baseRev' | 'delivery' | 'at'>,
): readonly string[] {
  assertOperationId(version.opId)
  assertDigest(version.digest)
  assertType(version.type)
  assertBoolean('supersede', version.supersede)
  assertRunOrNone(version.run)
  assertDraftRef(version.draft)
  if (version.derivedFrom !== null) assertVersionKey(version.derivedFrom)
  assertCount('the size', version.sizeBytes)
  assertCount('the count of files', version.fileCount)
  assertMetadata(version)
  assertDescription(version.description)
  return assertAliases(version.aliases)
}

/** Refuses with `INVALID` metadata that could not be read again. */
export function assertMetadata({ metadata, metadataDigest }: Pick<MetadataEdit, 'metadata' | 'metadataDigest'>): void {
  assertMetadataObject('metadata', metadata)
  if (metadataDigest !== null) assertDigest(metadataDigest)
}

/** The same for metadata that replaces others. */
export function assertMetadataEdit(edit: MetadataEdit): MetadataEdit {
  assertMetadata(edit)
  assertTime(edit.at)
  return { ...edit, run: assertRunOrNone(edit.run) }
}

/** The same for the first record of a run. */
export function assertRunRecord(run: RunRecord): RunRecord {
  assertRunRef(run)
  if (run.group !== null) assertExternalId(run.group)
  assertMetadataObject('config', run.config)
  assertTime(run.createdAt)
  return run
}

/** The same for an edge. */
export function assertEdge(edge: Edge): Edge {
  assertOneOf('the kind of an edge', edge.kind, ['in', 'out'])
  assertVersionKey(edge.version)
  assertTime(edge.at)
  assertOperationId(edge.opId)
  return { ...edge, run: assertRunRef(edge.run) }
}

function checkedLog(command: LogCommand): LogCommand {
  return {
    kind: 'log',
    opId: command.opId,
    baseRev: command.baseRev,
    delivery: command.delivery,
    at: command.at,
    run: command.run,
    digest: command.digest,
    type: command.type,
    aliases: assertVersionFacts(command),
    supersede: command.supersede,
    draft: command.draft,
    derivedFrom: command.derivedFrom,
    sizeBytes: command.sizeBytes,
    fileCount: command.fileCount,
    metadata: command.metadata,
    metadataDigest: command.metadataDigest,
    description: command.description,
  }
}
