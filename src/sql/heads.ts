import { LadingError } from '../domain/errors.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { RECENT_MAX, targetOf } from '../domain/head.ts'
import type { Applied, Head, HeadChange } from '../domain/head.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { Row, SqlTransaction } from './database.ts'
import { artifactParams, countIn, countOrNull, digestOrNull, runParams, textIn, textOrNull } from './rows.ts'

/** What reads need of a head: all but the window of applied operations. */
export type Standing = Omit<Head, 'recent' | 'moves' | 'deleting'>

/** An artifact's key in the database, and what was read of its head. */
export interface Stored<H> {
  readonly id: number
  readonly head: H
}

/** Where an artifact stands; null when it was never logged. Two statements. */
export async function readStanding(tx: SqlTransaction, key: ArtifactKey): Promise<Stored<Standing> | null> {
  const row = await tx.get('head', artifactParams(key))
  return row && standingOf(tx, row)
}

/** The whole head; null when the artifact was never logged. Three statements. */
export async function readHead(tx: SqlTransaction, key: ArtifactKey): Promise<Stored<Head> | null> {
  const row = await tx.get('head', artifactParams(key))
  return row && headOf(tx, row)
}

/**
 * The whole head of a row.
 *
 * It holds no moves: all of them are in their table, where those lie that have left a head. Nothing is ever `deleting`:
 * a tombstone is written with the head that ends its version.
 */
async function headOf(tx: SqlTransaction, row: Row): Promise<Stored<Head>> {
  const { id, head } = await standingOf(tx, row)
  const applied = await tx.all('appliedOperations', { artifact: id })
  return { id, head: { ...head, deleting: null, recent: applied.map(appliedIn), moves: [] } }
}

/** Where the artifact of a row stands. One statement. */
export async function standingOf(tx: SqlTransaction, row: Row): Promise<Stored<Standing>> {
  const id = countIn(row, 'id')
  const aliases = await tx.all('aliases', { artifact: id })
  const head: Standing = {
    rev: countIn(row, 'rev'),
    type: textIn(row, 'type'),
    next: countIn(row, 'next_n'),
    floor: countIn(row, 'floor_n'),
    aliases: Object.fromEntries(aliases.map((alias) => [textIn(alias, 'name'), countIn(alias, 'n')])),
    latest: latestIn(row),
    description: textOrNull(row, 'description'),
    createdAt: textIn(row, 'created_at'),
  }
  for (const [alias, n] of Object.entries(head.aliases)) {
    if (n < head.floor || n >= head.next) throw danglingAlias(alias, n)
  }
  return { id, head }
}

function latestIn(row: Row): Head['latest'] {
  const [n, digest, opId] = [
    countOrNull(row, 'latest_n'),
    digestOrNull(row, 'latest_digest'),
    textOrNull(row, 'latest_op_id'),
  ]
  if (n === null) return null
  if (digest === null || opId === null) {
    throw new LadingError('CORRUPT', {
      detail: `version ${n} is the latest, but its record is missing`,
      next: 'restore it from a backup of the store',
    })
  }
  return { n, digest, opId }
}

function danglingAlias(alias: string, n: number): LadingError {
  return new LadingError('CORRUPT', {
    detail: `alias ${alias} points at version ${n}, which is not one of the live ones`,
    next: 'restore the database from a backup of the store; nothing was changed',
  })
}

function appliedIn(row: Row): Applied {
  // Written from a result that was one of these.
  const result = countOrNull(row, 'result_n') ?? (textIn(row, 'result') as 'done' | ErrorCode)
  return { opId: textIn(row, 'op_id'), rev: countIn(row, 'rev'), result }
}

/** Makes the row of an artifact, and of its project. Answers its key in the database. */
export async function addArtifact(
  tx: SqlTransaction,
  key: ArtifactKey,
  { head, now }: { readonly head: Head; readonly now: string },
): Promise<number> {
  await tx.run('addProject', { name: key.project, at: now })
  const { rev, type, next, floor, description, createdAt } = head
  const fields = { rev, type, next, floor, description, at: createdAt }
  const row = await tx.get('addArtifact', { ...artifactParams(key), ...fields })
  return countIn(row!, 'id')
}

/** Replaces a head by the one that a decision made of it. */
export async function changeHead(
  tx: SqlTransaction,
  { id, head: before }: Stored<Head>,
  { head: after }: Pick<HeadChange, 'head'>,
): Promise<void> {
  const { rev, next, floor, latest, description } = after
  await tx.run('changeArtifact', { artifact: id, rev, next, floor, latest: latest?.n ?? null, description })
  for (const name of Object.keys(before.aliases)) {
    if (targetOf(after.aliases, name) === null) await tx.run('removeAlias', { artifact: id, name })
  }
  for (const [name, n] of Object.entries(after.aliases)) {
    if (targetOf(before.aliases, name) !== n) await tx.run('setAlias', { artifact: id, name, n })
  }
  await addMoves(tx, id, after)
  await addApplied(tx, id, after)
}

/** The moves of this one change: the head that was read held none. */
async function addMoves(tx: SqlTransaction, artifact: number, { moves }: Head): Promise<void> {
  for (const { rev, alias, from, to, at, opId, run } of moves) {
    await tx.run('addMove', { artifact, rev, alias, from, to, at, opId, ...runParams(run) })
  }
}

async function addApplied(tx: SqlTransaction, artifact: number, { rev, recent }: Head): Promise<void> {
  const { opId, result } = recent[0]!
  const [n, told] = typeof result === 'number' ? [result, null] : [null, result]
  await tx.run('addAppliedOperation', { artifact, rev, opId, n, result: told })
  await tx.run('forgetAppliedOperations', { artifact, rev: rev - RECENT_MAX })
}
