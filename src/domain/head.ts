import type { Digest } from './digest.ts'
import type { ErrorCode } from './errors.ts'
import type { RunRef, VersionRecord } from './version.ts'

/** How many applied operations a head remembers (K of the commit protocol). */
export const RECENT_MAX = 128

/** A head that holds this many alias moves writes them to a history page before it takes new ones. */
export const MOVES_MAX = 32

/** The newest live version that head counts. */
export interface Latest {
  readonly n: number
  readonly digest: Digest
  readonly opId: string
}

/** What an applied operation answered: a version, nothing to tell, or the error it was refused with. */
export type RecordedResult = number | 'done' | ErrorCode

/** One applied operation in head's window. */
export interface Applied {
  readonly opId: string
  /** The head rev that applied it. */
  readonly rev: number
  readonly result: RecordedResult
}

/** One move of one alias. `from` and `to` are versions, or null where the alias did not exist. */
export interface Move {
  readonly rev: number
  /** The clock of the client that asked for the move, ISO 8601 in UTC. */
  readonly at: string
  readonly alias: string
  readonly from: number | null
  readonly to: number | null
  readonly opId: string
  readonly run: RunRef | null
}

/** The one mutable document of an artifact: a checkpoint of its redo log. Every change is one compare-and-swap. */
export interface Head {
  /** Grows by one with each write, so that no body ever occurs twice. */
  readonly rev: number
  readonly type: string
  /** Versions below this are counted: their index documents exist and their aliases are applied. */
  readonly next: number
  /** Versions below this were ended by a supersede or by deleting the artifact. */
  readonly floor: number
  readonly aliases: Readonly<Record<string, number>>
  readonly latest: Latest | null
  /** A version whose tombstone may still be missing. */
  readonly deleting: number | null
  /** Newest first, without holes back to its oldest rev. */
  readonly recent: readonly Applied[]
  /** Oldest first; earlier moves are in history pages. */
  readonly moves: readonly Move[]
  readonly description: string | null
  readonly createdAt: string
}

/** The next head, and the moves that must be in a history page before it may be written. */
export interface HeadChange {
  readonly head: Head
  /** All moves of the head that it replaces, or null when they stay in head. The page is named by their first rev. */
  readonly history: readonly Move[] | null
}

/** Who changes a head, when, and what is remembered of it. */
export interface HeadOperation {
  readonly opId: string
  readonly result: RecordedResult
  readonly at: string
  readonly run: RunRef | null
}

/** Fields of a head that a change sets. */
export type HeadUpdate = Partial<Pick<Head, 'next' | 'floor' | 'aliases' | 'latest' | 'deleting' | 'description'>>

/** The head of an artifact without versions. */
export function initialHead(type: string, at: string): Head {
  return {
    rev: 0,
    type,
    next: 0,
    floor: 0,
    aliases: {},
    latest: null,
    deleting: null,
    recent: [],
    moves: [],
    description: null,
    createdAt: at,
  }
}

/** The head after a change: rev, window and alias moves follow from the two; a pending delete mark is dropped. */
export function advanceHead(head: Head, change: HeadOperation, update: HeadUpdate): HeadChange {
  const rev = head.rev + 1
  const moves = movesBetween(head.aliases, update.aliases ?? head.aliases, change, rev)
  const flush = moves.length > 0 && head.moves.length >= MOVES_MAX
  return {
    head: {
      ...head,
      deleting: null,
      ...update,
      rev,
      recent: [{ opId: change.opId, rev, result: change.result }, ...head.recent].slice(0, RECENT_MAX),
      moves: flush ? moves : [...head.moves, ...moves],
    },
    history: flush ? head.moves : null,
  }
}

/** The head that counts `version`: its aliases, floor and description take effect in this one change. */
export function countVersion(head: Head, version: VersionRecord): HeadChange {
  const { n, opId, digest } = version
  const floor = version.supersede ? n : head.floor
  const kept = Object.entries(head.aliases).filter(([, target]) => target >= floor)
  const change = { opId, result: n, at: version.createdAt, run: version.run }
  return advanceHead(head, change, {
    next: n + 1,
    floor,
    aliases: Object.fromEntries([...kept, ...version.aliases.map((alias) => [alias, n] as const)]),
    latest: { n, digest, opId },
    description: version.description ?? head.description,
  })
}

/** What head remembers of an operation, or undefined when it was not applied within the window. */
export function recordedResult(head: Head, opId: string): RecordedResult | undefined {
  return head.recent.find((applied) => applied.opId === opId)?.result
}

/** Whether the window proves that nothing applied after `base` is missing from it. */
export function windowReaches(head: Head, base: number): boolean {
  const oldest = head.recent[RECENT_MAX - 1]
  return oldest === undefined || oldest.rev <= base + 1
}

function movesBetween(
  before: Head['aliases'],
  after: Head['aliases'],
  { at, opId, run }: HeadOperation,
  rev: number,
): readonly Move[] {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (alias) => targetOf(before, alias) !== targetOf(after, alias),
  )
  return changed.sort().map((alias) => {
    return { rev, at, alias, from: targetOf(before, alias), to: targetOf(after, alias), opId, run }
  })
}

/** Aliases that point at a version, `latest` included, sorted. */
export function aliasesOf(head: Pick<Head, 'aliases' | 'latest'>, n: number): readonly string[] {
  const aliases = Object.keys(head.aliases).filter((alias) => head.aliases[alias] === n)
  if (head.latest?.n === n) aliases.push('latest')
  return aliases.sort()
}

/** The version an alias points at, or null. */
export function targetOf(aliases: Head['aliases'], alias: string): number | null {
  return Object.hasOwn(aliases, alias) ? (aliases[alias] ?? null) : null
}
