import type { Command, DeleteCommand, LogCommand, SetAliasCommand } from '../../src/domain/command.ts'
import { targetOf } from '../../src/domain/head.ts'
import type { Head, Move } from '../../src/domain/head.ts'
import type { VersionRecord } from '../../src/domain/version.ts'
import { isLive } from './invariants.ts'
import type { Violation } from './invariants.ts'
import type { StoredDocuments } from './stored-documents.ts'

/** One change of head: the documents before and after it, and the command whose executor sent it. */
export interface HeadTransition {
  readonly before: StoredDocuments
  readonly after: StoredDocuments
  readonly command: Command | null
}

/** What a change of head did, and where it is not what the sequential specification says. */
export interface JudgedTransition {
  /** The operation that took effect; null when head was created, or only recorded a refusal. */
  readonly applied: string | null
  readonly moves: readonly Move[]
  readonly violations: readonly Violation[]
}

type Aliases = Head['aliases']

/** Fields of head that a legal change determines. */
interface Expected {
  readonly aliases: Aliases
  readonly floor: number
  readonly latest: number | null
  readonly deleting: number | null
}

/** Judges one change of head by the sequential specification. */
export function transitionViolations({ before, after, command }: HeadTransition): JudgedTransition {
  const head = after.head!
  const old = before.head ?? { ...head, rev: -1, next: 0, floor: 0, aliases: {}, latest: null, deleting: null }
  const counted = head.next === old.next ? undefined : after.versions.get(old.next)
  const applied = counted ? counted.opId : appliedBy(head, before.head, command)
  const opId = applied ?? command?.opId ?? ''
  const judged = { old, head, after, before }
  const violations = [
    ...monotone(judged),
    ...(head.next === old.next ? byCommand(judged, applied === null ? null : command) : byCount(judged, counted)),
    ...(old.deleting !== null && isLive(old, before.versions.get(old.deleting))
      ? [{ invariant: 'I6', detail: `the mark of v${old.deleting} was dropped before its tombstone` }]
      : []),
  ]
  return { applied, moves: movesOf(old.aliases, head, opId), violations }
}

interface Judged {
  readonly old: Head
  readonly head: Head
  readonly before: StoredDocuments
  readonly after: StoredDocuments
}

function appliedBy(head: Head, old: Head | null, command: Command | null): string | null {
  if (old === null || command === null) return null
  const record = head.recent[0]
  const refusal = record?.opId === command.opId && typeof record.result === 'string' && record.result !== 'done'
  return refusal ? null : command.opId
}

function* monotone({ old, head, before }: Judged): Generator<Violation> {
  // A batch creates head and counts its first version at once.
  const steps = before.head === null ? [0, 1] : [old.rev + 1]
  if (!steps.includes(head.rev)) yield { invariant: 'I5', detail: `rev went from ${old.rev} to ${head.rev}` }
  if (head.next < old.next) yield { invariant: 'I5', detail: `next went back from ${old.next} to ${head.next}` }
  if (head.next > old.next + 1) yield { invariant: 'I4', detail: `next went from ${old.next} to ${head.next} at once` }
  if (head.floor < old.floor) yield { invariant: 'I5', detail: `floor went back from ${old.floor} to ${head.floor}` }
  if (head.type !== old.type) yield { invariant: 'I5', detail: `the type became ${head.type}` }
}

/** Counting a version: all that it brings, and nothing else. */
function* byCount({ old, head }: Judged, version: VersionRecord | undefined): Generator<Violation> {
  if (version === undefined) {
    yield { invariant: 'I1', detail: `head counts v${old.next}, which is not there` }
    return
  }
  const { n } = version
  const floor = version.supersede ? n : old.floor
  const kept = Object.entries(old.aliases).filter(([, target]) => target >= floor)
  const aliases = Object.fromEntries([...kept, ...version.aliases.map((alias) => [alias, n] as const)])
  yield* differences(head, { aliases, floor, latest: n, deleting: null }, { aliases: 'I4', latest: 'I6' })
  if (head.description !== (version.description ?? old.description))
    yield { invariant: 'I4', detail: 'wrong description' }
}

