import type { Answer, Command, LogCommand } from '../../src/domain/command.ts'
import { targetOf } from '../../src/domain/head.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import type { Head, Move } from '../../src/domain/head.ts'
import { DraftLedger } from './draft-ledger.ts'
import type { DraftAnswer, DraftStep } from './draft-operations.ts'
import { transitionViolations } from './transitions.ts'
import { historyViolations, isLive, showMove, violationsOf } from './invariants.ts'
import type { Violation } from './invariants.ts'
import { contentOf } from './scenario.ts'
import type { StoredDocuments } from './stored-documents.ts'
import { logOfRound } from './stored-drafts.ts'

/** A command, or a read, while one executor carries it out: what an answer may rest on. */
export interface Running {
  readonly command: Command | null
  /** What it does to the draft; a finish then sends the log of the round. */
  readonly draft: DraftStep | null
  /** Whether other executors carry out the same command. */
  readonly shared: boolean
  /** Set when its first request is carried out; from then on it was under way. */
  since: Since | null
}

interface Since {
  /** Versions that were there. */
  readonly versions: number
  /** Head's rev. */
  readonly rev: number
  /** Versions of the command's content that were live at some moment. */
  readonly live: Set<number>
  /** Versions at which all aliases of the command pointed at some moment. */
  readonly inPlace: Set<number>
  /** Whether an alias move changed nothing at some moment. */
  held: boolean
  /** Rounds of the draft that had acknowledged parts. */
  readonly begun: ReadonlySet<number>
}

/** What the checker knows and the protocol never sees: who did what, and what was promised to whom. */
export class Ledger {
  #stored: StoredDocuments
  readonly #applied = new Map<string, number>()
  readonly #committed = new Map<string, number>()
  readonly #failed = new Set<string>()
  /** Versions that an acknowledgement named. */
  readonly #promised = new Map<number, string>()
  /** Alias → versions that were there before the newest acknowledged hand-move of it was asked for. */
  readonly #movedBefore = new Map<string, number>()
  readonly #moves: Move[]
  readonly #running = new Set<Running>()
  #drafts: DraftLedger
  /** Whether states are judged; on a way that was gone before they need not be. */
  judging = true

  constructor(stored: StoredDocuments) {
    this.#stored = stored
    this.#drafts = new DraftLedger(stored)
    this.#moves = [...[...stored.pages.values()].flat(), ...(stored.head?.moves ?? [])]
    for (const { opId, n } of stored.versions.values()) {
      this.#committed.set(opId, 1)
      if (n < (stored.head?.next ?? 0)) this.#applied.set(opId, 1)
    }
  }

