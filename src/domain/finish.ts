import { compareCodePoints } from './canonical-json.ts'
import type { LogCommand, Refusal } from './command.ts'
import { mergeParts, producersOf, sharedDescription, sharedMetadata } from './draft.ts'
import type {
  DraftChoice,
  DraftClosing,
  DraftPart,
  DraftResult,
  FinishClosing,
  Merged,
  OnConflict,
  ReadPart,
} from './draft.ts'
import { refusalOf } from './limits.ts'
import { fileCount, manifestDigest, manifestSize } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { typeConflict } from './type-conflict.ts'
import type { RunRef } from './version.ts'

/** What has been read of a round so far, each in the order in which it was asked for. undefined: not read yet. */
export interface DraftView {
  /** null: none yet. The others likewise. */
  readonly result: DraftResult | null | undefined
  readonly closing: DraftClosing | null | undefined
  /** The operation ids of the parts that count, sorted. */
  readonly closed: readonly string[] | null | undefined
  readonly choice: DraftChoice | null | undefined
  /** The parts that were there when they were listed. */
  readonly listed: DraftListing | undefined
  /** Parts read so far, by operation id. */
  readonly parts: ReadonlyMap<string, ReadPart>
  /** The type that the artifact's head has; null: it has no head. */
  readonly type: string | null | undefined
  /** What the log of the union answered: its version, or that its outcome can no longer be read back. */
  readonly logged: number | 'unknown' | undefined
  /** The version that the union's digest names, where it was made by the closing's operation; else null. */
  readonly indexed: number | null | undefined
}

/** One look at the parts of a round. */
export interface DraftListing {
  /** Their operation ids. */
  readonly opIds: readonly string[]
  /** Whether `closing` was seen before: only such a look says which parts count. */
  readonly when: 'beforeClosing' | 'afterClosing'
}

/** Something that must be read before the rule can decide. */
export type DraftNeed =
  | { readonly kind: 'result' | 'closing' | 'closed' | 'choice' | 'listed' | 'type' }
  /** Read these parts and their manifests. One that is not there is `CORRUPT`. */
  | { readonly kind: 'parts'; readonly opIds: readonly string[] }
  /** Read what the index has of this content, and record who made it. */
  | { readonly kind: 'indexed'; readonly log: UnionLog }

/** A log of the union. */
export interface UnionLog {
  /** `opId: null`: under a fresh operation id, alone, as no executor of the closing can be told apart any more. */
  readonly command: Omit<LogCommand, 'opId' | 'draft'> & { readonly opId: string | null }
  readonly union: Manifest
  /** The runs of the parts and of the finish, each once. */
  readonly producers: readonly RunRef[]
}

/** What finishing or abandoning means under a view. After each creation the key is read, whatever was answered. */
export type DraftDecision =
  | { readonly kind: 'need'; readonly need: DraftNeed }
  /** Create `closing` if absent. */
  | { readonly kind: 'close'; readonly closing: DraftClosing }
  /** Create `closed` if absent. */
  | { readonly kind: 'seal'; readonly closed: readonly string[] }
  /** Create `choice` if absent. */
  | { readonly kind: 'choose'; readonly choice: DraftChoice }
  /** Read the collection state, then `result` once more; with neither in the way, commit the log. */
  | { readonly kind: 'log'; readonly log: UnionLog }
  /** Create `result` if absent. */
  | { readonly kind: 'conclude'; readonly result: DraftResult }
  | { readonly kind: 'answer'; readonly result: DraftResult }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }

/**
 * The one place where the finish or the end of a round of a draft is decided, for every store. Pure.
 *
 * Any number of executors may run it, and go on where another stopped.
 */
export function decideFinish(view: DraftView, command: DraftClosing): DraftDecision {
  const { result, closing } = view
  if (result === undefined) return need({ kind: 'result' })
  if (result !== null) return concluded(result, command)
  if (!closing) return decideOpen(view, command)
  const standing = command.kind === 'abandon' && closing.kind === 'finish' ? decideStanding(view, closing) : null
  if (standing) return standing
  const unsealed = decideClosed(view)
  if (unsealed) return unsealed
  if (closing.kind === 'abandon' || command.kind === 'abandon') {
    return conclude({ kind: 'abandoned' })
  }
  return decideUnion(view, { closing, onConflict: command.onConflict })
}

