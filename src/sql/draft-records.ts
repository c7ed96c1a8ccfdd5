import type { DraftChoice, DraftClosing, DraftPart, DraftResult, DraftRound } from '../domain/draft.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { DraftRecords, RoundFact } from '../ports/drafts.ts'
import { assertAbandon, assertFinish } from '../ports/facade/draft-checks.ts'
import { Confirmation } from './collection.ts'
import type { SqlContext } from './context.ts'
import type { Params, Row, SqlTransaction } from './database.ts'
import { readStanding } from './heads.ts'
import { pageOf } from './pages.ts'
import {
  countIn,
  countOrNull,
  damaged,
  digestIn,
  digestOrNull,
  jsonIn,
  metadataIn,
  metadataParam,
  runIn,
  runParams,
  textIn,
  textOrNull,
} from './rows.ts'

/** The records of drafts as rows that are only added. */
export function createDraftRecords(context: SqlContext): DraftRecords {
  const { database } = context
  return {
    result: createResult(context),
    closing: createFact(context, 'closing', closingOf),
    closed: createClosed(context),
    choice: createFact(context, 'choice', choiceOf),
    addPart: createPartWriter(context),

    listParts: (round, options) =>
      database.transaction(
        'read',
        async (tx) => (await tx.all('parts', roundParams(round))).map((row) => textIn(row, 'op_id')),
        options,
      ),

    readParts: (round, opIds, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const parts: DraftPart[] = []
          for (const opId of opIds) parts.push(partIn(await tx.get('part', { ...roundParams(round), opId }), opId))
          return parts
        },
        options,
      ),

    newestRound: ({ project, artifact, id }, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('newestRound', { project, artifact, draft: id })
          return row && countIn(row, 'round')
        },
        options,
      ),

    ids: ({ project, artifact }, { cursor, limit, signal }) =>
      database.transaction(
        'read',
        async (tx) => {
          const rows = await tx.all('drafts', { project, artifact, after: cursor ?? '', limit: limit + 1 })
          const ids = rows.map((row) => textIn(row, 'draft_id'))
          return pageOf(ids, { limit, cursorOf: (id) => id })
        },
        { signal },
      ),

    madeBy: ({ project, artifact }, { digest, opId }, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const stored = await readStanding(tx, { project, artifact })
          const newest = stored && (await tx.get('newestWithDigest', { artifact: stored.id, digest }))
          if (!newest) return null
          const n = countIn(newest, 'n')
          const version = await tx.get('version', { artifact: stored.id, n })
          return version !== null && textIn(version, 'op_id') === opId ? n : null
        },
        options,
      ),
  }
}

function createFact<T>(
  { database, clock }: SqlContext,
  kind: 'closing' | 'choice',
  parse: (fact: object) => T | null,
): RoundFact<T> {
  return {
    read: (round, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('fact', { ...roundParams(round), kind })
          return row && factIn(row, parse)
        },
        options,
      ),
    create: (round, fact) =>
      database.transaction(
        'write',
        async (tx) => {
          await addRound(tx, round, clock.now())
          await tx.run('addFact', { ...roundParams(round), kind, body: JSON.stringify(fact) })
        },
        {},
      ),
  }
}

/** A fact as it is kept; `CORRUPT` for one that no lading writes: it would go into a version as it is. */
function factIn<T>(row: Row, parse: (fact: object) => T | null): T {
  const value = jsonIn(row, 'body')
  try {
    const fact = typeof value === 'object' && value !== null ? parse(value) : null
    return fact ?? damaged('body', row['body'])
  } catch (error) {
    if (!isLadingError(error, 'INVALID')) throw error
    return damaged('body', row['body'])
  }
}

function closingOf(fact: object): DraftClosing {
  // The checks say whether it is one.
  const closing = fact as DraftClosing
  return closing.kind === 'abandon' ? assertAbandon(closing) : assertFinish(closing)
}

