import type { Answer, Command, LoggedAnswer, DeleteCommand, LogCommand, Refusal, SetAliasCommand } from './command.ts'
import { advanceHead, aliasesOf, countVersion, initialHead, recordedResult, targetOf, windowReaches } from './head.ts'
import type { Head, HeadChange, HeadUpdate, RecordedResult } from './head.ts'
import { limitRefusal, refusalOf } from './limits.ts'
import type { VersionRecord } from './version.ts'
import { formatVersion } from './refs.ts'
import { typeConflict } from './type-conflict.ts'

/**
 * What the decider has seen so far. Everything in it was read after `head`; a new head starts a new view.
 */
export interface View {
  /** undefined: not read yet; null: there is none. */
  readonly head: Head | null | undefined
  /** The rev up to which this command is known not to be applied; null when it cannot have been. */
  readonly base: number | null
  /** Whether `versions/<head.next>` was seen absent: head is rolled forward. */
  readonly settled: boolean
  /** What the digest index says of the command's content: undefined: not read; null: nothing. */
  readonly indexed: number | null | undefined
  /** Versions read so far; null where there is none. */
  readonly versions: ReadonlyMap<number, VersionRecord | null>
  /** A version that was seen deleted under an earlier head. */
  readonly dead: number | null
}

/** Something that must be read before the rule can decide. */
export type Need =
  | { readonly kind: 'head' }
  | { readonly kind: 'settled' }
  | { readonly kind: 'digest' }
  | { readonly kind: 'version'; readonly n: number }

/** What a command means under a view. */
export type Decision =
  | { readonly kind: 'need'; readonly need: Need }
  /** The view is older than what it led to: read head again. `dead` is to be remembered. */
  | { readonly kind: 'reread'; readonly dead: number | null }
  /** Create the first head, then read it, whatever the answer. */
  | { readonly kind: 'establish'; readonly head: Head }
  /** Create this version: the commit. */
  | { readonly kind: 'create'; readonly version: VersionRecord }
  /** Swap head; then put the tombstone, if any; then answer. */
  | {
      readonly kind: 'advance'
      readonly change: HeadChange
      readonly tombstone: number | null
      readonly answer: Answer
    }
  /** Nothing to write but a tombstone that may still be missing. */
  | { readonly kind: 'answer'; readonly answer: Answer; readonly tombstone: number | null }
  /** Refused; with `record`, only after head has recorded it. */
  | { readonly kind: 'refuse'; readonly refusal: Refusal; readonly record: HeadChange | null }

const DONE: Answer = { n: null, created: false, aliases: [], record: null }

/**
 * The one place where a log, an alias move and a deletion are decided, for every store.
 *
 * Pure: no clock, no randomness, no I/O. The store answers needs in the order in which they are asked and makes the
 * decision durable, or starts again with a new head when it lost a race.
 */
export function decide(view: View, command: Command): Decision {
  if (view.head === undefined) return need({ kind: 'head' })
  if (view.head === null) return decideWithoutHead(command)
  const recalled = recall(view.head, view, command)
  if (recalled) return recalled
  switch (command.kind) {
    case 'log':
      return decideLog(view.head, view, command)
    case 'setAlias':
      return decideSetAlias(view.head, view, command)
    case 'delete':
      return decideDelete(view.head, view, command)
    case 'deleteArtifact':
      return decideUpdate(view.head, view, command, { floor: view.head.next, aliases: {}, latest: null })
    case 'describe':
      return decideUpdate(view.head, view, command, { description: command.description })
  }
}

/** What head alone says of a command: another type, a recorded answer, or a window that no longer reaches back. */
export function recall(head: Head, view: View, command: Command): Decision | null {
  if (command.kind === 'log' && command.type !== head.type) return refuse(otherType(head, command))
  const recorded = recordedResult(head, command.opId)
  if (recorded !== undefined) return answerRecorded(head, recorded, { view, command })
  if (view.base !== null && !windowReaches(head, view.base)) return refuse(WINDOW_PASSED)
  return null
}

function decideWithoutHead(command: Command): Decision {
  if (command.kind === 'log') return { kind: 'establish', head: initialHead(command.type, command.at) }
  return refuse(refusalOf('NOT_FOUND', 'the artifact has never been logged', 'list the artifacts of the project'))
}

/** What a log that made or found version `n` tells, as head stands. */
export function loggedAs(
  head: Head,
  { n, created, record = null }: { n: number; created: boolean; record?: VersionRecord | null },
): LoggedAnswer {
  return { n, created, aliases: aliasesOf(head, n), record }
}