/**
 * A finish has closed a round that is to be abandoned: it stands (the decision), unless it can never be logged (null).
 * That is certain where the artifact has got another type meanwhile, as types never change.
 */
function decideStanding({ type }: DraftView, closing: FinishClosing): DraftDecision | null {
  if (type === undefined) return need({ kind: 'type' })
  return type === null || type === closing.type ? refuse(BEING_FINISHED) : null
}

/** Why a part cannot be of this artifact, whose type is `type`, or that of a part that is there; null: it can. */
export function typeRefusal(part: DraftPart, type: string | null): Refusal | null {
  if (type === null || type === part.type) return null
  return refusalOf('CONFLICT', typeConflict(type, part.type), 'upsert it with that type, or under another name')
}

/**
 * What an upsert means whose part is there: acknowledged (null), something to read or to create first, or refused with
 * `ALREADY_FINISHED`. `closing` must have been read after the part was created. An abandonment is completed first: who gave
 * it up may have stopped, and only its result opens the next round.
 */
export function decideUpsert(view: DraftView, opId: string): DraftDecision | null {
  if (view.closing === undefined) return need({ kind: 'closing' })
  if (view.closing === null) return null
  const unsealed = decideClosed(view)
  if (unsealed) return unsealed
  if (view.closing.kind === 'abandon') return view.result ? refuse(TOO_LATE) : conclude({ kind: 'abandoned' })
  return view.closed?.includes(opId) ? null : refuse(TOO_LATE)
}

/** Anyone completes a closing: the parts that were there after it count. */
function decideClosed({ closed, listed }: DraftView): DraftDecision | null {
  if (closed === undefined) return need({ kind: 'closed' })
  if (closed !== null) return null
  if (listed?.when !== 'afterClosing') return need({ kind: 'listed' })
  return { kind: 'seal', closed: listed.opIds.toSorted(compareCodePoints) }
}

/** The end of a round that nobody is known to have closed. */
function decideOpen(view: DraftView, command: DraftClosing): DraftDecision {
  if (view.listed === undefined) return need({ kind: 'listed' })
  if (view.listed.opIds.length === 0) return view.closing === undefined ? need({ kind: 'closing' }) : refuse(NO_PARTS)
  if (command.kind === 'abandon') return { kind: 'close', closing: command }
  const parts = partsOf(view, view.listed.opIds)
  if ('need' in parts) return parts
  const refusal = refusalOfOpen(parts, command)
  if (!refusal) return { kind: 'close', closing: command }
  // Another finisher may have closed it since and have chosen otherwise: then its intent is the one to carry out.
  return view.closing === undefined ? need({ kind: 'closing' }) : refuse(refusal)
}

/** These parts, or the need to read those that were not. */
function partsOf(
  { parts }: DraftView,
  opIds: readonly string[],
): readonly ReadPart[] | Extract<DraftDecision, { kind: 'need' }> {
  const unread = opIds.filter((opId) => !parts.has(opId))
  if (unread.length > 0) return { kind: 'need', need: { kind: 'parts', opIds: unread } }
  return opIds.map((opId) => parts.get(opId)!)
}

function refusalOfOpen(parts: readonly ReadPart[], { type, onConflict }: FinishClosing): Refusal | null {
  const other = parts.map(({ part }) => part).find((part) => part.type !== type)
  if (other) {
    const detail = `run ${other.run.id} gave a part of type ${JSON.stringify(other.type)}, not ${JSON.stringify(type)}`
    return refusalOf('CONFLICT', detail, 'finish with the type of the parts, or abandon the draft')
  }
  const merged = mergeParts(parts, onConflict)
  return merged.kind === 'conflict' ? partsDiffer(merged) : null
}

