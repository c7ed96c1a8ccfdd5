import type { Answer } from '../domain/command.ts'
import { LadingError } from '../domain/errors.ts'
import { formatVersion } from '../domain/refs.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import { blobsOutdated, createHistory } from '../ports/history.ts'
import type { HistoryHost, ReplayWork } from '../ports/history.ts'
import type { MetadataEdit, MetadataStore } from '../ports/metadata-store.ts'
import { Confirmation } from './collection.ts'
import type { SqlContext } from './context.ts'
import { SqlExecution } from './execution.ts'
import { readStanding } from './heads.ts'
import { metadataEditIn } from './metadata-edits.ts'
import { countIn, versionIn } from './rows.ts'

/** Rows of replaced metadata that are read at once. */
const PAGE = 64

/** Histories over the tables of a store: an event is one transaction. */
export function createSqlHistory(
  context: SqlContext,
  reads: Pick<MetadataStore, 'head' | 'moves' | 'editMetadata'>,
): Pick<MetadataStore, 'export' | 'import'> {
  const { clock, ids } = context
  return createHistory({
    clock,
    ids,
    ...reads,
    records: (key, range, options) => readRecords(context, key, { ...range, options }),
    metadataEdits: (key, options) => listMetadataEdits(context, key, options),
    beginImport: (key, options) => beginImport(context, key, options),
  })
}

async function readRecords(
  { database }: SqlContext,
  key: ArtifactKey,
  { from, before, options }: { from: number; before: number; options: CallOptions },
): Promise<readonly VersionRecord[]> {
  const records = await database.transaction(
    'read',
    async (tx) => {
      const stored = await readStanding(tx, key)
      if (stored === null) return []
      const rows = await tx.all('allVersions', { artifact: stored.id, from, before })
      return rows.map((row) => versionIn(row, stored.head.type))
    },
    options,
  )
  for (let n = from; n < before; n++) if (records[n - from]?.n !== n) throw missingVersion(n)
  return records
}

async function* listMetadataEdits(
  { database }: SqlContext,
  key: ArtifactKey,
  { before, ...options }: CallOptions & { readonly before: number },
): ReturnType<HistoryHost['metadataEdits']> {
  let from = 0
  for (;;) {
    const page = await database.transaction(
      'read',
      async (tx): Promise<(MetadataEdit & { n: number })[]> => {
        const stored = await readStanding(tx, key)
        if (stored === null) return []
        const rows = await tx.all('metadataEdits', { artifact: stored.id, from, before, limit: PAGE })
        return rows.map((row) => ({ n: countIn(row, 'n'), ...metadataEditIn(row) }))
      },
      options,
    )
    yield* page
    if (page.length < PAGE) return
    from = page.at(-1)!.n + 1
  }
}

function beginImport(
  context: SqlContext,
  key: ArtifactKey,
  options: CallOptions,
): (work: ReplayWork) => Promise<Answer> {
  let isFirst = true
  // Shared by all events: the state that the first version met holds for the whole import.
  const confirmation = new Confirmation(async () => {
    if (!isFirst) throw blobsOutdated()
    isFirst = false
  })
  return ({ command, rule }) => new SqlExecution({ context, key, command, rule, confirmation }).run(options)
}

function missingVersion(n: number): LadingError {
  return new LadingError('CORRUPT', {
    detail: `head counts ${formatVersion(n)}, whose record is missing`,
    next: 'restore it from a backup of the store',
  })
}