function choiceOf(fact: object): DraftChoice | null {
  return 'onConflict' in fact && fact.onConflict === 'last' ? { onConflict: 'last' } : null
}

/** Which parts count is kept with each of them; the fact itself says that it was decided. */
function createClosed({ database, clock }: SqlContext): RoundFact<readonly string[]> {
  return {
    read: (round, options) =>
      database.transaction(
        'read',
        async (tx) => {
          if ((await tx.get('fact', { ...roundParams(round), kind: 'closed' })) === null) return null
          return (await tx.all('countedParts', roundParams(round))).map((row) => textIn(row, 'op_id'))
        },
        options,
      ),
    create: (round, opIds) =>
      database.transaction(
        'write',
        async (tx) => {
          await addRound(tx, round, clock.now())
          const body = JSON.stringify(opIds.length)
          const added = await tx.run('addFact', { ...roundParams(round), kind: 'closed', body })
          if (added === 0) return
          for (const opId of opIds) await tx.run('countPart', { ...roundParams(round), opId })
        },
        {},
      ),
  }
}

/** How a round ended, in columns of its own: the outputs of its runs are found by them. */
function createResult({ database, clock }: SqlContext): RoundFact<DraftResult> {
  return {
    read: (round, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('result', roundParams(round))
          return row && resultIn(row)
        },
        options,
      ),
    create: (round, result) =>
      database.transaction(
        'write',
        async (tx) => {
          await addRound(tx, round, clock.now())
          const [n, aliases] = result.kind === 'finished' ? [result.n, result.aliases] : [null, null]
          await tx.run('addResult', { ...roundParams(round), n, aliases })
        },
        {},
      ),
  }
}

/** Adds parts. The run that gave one is in its row, so that it outputs to the round as soon as the part can be seen. */
function createPartWriter({ database, clock }: SqlContext): DraftRecords['addPart'] {
  return async (round, part, { confirm, signal }) => {
    const confirmation = new Confirmation(confirm)
    const add = async (tx: SqlTransaction) => {
      const missing = await confirmation.missing(tx, round.project)
      if (missing) return missing
      await addRound(tx, round, clock.now())
      await tx.run('addPart', { ...roundParams(round), ...partParams(part) })
      return null
    }
    for (;;) {
      const missing = await database.transaction(confirmation.isDue ? 'read' : 'write', add, { signal })
      if (missing === null) return
      await confirmation.under(missing)
    }
  }
}

async function addRound(tx: SqlTransaction, round: DraftRound, now: string): Promise<void> {
  await tx.run('addProject', { name: round.project, at: now })
  await tx.run('addRound', roundParams(round))
}

function roundParams({ project, artifact, id, round }: DraftRound): Params {
  return { project, artifact, draft: id, round }
}

function partParams({ opId, run, manifest, at, type, metadata, metadataDigest, description }: DraftPart): Params {
  const facts = { type, metadata: metadataParam(metadata), metadataDigest, description }
  return { opId, ...runParams(run), manifest, at, ...facts }
}

function partIn(row: Row | null, opId: string): DraftPart {
  if (row === null) {
    throw new LadingError('CORRUPT', {
      detail: `part ${opId} of the draft is missing`,
      next: 'restore it from a backup of the store, or abandon the draft',
    })
  }
  return {
    opId: textIn(row, 'op_id'),
    run: runIn(row),
    manifest: digestIn(row, 'manifest'),
    at: textIn(row, 'at'),
    type: textIn(row, 'type'),
    metadata: metadataIn(row, 'metadata'),
    metadataDigest: digestOrNull(row, 'metadata_digest'),
    description: textOrNull(row, 'description'),
  }
}

function resultIn(row: Row): DraftResult {
  const n = countOrNull(row, 'n')
  if (n === null) return { kind: 'abandoned' }
  return { kind: 'finished', n, aliases: textIn(row, 'aliases') === 'moved' ? 'moved' : 'unknown' }
}
