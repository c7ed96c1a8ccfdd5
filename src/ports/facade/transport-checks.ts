import { assertDigest, assertDigests } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import type { LineageOptions } from '../../domain/lineage.ts'
import { assertMovableAlias, assertName } from '../../domain/names.ts'
import type { Selector } from '../../domain/refs.ts'
import type { AliasMove, Change, IngestedBlob } from '../transport.ts'
import { assertExpected } from './metadata-checks.ts'
import {
  assertCount,
  assertOneOf,
  assertOperationId,
  assertRunOrNone,
  assertTime,
  assertVersionNumber,
} from './value-checks.ts'

/** Refuses with `INVALID` a selector that names nothing a store could hold. */
export function assertSelector(selector: Selector): void {
  assertOneOf('the selector', selector.kind, ['latest', 'version', 'alias', 'digest', 'pending'])
  if (selector.kind === 'version' || selector.kind === 'pending') assertVersionNumber(selector.n)
  if (selector.kind === 'alias') assertName('alias', selector.alias)
  if (selector.kind === 'digest') assertDigest(selector.digest)
}

/** Refuses with `INVALID` what is no blob: a digest and an exact size. What a service takes at most, it says itself. */
export function assertBlobs(blobs: readonly IngestedBlob[]): void {
  assertDigests(blobs.map(({ digest }) => digest))
  for (const { sizeBytes } of blobs) {
    if (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) continue
    throw new LadingError('INVALID', { detail: `a blob of ${sizeBytes} bytes`, next: 'give its exact size' })
  }
}

/** Refuses with `INVALID` a change without operation id and time, by a run that is none, or sent in no known way. */
export function assertChange({ opId, at, run, sent }: Change): void {
  assertOperationId(opId)
  assertTime(at)
  assertRunOrNone(run)
  if (sent === undefined) return
  assertCount('the base rev', sent.baseRev)
  assertOneOf('the delivery', sent.delivery, ['first', 'resent'])
}

/** Refuses with `INVALID` a move of an alias that is none, or that each executor would look up anew. */
export function assertMove(move: AliasMove): void {
  assertChange(move)
  assertMovableAlias(move.alias)
  assertExpected(move.expect)
  if (move.target === null) return
  assertSelector(move.target)
  if (move.sent === undefined || move.target.kind === 'version') return
  throw new LadingError('INVALID', {
    detail: 'a move that may be sent again names its target by something else than its number',
    next: 'resolve it first, then send the number',
  })
}

/** Refuses with `INVALID` a question about lineage that has no direction or no depth. */
export function assertLineage({ direction, depth }: LineageOptions): void {
  if (!['up', 'down', 'both'].includes(direction)) {
    throw new LadingError('INVALID', { detail: `the direction is "${direction}"`, next: 'say up, down or both' })
  }
  if (Number.isSafeInteger(depth) && depth >= 0) return
  throw new LadingError('INVALID', { detail: `a depth of ${depth}`, next: 'give a whole number of steps, 0 or more' })
}
