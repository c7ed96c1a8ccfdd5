import type { Answer, Command, LogCommand } from '../domain/command.ts'
import { decide } from '../domain/decide.ts'
import { LadingError } from '../domain/errors.ts'
import { RECENT_MAX, targetOf } from '../domain/head.ts'
import type { Head, Move } from '../domain/head.ts'
import type { HistoryEvent, HistoryState } from '../domain/history.ts'
import { formatVersion } from '../domain/refs.ts'
import { decideReplay, divergence, isSameVersion } from '../domain/replay.ts'
import type { Origin, ReplayStep } from '../domain/replay.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from './call.ts'
import type { HistoryHost, ReplayWork } from './history-host.ts'

/**
 * One import of a history, event by event. Each is a command of its own, carried out by the same execution as those of
 * users under the rule of a replay: so it may be stopped anywhere, repeated, and run beside others.
 *
 * Costs what such a command costs; 2 requests for what is there already. Memory: the operation ids of alias moves.
 */
export class HistoryImport {
  readonly #host: HistoryHost
  readonly #key: ArtifactKey
  readonly #options: CallOptions
  #origin: Origin | null = null
  /** Operations whose moves are known to be there, and the rev up to which all are known. */
  readonly #applied = new Set<string>()
  #appliedTo = -1
  /** Versions that ended here and of which the history has not told it yet. */
  readonly #ended = new Set<number>()
  readonly #execution: (work: ReplayWork) => Promise<Answer>

  constructor(host: HistoryHost, key: ArtifactKey, options: CallOptions) {
    this.#host = host
    this.#key = key
    this.#options = options
    this.#execution = host.beginImport(key, options)
  }

  /** Carries out the next event. Rejects `CONFLICT` when it does not fit what is there. */
  async take(event: HistoryEvent): Promise<void> {
    switch (event.kind) {
      case 'artifact':
        this.#origin = event
        await this.#execute({ kind: 'deleteArtifact', ...this.#intent() }, event)
        return
      case 'version':
        return this.#takeVersion(event)
      case 'moves':
        return this.#takeMoves(event)
      case 'delete':
        await this.#execute({ kind: 'delete', ...this.#intent(), n: event.n, withAliases: true }, event)
        this.#ended.delete(event.n)
        return
      case 'floor':
        await this.#execute({ kind: 'deleteArtifact', ...this.#intent() }, event)
        return
      case 'metadata': {
        const { kind: _kind, n, ...edit } = event
        return this.#host.editMetadata({ ...this.#key, n }, edit, this.#options)
      }
      case 'state':
        return this.#takeState(event.state)
    }
  }

  async #takeVersion(event: Extract<HistoryEvent, { kind: 'version' }>): Promise<void> {
    const { version } = event
    const { n, record } = await this.#execute(logOf(version), event)
    if (n !== version.n || (record !== null && !isSameVersion(record, version))) {
      throw refused(`${formatVersion(version.n)} was logged here as ${n === null ? 'nothing' : formatVersion(n)}`)
    }
    if (record?.deleted) this.#ended.add(n)
  }

  async #takeMoves(event: Extract<HistoryEvent, { kind: 'moves' }>): Promise<void> {
    const { opId, at, run, alias, to: n } = event.moves[0]!
    const head = await this.#readHead()
    await this.#learnApplied(head)
    if (this.#applied.has(opId)) return
    const intent = { opId, at, run, baseRev: head.rev, delivery: 'resent' } as const
    await this.#execute({ kind: 'setAlias', ...intent, alias, n, expect: undefined }, event)
    this.#applied.add(opId)
  }

  /** Which moves are there: the whole list once, then what head remembers, which has no gap while it reaches back. */
  async #learnApplied(head: Head): Promise<void> {
    if (this.#appliedTo < 0 || head.rev - this.#appliedTo > RECENT_MAX) {
      const moves: readonly Move[] = await this.#host.moves(this.#key, this.#options)
      for (const { opId } of moves) this.#applied.add(opId)
    }
    for (const { opId, rev } of head.recent) if (rev > this.#appliedTo) this.#applied.add(opId)
    this.#appliedTo = head.rev
  }

  async #takeState({ next, floor, aliases, description, moveCount }: HistoryState): Promise<void> {
    const head = await this.#readHead()
    if (head.next !== next) throw refused(`there are ${head.next} versions here and ${next} in the history`)
    if (head.floor !== floor) throw refused(`${formatVersion(head.floor)} is the first live version here`)
    const [ended] = this.#ended
    if (ended !== undefined) throw refused(`${formatVersion(ended)} was deleted here`)
    for (const alias of [...Object.keys(head.aliases), ...Object.keys(aliases)]) {
      if (targetOf(head.aliases, alias) !== targetOf(aliases, alias)) throw refused(`alias ${alias} was moved here`)
    }
    const moves = (await this.#host.moves(this.#key, this.#options)).length
    if (moves !== moveCount) throw refused(`aliases were moved ${moves} times here and ${moveCount} in the history`)
    if (head.description === description) return
    if (description === null) throw refused('the artifact was described here')
    await this.#execute({ kind: 'describe', ...this.#intent(), description }, null)
  }

  async #readHead(): Promise<Head> {
    const head = await this.#host.head(this.#key, this.#options)
    if (head === null) throw toldNoArtifact()
    return head
  }

  /** Without a step the command is decided as a user's. */
  async #execute(command: Command, step: ReplayStep | null): Promise<Answer> {
    const origin = this.#origin
    if (origin === null) throw toldNoArtifact()
    const rule: ReplayWork['rule'] =
      step === null ? decide : (view, under) => decideReplay(view, under, { origin, step })
    return this.#execution({ command, rule, origin })
  }

  #intent(): Pick<Command, 'opId' | 'at' | 'run' | 'baseRev' | 'delivery'> {
    const { clock, ids } = this.#host
    return { opId: ids.next(), at: clock.now(), run: null, baseRev: 0, delivery: 'alone' }
  }
}

/** The log that made a version. Its number decides where it goes, so that it needs no other proof of being done once. */
function logOf({ n: _n, deleted: _deleted, createdAt: at, ...content }: VersionRecord): LogCommand {
  return { kind: 'log', ...content, at, baseRev: 0, delivery: 'alone' }
}

function refused(detail: string): LadingError {
  const { code, ...told } = divergence(detail)
  return new LadingError(code, told)
}

function toldNoArtifact(): LadingError {
  return new LadingError('INVALID', {
    detail: 'the history tells no artifact first',
    next: 'import it from its beginning',
  })
}
