import { isDigest } from '../domain/digest.ts'
import { LadingError } from '../domain/errors.ts'
import type { HistoryEvent } from '../domain/history.ts'
import { assertAliases, assertMovableAlias, assertType } from '../domain/names.ts'
import type { RunRef, VersionRecord } from '../domain/version.ts'
import { assertRunKey, assertVersionKey } from '../ports/facade/metadata-checks.ts'

/** Returns an event whose names and numbers may become keys of a store; anything else is `INVALID`. */
export function checkEvent(event: HistoryEvent): HistoryEvent {
  switch (event.kind) {
    case 'artifact':
      assertType(event.type)
      break
    case 'version':
      checkVersion(event.version)
      break
    case 'moves':
      checkMoves(event)
      break
    case 'metadata':
      checkNumber(event.n)
      checkRun(event.run)
      break
    case 'delete':
      checkNumber(event.n)
      break
    case 'floor':
      checkNumber(event.floor)
      break
    case 'state':
      break
    default:
      throw new LadingError('INVALID', {
        detail: `the history has an event of an unknown kind: ${String((event as { kind: unknown }).kind)}`,
        next: 'update lading',
      })
  }
  return event
}

function checkVersion({ n, digest, type, aliases, run, derivedFrom }: VersionRecord): void {
  checkNumber(n)
  assertType(type)
  if (!isDigest(digest)) throw invalid(`${String(digest)} is no digest`)
  if (assertAliases(aliases).length !== aliases.length) throw invalid('a version names an alias twice')
  checkRun(run)
  if (derivedFrom !== null) assertVersionKey(derivedFrom)
}

function checkMoves({ moves }: Extract<HistoryEvent, { kind: 'moves' }>): void {
  if (moves.length === 0) throw invalid('an operation moved nothing')
  for (const { alias, from, to, opId, run } of moves) {
    assertMovableAlias(alias)
    for (const n of [from, to]) if (n !== null) checkNumber(n)
    checkRun(run)
    if (opId !== moves[0]!.opId) throw invalid('moves of two operations are told as one')
  }
}

function checkRun(run: RunRef | null): void {
  if (run !== null) assertRunKey(run)
}

function checkNumber(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw invalid(`no version has the number ${n}`)
}

function invalid(detail: string): LadingError {
  return new LadingError('INVALID', { detail: `the history is damaged: ${detail}`, next: 'export it again' })
}
