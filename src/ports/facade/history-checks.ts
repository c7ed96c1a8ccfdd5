import { LadingError, isLadingError } from '../../domain/errors.ts'
import type { HistoryEvent, HistoryState } from '../../domain/history.ts'
import { assertMovableAlias, assertType } from '../../domain/names.ts'
import { assertMetadataEdit, assertVersionFacts } from './metadata-checks.ts'
import {
  assertBoolean,
  assertCount,
  assertDescription,
  assertOperationId,
  assertRunOrNone,
  assertTime,
  assertVersionNumber,
} from './value-checks.ts'

/** The events of a history, each checked before an adapter sees it; `INVALID` at the first that is damaged. */
export async function* checkedEvents(events: AsyncIterable<HistoryEvent>): AsyncGenerator<HistoryEvent> {
  for await (const event of events) {
    assertEvent(event)
    yield event
  }
}

/** Refuses with `INVALID` an event whose values could not become documents of a store. */
export function assertEvent(event: HistoryEvent): void {
  try {
    checkEvent(event)
  } catch (cause) {
    if (!isLadingError(cause)) throw cause
    throw cause.detail.startsWith('the history') ? cause : invalid(cause.detail, cause)
  }
}

function checkEvent(event: HistoryEvent): void {
  switch (event.kind) {
    case 'artifact':
      assertType(event.type)
      return assertTime(event.createdAt)
    case 'version':
      return checkVersion(event)
    case 'moves':
      return checkMoves(event)
    case 'metadata':
      assertVersionNumber(event.n)
      assertMetadataEdit(event)
      return
    case 'delete':
      return assertVersionNumber(event.n)
    case 'floor':
      return assertVersionNumber(event.floor)
    case 'state':
      return checkState(event.state)
    default:
      throw invalid(`it has an event of an unknown kind: ${String((event as { kind: unknown }).kind)}`)
  }
}

function checkVersion({ version }: Extract<HistoryEvent, { kind: 'version' }>): void {
  assertVersionNumber(version.n)
  if (assertVersionFacts(version).length !== version.aliases.length) {
    throw invalid('a version names an alias twice, or `latest`')
  }
  assertTime(version.createdAt)
  assertBoolean('deleted', version.deleted)
}

function checkMoves({ moves }: Extract<HistoryEvent, { kind: 'moves' }>): void {
  if (moves.length === 0) throw invalid('an operation moved nothing')
  for (const { alias, from, to, opId, run, at, rev } of moves) {
    assertMovableAlias(alias)
    for (const n of [from, to]) if (n !== null) assertVersionNumber(n)
    assertCount('the rev of a move', rev)
    assertOperationId(opId)
    assertTime(at)
    assertRunOrNone(run)
    if (opId !== moves[0]!.opId) throw invalid('moves of two operations are told as one')
  }
}

function checkState({ next, floor, aliases, description, moveCount }: HistoryState): void {
  assertVersionNumber(next)
  assertVersionNumber(floor)
  for (const [alias, n] of Object.entries(aliases)) {
    assertMovableAlias(alias)
    assertVersionNumber(n)
  }
  assertDescription(description)
  assertCount('the count of moves', moveCount)
}

function invalid(detail: string, cause?: unknown): LadingError {
  return new LadingError('INVALID', { detail: `the history is damaged: ${detail}`, next: 'export it again', cause })
}
