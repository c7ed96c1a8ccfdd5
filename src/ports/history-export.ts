import { LadingError } from '../domain/errors.ts'
import type { Head, Move } from '../domain/head.ts'
import type { HistoryEvent } from '../domain/history.ts'
import { createHistoryOrder } from '../domain/history-order.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from './call.ts'
import type { HistoryHost } from './history-host.ts'

/** Records that are asked for at once. */
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
  host: HistoryHost,
  key: ArtifactKey,
  { since, ...options }: CallOptions & { readonly since: number },
): AsyncGenerator<HistoryEvent> {
  const head = await host.head(key, options)
  if (!head) throw neverLogged()
  yield { kind: 'artifact', type: head.type, createdAt: head.createdAt }
  const moves = (await host.moves(key, options)).filter(({ rev }) => rev <= head.rev)
  const supersedes = await supersedesOf(host, key, { head, moves, options })
  const order = createHistoryOrder({ head, moves, supersedes, since })
  for await (const record of recordsOf(host, key, { before: head.next, options })) yield* order.next(record)
  yield* order.end()
  for await (const edit of host.metadataEdits(key, { ...options, before: head.next })) {
    yield { kind: 'metadata', ...edit }
  }
  const { next, floor, aliases, description } = head
  yield { kind: 'state', state: { next, floor, aliases, description, moveCount: moves.length } }
}

/** Which operations superseded: only needed where one of them may have removed aliases and set none. */
async function supersedesOf(
  host: HistoryHost,
  key: ArtifactKey,
  { head, moves, options }: { head: Head; moves: readonly Move[]; options: CallOptions },
): Promise<ReadonlyMap<string, number>> {
  const removals = new Set(moves.filter(({ to }) => to === null).map(({ opId }) => opId))
  const supersedes = new Map<string, number>()
  const last = Math.min(head.floor + 1, head.next)
  if (head.floor === 0 || removals.size === 0) return supersedes
  for await (const { n, opId } of recordsOf(host, key, { before: last, options })) {
    if (removals.has(opId)) supersedes.set(opId, n)
  }
  return supersedes
}

async function* recordsOf(
  host: HistoryHost,
  key: ArtifactKey,
  { before, options }: { before: number; options: CallOptions },
): AsyncGenerator<VersionRecord> {
  for (let from = 0; from < before; from += PAGE) {
    yield* await host.records(key, { from, before: Math.min(from + PAGE, before) }, options)
  }
}

function neverLogged(): LadingError {
  return new LadingError('NOT_FOUND', {
    detail: 'the artifact has never been logged',
    next: 'list the artifacts of the project',
  })
}
