import { LadingError } from '../domain/errors.ts'
import type { Head, Move } from '../domain/head.ts'
import type { HistoryEvent } from '../domain/history.ts'
import { createHistoryOrder } from '../domain/history-order.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { metadataPrefix, versionKey } from './keys.ts'
import { childNames } from './listings.ts'
import { missingVersion } from './outcomes.ts'

/** What an export reads from. */
export interface ExportParts extends Pick<MetadataStore, 'moves' | 'metadataEdit'> {
  readonly context: ProtocolContext
  readonly documents: ArtifactDocuments
}

/** Documents that are read side by side. */
const PAGE = 64

/**
 * The history of an artifact up to one head: what comes while it is read is left for a later export, but for
 * deletions and metadata, which may be newer.
 *
 * `since` shortens what is told, not what is read: a version below it may have been deleted, or may tell where another
 * ended. Costs head, the moves and one request for each version and for each replaced metadata, 64 side by side; twice
 * that for versions up to head's floor where one of them was superseded and aliases were removed. Memory: the moves,
 * the digests of versions below the floor, and a page.
 */
export async function* exportHistory(
  parts: ExportParts,
  key: ArtifactKey,
  { since, ...options }: CallOptions & { readonly since: number },
): AsyncGenerator<HistoryEvent> {
  const head = (await parts.documents.readHead(key, options))?.value
  if (!head) throw neverLogged()
  yield { kind: 'artifact', type: head.type, createdAt: head.createdAt }
  const moves = (await parts.moves(key, options)).filter(({ rev }) => rev <= head.rev)
  const supersedes = await supersedesOf(parts, key, { head, moves, options })
  const order = createHistoryOrder({ head, moves, supersedes, since })
  for await (const record of recordsOf(parts, key, { numbers: range(0, head.next), options })) yield* order.next(record)
  yield* order.end()
  yield* metadataOf(parts, key, { head, options })
  const { next, floor, aliases, description } = head
  yield { kind: 'state', state: { next, floor, aliases, description, moveCount: moves.length } }
}

/** Which operations superseded: only needed where one of them may have removed aliases and set none. */
async function supersedesOf(
  parts: ExportParts,
  key: ArtifactKey,
  { head, moves, options }: { head: Head; moves: readonly Move[]; options: CallOptions },
): Promise<ReadonlyMap<string, number>> {
  const removals = new Set(moves.filter(({ to }) => to === null).map(({ opId }) => opId))
  const supersedes = new Map<string, number>()
  const last = Math.min(head.floor + 1, head.next)
  if (head.floor === 0 || removals.size === 0) return supersedes
  for await (const { n, opId } of recordsOf(parts, key, { numbers: range(0, last), options })) {
    if (removals.has(opId)) supersedes.set(opId, n)
  }
  return supersedes
}

async function* recordsOf(
  { context, documents }: ExportParts,
  key: ArtifactKey,
  { numbers, options }: { numbers: readonly [from: number, to: number]; options: CallOptions },
): AsyncGenerator<VersionRecord> {
  for (const [from, to] of pages(numbers)) {
    const page = Array.from({ length: to - from }, (_, index) => from + index)
    const found = await mapConcurrently(context.objects, page, (n) => documents.readVersion(key, n, options))
    for (const [index, seen] of found.entries()) {
      if (seen === null) throw missingVersion(versionKey(key, from + index))
      yield seen.value
    }
  }
}

async function* metadataOf(
  parts: ExportParts,
  key: ArtifactKey,
  { head, options }: { head: Head; options: CallOptions },
): AsyncGenerator<HistoryEvent> {
  let cursor: string | undefined
  do {
    const prefix = metadataPrefix(key)
    const listed = await childNames(parts.context.objects, prefix, { ...options, cursor, limit: PAGE })
    const numbers = listed.names.map(Number).filter((n) => n < head.next)
    const edits = await mapConcurrently(parts.context.objects, numbers, (n) =>
      parts.metadataEdit({ ...key, n }, options),
    )
    for (const [index, edit] of edits.entries()) if (edit) yield { kind: 'metadata', n: numbers[index]!, ...edit }
    cursor = listed.cursor
  } while (cursor !== undefined)
}

const range = (from: number, to: number): readonly [number, number] => [from, to]

function* pages([from, to]: readonly [from: number, to: number]): Generator<readonly [number, number]> {
  for (let start = from; start < to; start += PAGE) yield [start, Math.min(start + PAGE, to)]
}

function neverLogged(): LadingError {
  return new LadingError('NOT_FOUND', {
    detail: 'the artifact has never been logged',
    next: 'list the artifacts of the project',
  })
}
