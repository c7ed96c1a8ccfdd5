import { assertDigest } from '../../domain/digest.ts'
import type { AbandonClosing, DraftFacts, DraftKey, DraftPart, DraftRound, FinishClosing } from '../../domain/draft.ts'
import { descriptionRefusal, refusalError } from '../../domain/limits.ts'
import { assertAliases, assertExternalId, assertType } from '../../domain/names.ts'
import { assertArtifactKey, assertMetadata } from './metadata-checks.ts'
import {
  assertCount,
  assertDescription,
  assertOneOf,
  assertOperationId,
  assertPartId,
  assertRunOrNone,
  assertRoundNumber,
  assertRunRef,
  assertTime,
} from './value-checks.ts'

/** Refuses with `INVALID` a draft whose id or whose artifact is none. */
export function assertDraftKey<T extends DraftKey>(key: T): T {
  assertExternalId(key.id)
  return assertArtifactKey(key)
}

/** The same for a round: rounds count from 0. */
export function assertDraftRound(round: DraftRound): DraftRound {
  assertRoundNumber(round.round)
  return assertDraftKey(round)
}

/** Refuses with `INVALID` a part that could not be read again. */
export function assertPart(part: DraftPart): DraftPart {
  assertPartId(part.opId)
  assertTime(part.at)
  assertDigest(part.manifest)
  assertFacts(part)
  return { ...part, run: assertRunRef(part.run) }
}

/** The same for a finish; `latest` among its aliases is dropped. */
export function assertFinish(closing: FinishClosing): FinishClosing {
  assertOneOf('the closing', closing.kind, ['finish'])
  assertOperationId(closing.opId)
  assertCount('the base rev', closing.baseRev)
  assertTime(closing.at)
  assertFacts(closing)
  assertOneOf('onConflict', closing.onConflict, ['refuse', 'last'])
  return { ...closing, run: assertRunRef(closing.run), aliases: assertAliases(closing.aliases) }
}

/** The same for the end of a round without a version. */
export function assertAbandon(closing: AbandonClosing): AbandonClosing {
  assertOneOf('the closing', closing.kind, ['abandon'])
  assertOperationId(closing.opId)
  assertTime(closing.at)
  return { ...closing, run: assertRunOrNone(closing.run) }
}

function assertFacts(facts: DraftFacts): void {
  assertType(facts.type)
  assertMetadata(facts)
  assertDescription(facts.description)
  assertShort(facts.description)
}

/** A log would refuse a longer one, and a round that is closed with it could never become a version. */
function assertShort(description: string | null): void {
  const refusal = descriptionRefusal(description ?? '')
  if (refusal) throw refusalError(refusal)
}
