import type { Digest } from './digest.ts'
import type { Head, Move } from './head.ts'
import type { HistoryEvent } from './history.ts'
import type { VersionRecord } from './version.ts'

/** What is known of an artifact before its records are read. */
export interface HistoryFacts {
  readonly head: Head
  /** All moves up to `head`, oldest first. */
  readonly moves: readonly Move[]
  /** Of the versions up to `head.floor` that superseded others: operation id → number. */
  readonly supersedes: ReadonlyMap<string, number>
  /** Versions below this are not told. */
  readonly since: number
}

/**
 * Puts the facts of an artifact into an order in which each can be carried out. Pure.
 *
 * Nothing says when a version was made or ended among the alias moves. So each version comes as late as the moves allow,
 * which is never earlier than it came in truth; a deletion comes once nothing names its version any more.
 */
export interface HistoryOrder {
  /** The events up to and with this version. Records come by number, from 0 on, all below `head.next`. */
  next(record: VersionRecord): readonly HistoryEvent[]
  /** The events after the last version, but for `state`. */
  end(): readonly HistoryEvent[]
}

/** Moves of one operation. */
interface Group {
  readonly opId: string
  readonly moves: readonly Move[]
}

/** A version that was deleted. */
interface Deletion {
  readonly n: number
  readonly digest: Digest
}

/** Begins an order. Needs memory for the moves, and for the digests of versions below `head.floor`. */
export function createHistoryOrder(facts: HistoryFacts): HistoryOrder {
  const order = new Order(facts)
  return { next: (record) => order.next(record), end: () => order.end() }
}

class Order {
  readonly #facts: HistoryFacts
  readonly #groups: readonly Group[]
  /** The last group that names a version, by its index. */
  readonly #lastNamed: ReadonlyMap<number, number>
  readonly #held: ReadonlySet<number>
  /** How many groups were passed. */
  #passed = 0
  #floor = 0
  /** Deletions that still have to wait for a group, by its index. */
  readonly #waiting = new Map<number, Deletion[]>()
  #due: Deletion[] = []
  /** Contents that no deletion ended, of versions that a floor did. */
  readonly #contents = new Map<Digest, number>()

  constructor(facts: HistoryFacts) {
    const { head, moves } = facts
    this.#facts = facts
    this.#groups = groupMoves(moves)
    this.#lastNamed = lastNamed(this.#groups)
    // What head points at was live then, also if it was deleted since.
    this.#held = new Set([...Object.values(head.aliases), ...(head.latest ? [head.latest.n] : [])])
  }

  next(record: VersionRecord): readonly HistoryEvent[] {
    const { n, digest, supersede, opId } = record
    const events = [...this.#movesBefore(n), ...this.#raiseFloor(this.#floorBefore(record))]
    events.push(...this.#deletions((due) => due.digest === digest))
    if (n >= this.#facts.since) events.push({ kind: 'version', version: { ...record, deleted: false } })
    if (supersede) this.#floor = n
    if (this.#groups[this.#passed]?.opId === opId) this.#pass()
    this.#remember(record)
    // The newest waits: to delete it would make the importer look for the newest live one below, each time.
    events.push(...this.#deletions((due) => due.n !== n))
    return events
  }

  end(): readonly HistoryEvent[] {
    return [
      ...this.#movesBefore(this.#facts.head.next),
      ...this.#raiseFloor(this.#facts.head.floor),
      ...this.#deletions(() => true),
    ]
  }

  /** Moves that do not need version `n`. */
  *#movesBefore(n: number): Generator<HistoryEvent> {
    for (let group = this.#groups[this.#passed]; group && this.#needs(group) < n; group = this.#groups[this.#passed]) {
      yield { kind: 'moves', moves: group.moves }
      this.#pass()
    }
  }

  /** The newest version without which a group cannot be: the one that made it, or a target. */
  #needs({ opId, moves }: Group): number {
    return this.#facts.supersedes.get(opId) ?? Math.max(...moves.map(({ to }) => to ?? -1))
  }

  #pass(): void {
    this.#due.push(...(this.#waiting.get(this.#passed) ?? []))
    this.#waiting.delete(this.#passed)
    this.#passed++
  }

  /** The floor that must have been there when this version was made. */
  #floorBefore({ n, digest, supersede }: VersionRecord): number {
    const { floor } = this.#facts.head
    if (supersede) return this.#floor
    if (n === floor) return n
    // Equal content was not deleted and is a version again: a floor, later replaced by another, had ended it.
    return Math.max(this.#floor, (this.#contents.get(digest) ?? -1) + 1)
  }

  *#raiseFloor(floor: number): Generator<HistoryEvent> {
    if (floor <= this.#floor) return
    yield { kind: 'floor', floor }
    this.#floor = floor
  }

  #remember(record: VersionRecord): void {
    const { n, digest } = record
    const { head } = this.#facts
    if (head.deleting === n || (record.deleted && !this.#held.has(n))) this.#deleteAfter({ n, digest })
    else if (n < head.floor) this.#contents.set(digest, n)
  }

  #deleteAfter(deletion: Deletion): void {
    const group = this.#lastNamed.get(deletion.n)
    if (group === undefined || group < this.#passed) this.#due.push(deletion)
    else this.#waiting.set(group, [...(this.#waiting.get(group) ?? []), deletion])
  }

  /** Deletions that are due and wanted now, by number. */
  #deletions(wanted: (deletion: Deletion) => boolean): HistoryEvent[] {
    const now = this.#due.filter(wanted).sort((a, b) => a.n - b.n)
    this.#due = this.#due.filter((deletion) => !wanted(deletion))
    return now.map(({ n }) => ({ kind: 'delete', n }))
  }
}

function groupMoves(moves: readonly Move[]): readonly Group[] {
  const groups = new Map<number, Move[]>()
  for (const move of moves) {
    const group = groups.get(move.rev)
    if (group) group.push(move)
    else groups.set(move.rev, [move])
  }
  return [...groups.values()].map((group) => ({ opId: group[0]!.opId, moves: group }))
}

function lastNamed(groups: readonly Group[]): ReadonlyMap<number, number> {
  const last = new Map<number, number>()
  groups.forEach(({ moves }, index) => {
    for (const n of moves.flatMap(({ from, to }) => [from, to])) if (n !== null) last.set(n, index)
  })
  return last
}
