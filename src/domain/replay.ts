import type { Command, Refusal } from './command.ts'
import { decide, loggedAs, recall } from './decide.ts'
import type { Decision, View } from './decide.ts'
import { advanceHead, initialHead, targetOf } from './head.ts'
import type { Head, HeadUpdate, Move } from './head.ts'
import type { HistoryEvent } from './history.ts'
import { refusalOf } from './limits.ts'
import { formatVersion } from './refs.ts'
import type { VersionRecord } from './version.ts'

/** Events that change the artifact itself: what a replay carries out one by one. */
export type ReplayStep = Extract<HistoryEvent, { kind: 'artifact' | 'version' | 'moves' | 'delete' | 'floor' }>

/** What the first head is made of. */
export type Origin = Extract<HistoryEvent, { kind: 'artifact' }>

/**
 * What one step of a replayed history means under a view, as `decide` says it of commands. `command` carries the
 * operation id, the time and the run of the step; a deletion is one with its aliases.
 *
 * A step that was carried out already is answered without a change. One that does not fit what is there is refused with
 * `CONFLICT`: nothing is renumbered, and no alias moves but from where the history says that it was. Limits are not
 * asked, as in a roll-forward. A refusal is not recorded: it speaks of the whole replay, and not of this operation.
 */
export function decideReplay(view: View, command: Command, { origin, step }: Replay): Decision {
  const { head } = view
  if (head === undefined) return need({ kind: 'head' })
  if (head === null) return { kind: 'establish', head: initialHead(origin.type, origin.createdAt) }
  if (head.type !== origin.type || head.createdAt !== origin.createdAt) return diverged(anotherArtifact(head))
  const recalled = recall(head, view, command)
  if (recalled) return recalled
  switch (step.kind) {
    case 'artifact':
      return DONE
    case 'version':
      return replayVersion(head, view, step.version)
    case 'moves':
      return view.settled ? replayMoves(head, view, { command, moves: step.moves }) : need({ kind: 'settled' })
    case 'delete':
      return view.settled ? replayDelete(head, view, { command, n: step.n }) : need({ kind: 'settled' })
    case 'floor':
      return view.settled ? replayFloor(head, { command, floor: step.floor }) : need({ kind: 'settled' })
  }
}

/** A step, and the artifact that it is a step of. */
export interface Replay {
  readonly origin: Origin
  readonly step: ReplayStep
}

/** Whether two records are one version: the same content, logged by the same operation. */
export function isSameVersion(a: VersionRecord, b: VersionRecord): boolean {
  return a.n === b.n && a.digest === b.digest && a.opId === b.opId
}

function replayVersion(head: Head, view: View, version: VersionRecord): Decision {
  const { n } = version
  if (n < head.next) {
    const found = view.versions.get(n)
    if (found === undefined) return need({ kind: 'version', n })
    if (found === null || !isSameVersion(found, version)) return diverged(`${formatVersion(n)} is another version`)
    return { kind: 'answer', answer: loggedAs(head, { n, created: false, record: found }), tombstone: null }
  }
  if (!view.settled) return need({ kind: 'settled' })
  if (n === head.next) return { kind: 'create', version }
  return diverged(`${formatVersion(n)} would be next, but ${formatVersion(head.next)} is not there`)
}

function replayMoves(
  head: Head,
  view: View,
  { command, moves }: { command: Command; moves: readonly Move[] },
): Decision {
  for (const { alias, from, to } of moves) {
    const current = targetOf(head.aliases, alias)
    if (current !== from) return diverged(`alias ${alias} is at ${nameOf(current)}, not at ${nameOf(from)}`)
    if (to === null) continue
    if (to >= head.next || to < head.floor) return diverged(`${formatVersion(to)} is not live`)
    const record = view.versions.get(to)
    if (record === undefined) return need({ kind: 'version', n: to })
    if (record === null || record.deleted) return diverged(`${formatVersion(to)} is not live`)
  }
  const moved = new Map(moves.map(({ alias, to }) => [alias, to]))
  const kept = Object.entries(head.aliases).filter(([alias]) => !moved.has(alias))
  const set = [...moved].flatMap(([alias, to]) => (to === null ? [] : [[alias, to] as const]))
  return advance(head, command, { aliases: Object.fromEntries([...kept, ...set]) })
}

/** Also below the floor, where `decide` has nothing left to do: that it was deleted stays on record. */
function replayDelete(head: Head, view: View, { command, n }: { command: Command; n: number }): Decision {
  if (n >= head.next) return diverged(`${formatVersion(n)} is not there`)
  const aliases = Object.keys(head.aliases).filter((alias) => head.aliases[alias] === n)
  if (aliases.length > 0) return diverged(`${formatVersion(n)} is the target of ${aliases.sort().join(', ')}`)
  if (n >= head.floor) return decide(view, command)
  const record = view.versions.get(n)
  if (record === undefined) return need({ kind: 'version', n })
  if (record === null || record.deleted) return DONE
  return advance(head, command, { deleting: n }, n)
}

function replayFloor(head: Head, { command, floor }: { command: Command; floor: number }): Decision {
  if (floor <= head.floor) return DONE
  if (floor > head.next) return diverged(`${formatVersion(floor - 1)} is not there`)
  const alias = Object.keys(head.aliases).find((name) => head.aliases[name]! < floor)
  if (alias !== undefined) return diverged(`alias ${alias} is at ${nameOf(targetOf(head.aliases, alias))}, which ended`)
  const latest = head.latest !== null && head.latest.n >= floor ? head.latest : null
  return advance(head, command, { floor, latest })
}

function advance(head: Head, command: Command, update: HeadUpdate, tombstone: number | null = null): Decision {
  const change = advanceHead(head, { ...command, result: 'done' }, update)
  return { kind: 'advance', change, tombstone, answer: NOTHING }
}

const NOTHING = { n: null, created: false, aliases: [], record: null } as const
const DONE: Decision = { kind: 'answer', answer: NOTHING, tombstone: null }

const need = (what: Extract<Decision, { kind: 'need' }>['need']): Decision => ({ kind: 'need', need: what })

function anotherArtifact({ type, createdAt }: Head): string {
  return `an artifact of this name and of type ${JSON.stringify(type)} was made here at ${createdAt}`
}

function nameOf(n: number | null): string {
  return n === null ? 'no version' : formatVersion(n)
}

function diverged(detail: string): Decision {
  return { kind: 'refuse', refusal: divergence(detail), record: null }
}

/** The refusal of a history that does not fit what is there. */
export function divergence(detail: string): Refusal {
  return refusalOf('CONFLICT', `the histories differ: ${detail}`, 'import into a store without this artifact')
}