function answerRecorded(
  head: Head,
  recorded: RecordedResult,
  { view, command }: { view: View; command: Command },
): Decision {
  if (typeof recorded === 'number') {
    const record = view.versions.get(recorded)
    if (record === undefined) return need({ kind: 'version', n: recorded })
    return answer(loggedAs(head, { n: recorded, created: record?.opId === command.opId, record }))
  }
  if (recorded === 'done') return answer(DONE, command.kind === 'delete' ? command.n : null)
  return refuse(refusalOf(recorded, 'an earlier send of this command was refused', 'look at the artifact, then decide'))
}

function decideLog(head: Head, view: View, command: LogCommand): Decision {
  if (command.supersede) return create(head, command)
  const { latest } = head
  if (latest !== null && latest.digest === command.digest) {
    return view.settled ? decideHit(head, command, latest) : need({ kind: 'settled' })
  }
  if (view.indexed === undefined) return need({ kind: 'digest' })
  const m = view.indexed
  if (m === null || m < head.floor || m === view.dead) return create(head, command)
  if (m >= head.next) return { kind: 'reread', dead: null }
  if (!view.settled) return need({ kind: 'settled' })
  const found = view.versions.get(m)
  if (found === undefined) return need({ kind: 'version', n: m })
  if (found === null) return refuse(missingVersion(m))
  if (!found.deleted) return decideHit(head, command, { n: m, opId: found.opId, record: found })
  if (found.opId === command.opId) return answer(loggedAs(head, { n: m, created: true, record: found }))
  // Another executor may have hit m while it lived, and the head that we hold may be older than that.
  return { kind: 'reread', dead: m }
}

/** The content is live as version `n`: only aliases and the description can be left to change. */
function decideHit(
  head: Head,
  command: LogCommand,
  { n, opId, record = null }: { n: number; opId: string; record?: VersionRecord | null },
): Decision {
  const describes = command.description !== null && command.description !== head.description
  const found = loggedAs(head, { n, created: opId === command.opId, record })
  if (found.created || (command.aliases.length === 0 && !describes)) return answer(found)
  const inPlace = !describes && command.aliases.every((alias) => targetOf(head.aliases, alias) === n)
  if (inPlace && command.delivery === 'alone') return answer(found)
  const aliases = { ...head.aliases, ...Object.fromEntries(command.aliases.map((alias) => [alias, n])) }
  return advance(head, command, { aliases, description: command.description ?? head.description }, { found })
}

function decideSetAlias(head: Head, view: View, command: SetAliasCommand): Decision {
  if (!view.settled) return need({ kind: 'settled' })
  const missing = command.n === null ? null : checkTarget(head, view, command.n)
  if (missing) return missing.kind === 'refuse' ? refuseCommand(head, command, missing.refusal) : missing
  const current = targetOf(head.aliases, command.alias)
  if (command.expect !== undefined && command.expect !== current) {
    return refuseCommand(head, command, expectConflict(command, current))
  }
  if (current === command.n && command.delivery === 'alone') return answer(DONE)
  return advance(head, command, { aliases: moveAlias(head.aliases, command.alias, command.n) }, {})
}

/** Asks for the target of an alias, or refuses one that is not live. */
function checkTarget(head: Head, view: View, n: number): Decision | null {
  if (n >= head.next) return refuse(versionNotFound(n, 'does not exist'))
  if (n < head.floor) return refuse(versionNotFound(n, 'was superseded'))
  const record = view.versions.get(n)
  if (record === undefined) return need({ kind: 'version', n })
  if (record === null) return refuse(missingVersion(n))
  return record.deleted ? refuse(versionNotFound(n, 'was deleted')) : null
}

function decideDelete(head: Head, view: View, command: DeleteCommand): Decision {
  const { n } = command
  if (!view.settled) return need({ kind: 'settled' })
  if (n >= head.next) return refuseCommand(head, command, versionNotFound(n, 'does not exist'))
  if (n < head.floor) return answer(DONE)
  const record = view.versions.get(n)
  if (record === undefined) return need({ kind: 'version', n })
  if (record === null) return refuse(missingVersion(n))
  if (record.deleted) return answer(DONE, n)
  const pointing = Object.keys(head.aliases).filter((alias) => head.aliases[alias] === n)
  if (head.latest?.n === n) pointing.push('latest')
  if (pointing.length > 0 && !command.withAliases) return refuseCommand(head, command, stillAliased(n, pointing))
  const fallback = head.latest?.n === n ? fallbackLatest(head, view, n) : { latest: head.latest }
  if ('kind' in fallback) return fallback
  const aliases = Object.fromEntries(Object.entries(head.aliases).filter(([, target]) => target !== n))
  return advance(head, command, { aliases, latest: fallback.latest, deleting: n }, { tombstone: n })
}