function* byCommand({ old, head, before }: Judged, command: Command | null): Generator<Violation> {
  const same = { aliases: old.aliases, floor: old.floor, latest: old.latest?.n ?? null, deleting: null }
  const names = { aliases: 'alias register', latest: 'I6' }
  if (before.head === null) return
  switch (command?.kind) {
    case 'log':
      yield* byHit({ old, head, before, after: before }, command)
      return
    case 'setAlias':
      yield* byMove(old, head, command)
      return
    case 'delete':
      yield* byDelete({ old, head, before, after: before }, command)
      return
    case 'deleteArtifact':
      yield* differences(head, { aliases: {}, floor: old.next, latest: null, deleting: null }, names)
      return
    default:
      yield* differences(head, same, names)
  }
}

/** A log of known content: its aliases move to a version that is live, and not its own. */
function* byHit({ old, head, before }: Judged, command: LogCommand): Generator<Violation> {
  const { aliases, digest, opId } = command
  const m = aliases[0] === undefined ? null : targetOf(head.aliases, aliases[0])
  const version = m === null ? undefined : before.versions.get(m)
  if (version !== undefined && version.opId === opId) {
    yield { invariant: 'I4', detail: `the aliases of v${m} moved outside the change that counts it` }
  }
  if (m !== null && (!isLive(old, version) || version?.digest !== digest || m === old.deleting)) {
    yield { invariant: 'I6', detail: `a log moved its aliases to v${m}, which is not its content or not live` }
  }
  const moved = { ...old.aliases, ...Object.fromEntries(aliases.map((alias) => [alias, m!])) }
  const latest = old.latest?.n ?? null
  yield* differences(
    head,
    { aliases: moved, floor: old.floor, latest, deleting: null },
    { aliases: 'I4', latest: 'I5' },
  )
}

function* byMove(old: Head, head: Head, { alias, n, expect }: SetAliasCommand): Generator<Violation> {
  const current = targetOf(old.aliases, alias)
  if (expect !== undefined && expect !== current) {
    yield {
      invariant: 'expect',
      detail: `${alias} was to move from ${expect ?? 'none'}, but was at ${current ?? 'none'}`,
    }
  }
  const others = Object.entries(old.aliases).filter(([name]) => name !== alias)
  const aliases = Object.fromEntries(n === null ? others : [...others, [alias, n] as const])
  const expected = { aliases, floor: old.floor, latest: old.latest?.n ?? null, deleting: null }
  yield* differences(head, expected, { aliases: 'alias register', latest: 'I6' })
}

function* byDelete({ old, head, before }: Judged, { n, withAliases }: DeleteCommand): Generator<Violation> {
  const pointed = Object.values(old.aliases).includes(n) || old.latest?.n === n
  if (pointed && !withAliases) yield { invariant: 'delete', detail: `v${n} was deleted with an alias at it` }
  const aliases = Object.fromEntries(Object.entries(old.aliases).filter(([, target]) => target !== n))
  let latest = old.latest?.n ?? null
  if (latest === n) {
    do latest = latest! - 1
    while (latest >= old.floor && !isLive(old, before.versions.get(latest)))
    if (latest < old.floor) latest = null
  }
  yield* differences(head, { aliases, floor: old.floor, latest, deleting: n }, { aliases: 'I6', latest: 'I6' })
}

function* differences(
  head: Head,
  expected: Expected,
  names: { aliases: string; latest: string },
): Generator<Violation> {
  if (showAliases(head.aliases) !== showAliases(expected.aliases)) {
    const detail = `aliases are ${showAliases(head.aliases)}, not ${showAliases(expected.aliases)}`
    yield { invariant: names.aliases, detail }
  }
  const latest = head.latest?.n ?? null
  if (latest !== expected.latest) {
    yield { invariant: names.latest, detail: `latest is ${latest ?? 'none'}, not ${expected.latest ?? 'none'}` }
  }
  if (head.floor !== expected.floor) yield { invariant: 'I4', detail: `floor is ${head.floor}, not ${expected.floor}` }
  if (head.deleting !== expected.deleting) {
    yield { invariant: 'I6', detail: `deleting is ${head.deleting ?? 'none'}, not ${expected.deleting ?? 'none'}` }
  }
}

function movesOf(before: Aliases, head: Head, opId: string): Move[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(head.aliases)])].sort()
  return names.flatMap((alias) => {
    const [from, to] = [targetOf(before, alias), targetOf(head.aliases, alias)]
    return from === to ? [] : [{ rev: head.rev, at: '', alias, from, to, opId, run: null }]
  })
}

function showAliases(aliases: Aliases): string {
  const shown = Object.entries(aliases).map(([alias, n]) => `${alias}=${n}`)
  return `{${shown.sort().join(' ')}}`
}