  /** The same knowledge, apart from this one from now on; without the executors under way. */
  copy(): Ledger {
    const copy = new Ledger(this.#stored)
    copy.#moves.splice(0, copy.#moves.length, ...this.#moves)
    const maps = [this.#applied, this.#committed, this.#movedBefore] as const
    for (const [index, map] of [copy.#applied, copy.#committed, copy.#movedBefore].entries()) {
      map.clear()
      for (const [key, value] of maps[index]!) map.set(key, value)
    }
    for (const opId of this.#failed) copy.#failed.add(opId)
    copy.#drafts = this.#drafts.copy()
    for (const [n, opId] of this.#promised) copy.#promised.set(n, opId)
    return copy
  }

  get head(): Head | null {
    return this.#stored.head
  }

  /** What was promised about the draft. */
  get drafts(): DraftLedger {
    return this.#drafts
  }

  /** Everything that later checks depend on, as text: equal for states that cannot be told apart any more. */
  get fingerprint(): string {
    const running = [...this.#running].map(({ command, since }) => {
      return `${command?.opId}:${since && [since.versions, since.rev, ...since.live, '/', ...since.inPlace, since.held].join()}`
    })
    const counts = [this.#applied, this.#committed, this.#movedBefore, this.#promised].map((map) =>
      [...map].sort().join(),
    )
    return [...running, ...counts, [...this.#failed].sort().join(), this.#drafts.fingerprint].join(';')
  }

  /** Which operations took effect, as text. */
  get effects(): string {
    return [...this.#applied.keys()].sort().join()
  }

  /** The first request of a command is about to be carried out. */
  begin(running: Running): void {
    const { head, versions } = this.#stored
    running.since = {
      versions: versions.size,
      rev: head?.rev ?? -1,
      live: new Set(),
      inPlace: new Set(),
      held: false,
      begun: this.#drafts.begun,
    }
    this.#running.add(running)
    this.#observe(running)
  }

  /** Something landed, sent by an executor. */
  landed(stored: StoredDocuments, { command: sent, draft }: Running): Violation[] {
    const before = this.#stored
    const command = draft?.operation.kind === 'finish' ? logOfRound(stored.drafts.get(draft.round!)) : sent
    this.#stored = stored
    const violations = [...this.#versionChanges(before, stored)]
    if (stored.head !== before.head && stored.head !== null) violations.push(...this.#headChange(before, command))
    const ofDrafts = this.#drafts.landed(stored)
    if (this.judging) violations.push(...violationsOf(stored), ...historyViolations(stored, this.#moves), ...ofDrafts)
    for (const running of this.#running) this.#observe(running)
    return violations
  }

  /** An executor answered its client. */
  acknowledged(running: Running, answer: Answer): Violation[] {
    this.#running.delete(running)
    const { command } = running
    return command === null ? [] : [...this.#owed(command, running, answer)]
  }

  /** A client was told that its command did not happen. */
  refused(running: Running): Violation[] {
    this.#running.delete(running)
    const opId = running.command?.opId
    if (opId === undefined) return []
    this.#failed.add(opId)
    return this.#tookEffect(opId) ? [{ invariant: 'I7', detail: `#${opId} was refused, though it took effect` }] : []
  }

  /** An executor answered what was done to the draft. */
  drafted(running: Running, answer: DraftAnswer): Violation[] {
    this.#running.delete(running)
    return this.#drafts.acknowledged(running.draft!, answer)
  }

  /** A client was told that what it wanted of the draft is refused. */
  undrafted(running: Running, code: ErrorCode): Violation[] {
    this.#running.delete(running)
    return this.#drafts.refused(running.draft!, code, running.since!.begun)
  }

  /** An executor ended without a promise. */
  gaveUp(running: Running): void {
    this.#running.delete(running)
  }

  /** A reader was told the alias history. */
  told(running: Running, moves: readonly Move[]): Violation[] {
    this.#running.delete(running)
    const told = new Set(moves.map(showMove))
    const missed = this.#moves.find((move) => move.rev <= running.since!.rev && !told.has(showMove(move)))
    return missed ? [{ invariant: 'history', detail: `a reader missed ${showMove(missed)}` }] : []
  }

  /** After a fresh writer alone: no version without its effect. */
  leftBehind(): Violation[] {
    const { head, versions } = this.#stored
    const left = [...versions.values()].find(({ opId }) => !this.#applied.has(opId))
    if (left) return [{ invariant: 'recovery', detail: `v${left.n} never took effect` }]
    if (head && head.deleting !== null) return [{ invariant: 'recovery', detail: 'a deletion was left half done' }]
    return head && head.next !== versions.size ? [{ invariant: 'recovery', detail: 'a version is not counted' }] : []
  }

  #tookEffect(opId: string): boolean {
    return (this.#applied.get(opId) ?? 0) > 0 || (this.#committed.get(opId) ?? 0) > 0
  }

  *#versionChanges(before: StoredDocuments, after: StoredDocuments): Generator<Violation> {
    for (const [n, version] of before.versions) {
      const now = after.versions.get(n)
      if (now === version) continue
      const same = now !== undefined && JSON.stringify({ ...now, deleted: version.deleted }) === JSON.stringify(version)
      if (same && (now.deleted || !version.deleted)) continue
      yield { invariant: 'I2', detail: `v${n} was changed` }
      if (this.#promised.has(n)) yield { invariant: 'durability', detail: `v${n} was acknowledged and is gone` }
    }
    for (const [n, version] of after.versions) {
      if (!before.versions.has(n)) yield* this.#created(version.opId, n)
    }
  }

  *#created(opId: string, n: number): Generator<Violation> {
    const count = (this.#committed.get(opId) ?? 0) + 1
    this.#committed.set(opId, count)
    if (count > 1) yield { invariant: 'I7', detail: `#${opId} made a second version, v${n}` }
    if (this.#failed.has(opId)) yield { invariant: 'I7', detail: `#${opId} was refused and made v${n} later` }
  }

  *#headChange(before: StoredDocuments, command: Command | null): Generator<Violation> {
    const change = { before, after: this.#stored, command }
    const { applied, moves, violations } = transitionViolations(change)
    yield* violations
    this.#moves.push(...moves)
    if (applied === null) return
    const count = (this.#applied.get(applied) ?? 0) + 1
    this.#applied.set(applied, count)
    if (count > 1) yield { invariant: 'I7', detail: `#${applied} moved aliases a second time` }
    if (this.#failed.has(applied)) yield { invariant: 'I7', detail: `#${applied} was refused and took effect later` }
    const counted = this.#stored.versions.get(before.head?.next ?? 0)
    if (counted?.opId !== applied) return
    for (const { alias } of moves) {
      if (counted.n >= (this.#movedBefore.get(alias) ?? 0)) continue
      yield { invariant: 'alias register', detail: `v${counted.n} took ${alias} back from a later acknowledged move` }
    }
  }

  /** What an acknowledgement owes its client. */
  *#owed(command: Command, running: Running, answer: Answer): Generator<Violation> {
    const { opId } = command
    const applied = this.#applied.has(opId)
    switch (command.kind) {
      case 'log':
        yield* this.#owedLog(command, running, answer)
        return
      case 'setAlias':
        if (!applied && !running.since!.held)
          yield { invariant: 'I7', detail: `#${opId} was acknowledged, but moved nothing` }
        // To leave what is there already is to have moved it.
        if (!applied) this.#applied.set(opId, 1)
        this.#remember([command.alias], running)
        return
      case 'delete': {
        const { head, versions } = this.#stored
        if (head && isLive(head, versions.get(command.n))) {
          yield { invariant: 'delete', detail: `v${command.n} was deleted and is live` }
        }
        return
      }
      default:
        if (!applied) yield { invariant: 'I7', detail: `#${opId} was acknowledged without effect` }
    }
  }

  *#owedLog(command: LogCommand, running: Running, { n, created }: Answer): Generator<Violation> {
    const { head, versions } = this.#stored
    const { opId, digest, aliases } = command
    const version = n === null ? undefined : versions.get(n)
    if (n === null || version === undefined || version.digest !== digest) {
      yield { invariant: 'durability', detail: `#${opId} was answered v${n}, which is not ${contentOf(digest)}` }
      return
    }
    this.#promised.set(n, opId)
    if ((head?.next ?? 0) <= n)
      yield { invariant: 'read your own log', detail: `v${n} was acknowledged before head counts it` }
    if (head && head.type !== command.type) yield { invariant: 'I5', detail: `#${opId} logged another type` }
    const mine = version.opId === opId
    if (created !== mine)
      yield { invariant: 'I7', detail: `#${opId} was told that it ${created ? 'made' : 'found'} v${n}` }
    if (mine) return
    if (command.supersede) yield { invariant: 'I3', detail: `supersede #${opId} was answered with the older v${n}` }
    const { live, inPlace } = running.since!
    if (!live.has(n) && !this.#tookEffect(opId)) {
      const ended = head !== null && n < head.floor
      yield {
        invariant: ended ? 'I3' : 'delete',
        detail: `#${opId} was answered v${n}, which was not live at any moment of the call`,
      }
    }
    if (aliases.length > 0 && !this.#applied.has(opId) && !inPlace.has(n)) {
      yield { invariant: 'I7', detail: `#${opId} was acknowledged, but moved no alias` }
    }
    if (aliases.length > 0 && !this.#applied.has(opId)) this.#applied.set(opId, 1)
    this.#remember(aliases, running)
  }

  /** What two executors do has no order among themselves, so that nothing is promised about it. */
  #remember(aliases: readonly string[], { shared, since }: Running): void {
    if (shared) return
    for (const alias of aliases) {
      this.#movedBefore.set(alias, Math.max(this.#movedBefore.get(alias) ?? 0, since!.versions))
    }
  }

  #observe({ command, since }: Running): void {
    const { head, versions } = this.#stored
    if (head === null || command === null || since === null) return
    if (command.kind === 'log') {
      for (const version of versions.values()) {
        if (version.digest !== command.digest || version.n === head.deleting || !isLive(head, version)) continue
        since.live.add(version.n)
        if (command.aliases.every((alias) => targetOf(head.aliases, alias) === version.n)) since.inPlace.add(version.n)
      }
    } else if (command.kind === 'setAlias') {
      const current = targetOf(head.aliases, command.alias)
      const expected = command.expect === undefined || command.expect === current
      if (current === command.n && expected) since.held = true
    }
  }
}