/** The newest live version below `n`, read downwards one by one. */
function fallbackLatest(head: Head, view: View, n: number): { latest: Head['latest'] } | Decision {
  for (let k = n - 1; k >= head.floor; k--) {
    const record = view.versions.get(k)
    if (record === undefined) return need({ kind: 'version', n: k })
    if (record === null) return refuse(missingVersion(k))
    if (!record.deleted) return { latest: { n: k, digest: record.digest, opId: record.opId } }
  }
  return { latest: null }
}

function decideUpdate(head: Head, view: View, command: Command, update: HeadUpdate): Decision {
  return view.settled ? advance(head, command, update, {}) : need({ kind: 'settled' })
}

function create(head: Head, command: LogCommand): Decision {
  const { kind: _kind, baseRev: _baseRev, delivery: _delivery, at, ...content } = command
  const version: VersionRecord = { ...content, n: head.next, createdAt: at, deleted: false }
  const refusal = limitRefusal(countVersion(head, version).head, command)
  return refusal ? refuseLimit(command, refusal) : { kind: 'create', version }
}

function advance(
  head: Head,
  command: Command,
  update: HeadUpdate,
  { tombstone = null, found = null }: { tombstone?: number | null; found?: LoggedAnswer | null },
): Decision {
  const change = advanceHead(head, { ...command, result: found?.n ?? 'done' }, update)
  const refusal = limitRefusal(change.head, command)
  if (refusal) return command.kind === 'log' ? refuseLimit(command, refusal) : refuseCommand(head, command, refusal)
  const moved = found === null ? DONE : { ...found, aliases: aliasesOf(change.head, found.n) }
  return { kind: 'advance', change, tombstone, answer: moved }
}

/**
 * A log that would pass a limit. Another executor of it may already be past the point where a record in head could
 * stop it, so that a later send cannot call it refused.
 */
function refuseLimit(command: LogCommand, refusal: Refusal): Decision {
  if (command.delivery !== 'resent') return refuse(refusal)
  return refuse(refusalOf('UNKNOWN_OUTCOME', refusal.detail, 'look at the artifact, then decide anew'))
}

/** A refusal that no later executor of the same command may turn into a success. */
function refuseCommand(head: Head, command: Command, refusal: Refusal): Decision {
  if (command.delivery !== 'resent') return refuse(refusal)
  return { kind: 'refuse', refusal, record: advanceHead(head, { ...command, result: refusal.code }, {}) }
}

function moveAlias(aliases: Head['aliases'], alias: string, n: number | null): Head['aliases'] {
  const others = Object.entries(aliases).filter(([name]) => name !== alias)
  return Object.fromEntries(n === null ? others : [...others, [alias, n]])
}

const need = (what: Need): Decision => ({ kind: 'need', need: what })
const refuse = (refusal: Refusal) => ({ kind: 'refuse', refusal, record: null }) as const
const answer = (value: Answer, tombstone: number | null = null): Decision => ({
  kind: 'answer',
  answer: value,
  tombstone,
})

const WINDOW_PASSED = refusalOf(
  'UNKNOWN_OUTCOME',
  'so many other changes came since this command was first sent that its outcome can no longer be read back',
  'look at the artifact, then decide anew',
)

function otherType(head: Head, command: LogCommand): Refusal {
  const next = command.draft === null ? 'log it with its own type' : 'abandon the draft, upsert it with that type'
  return refusalOf('CONFLICT', typeConflict(head.type, command.type), `${next}, or under another name`)
}

function versionNotFound(n: number, why: string): Refusal {
  return refusalOf('NOT_FOUND', `${formatVersion(n)} ${why}`, 'list the versions, then choose one')
}

function missingVersion(n: number): Refusal {
  const detail = `head counts ${formatVersion(n)}, whose record is missing`
  return refusalOf('CORRUPT', detail, 'restore it from a backup of the store')
}

function expectConflict(command: SetAliasCommand, current: number | null): Refusal {
  const name = (n: number | null | undefined) => (typeof n === 'number' ? formatVersion(n) : 'no such alias')
  const detail = `expected ${name(command.expect)}, found ${name(current)}`
  return refusalOf('CONFLICT', detail, 'resolve the alias again, then decide')
}

function stillAliased(n: number, pointing: readonly string[]): Refusal {
  const detail = `${formatVersion(n)} is still the target of ${pointing.join(', ')}`
  const isLatest = pointing.includes('latest')
  const next = isLatest
    ? 'delete with `aliases: true`: `latest` then falls back'
    : 'move these aliases first, or delete with `aliases: true`'
  return refusalOf('CONFLICT', detail, next)
}