function decideUnion(
  view: DraftView,
  { closing, onConflict }: { closing: FinishClosing; onConflict: OnConflict },
): DraftDecision {
  const parts = partsOf(view, view.closed ?? [])
  if ('need' in parts) return parts
  const merged = mergeParts(parts, closing.onConflict)
  if (merged.kind === 'union') return decideLog(view, { closing, parts, union: merged.manifest })
  if (view.choice === undefined) return need({ kind: 'choice' })
  if (view.choice === null) return decideChoice(merged, onConflict)
  const chosen = mergeParts(parts, view.choice.onConflict)
  if (chosen.kind === 'conflict') throw new Error('a merge in which the last part wins has a conflict')
  return decideLog(view, { closing, parts, union: chosen.manifest })
}

/** A part that came between the finisher's look and its closing disagrees: the next who says how decides for all. */
function decideChoice(merged: Extract<Merged, { kind: 'conflict' }>, onConflict: OnConflict): DraftDecision {
  return onConflict === 'last' ? { kind: 'choose', choice: { onConflict } } : refuse(partsDiffer(merged))
}

interface Union {
  readonly closing: FinishClosing
  readonly parts: readonly ReadPart[]
  readonly union: Manifest
}

function decideLog({ logged, indexed }: DraftView, union: Union): DraftDecision {
  if (logged === undefined) return { kind: 'log', log: logOf(union) }
  if (logged !== 'unknown') {
    // Only a log without the closing's operation is sent once the index was asked.
    const aliases = indexed === undefined ? 'moved' : 'unknown'
    return conclude({ kind: 'finished', n: logged, aliases })
  }
  if (indexed === undefined) return need({ kind: 'indexed', log: logOf(union) })
  if (indexed !== null) return conclude({ kind: 'finished', n: indexed, aliases: 'moved' })
  const log = logOf(union)
  return { kind: 'log', log: { ...log, command: { ...log.command, opId: null, delivery: 'alone', aliases: [] } } }
}

/** The same log for every executor: nothing in it depends on who sends it. */
function logOf({ closing, parts, union }: Union): UnionLog {
  const { kind: _kind, onConflict: _onConflict, ...intent } = closing
  const told = parts.map(({ part }) => part)
  const given = closing.metadata === null && closing.metadataDigest === null ? sharedMetadata(told) : null
  return {
    command: {
      ...intent,
      ...given,
      kind: 'log',
      delivery: 'resent',
      digest: manifestDigest(union),
      supersede: false,
      derivedFrom: null,
      sizeBytes: manifestSize(union),
      fileCount: fileCount(union),
      description: closing.description ?? sharedDescription(told),
    },
    union,
    producers: producersOf([...told.map(({ run }) => run), closing.run]),
  }
}

function concluded(result: DraftResult, command: DraftClosing): DraftDecision {
  if (result.kind === 'abandoned' && command.kind === 'finish') return refuse(ABANDONED)
  if (result.kind === 'finished' && command.kind === 'abandon') return refuse(FINISHED)
  return { kind: 'answer', result }
}

function partsDiffer({ path, runs }: Extract<Merged, { kind: 'conflict' }>): Refusal {
  const names = runs.map(({ id }) => id).join(', ')
  const detail = `runs ${names} gave different content for ${JSON.stringify(path)}`
  return refusalOf('CONFLICT', detail, 'let one run send it again, or finish with `onConflict: "last"`')
}

const need = (what: DraftNeed): DraftDecision => ({ kind: 'need', need: what })
const refuse = (refusal: Refusal): DraftDecision => ({ kind: 'refuse', refusal })
const conclude = (result: DraftResult): DraftDecision => ({ kind: 'conclude', result })

const NO_PARTS = refusalOf('NOT_FOUND', 'no run has given this draft a part', 'upsert one first')
const ABANDONED = refusalOf('CONFLICT', 'the draft was abandoned', 'upsert the files again: that opens the next round')
const FINISHED = refusalOf('CONFLICT', 'the draft was finished', 'delete the version that was made of it')
const BEING_FINISHED = refusalOf('CONFLICT', 'the draft is being finished', 'finish it, then delete the version')
const TOO_LATE = refusalOf(
  'ALREADY_FINISHED',
  'the round was closed before this part arrived',
  'upsert it again: that opens the next round',
)
