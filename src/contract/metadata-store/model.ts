import type { Command, DeleteCommand, LogCommand, SetAliasCommand } from '../../domain/command.ts'
import type { ErrorCode } from '../../domain/errors.ts'
import type { CommandAnswer } from './commands.ts'
import type { ArtifactState } from './context.ts'

/** What a command comes to: an answer, or the code of a refusal. */
export type Outcome = CommandAnswer | ErrorCode

interface ModelVersion {
  readonly digest: string
  readonly opId: string
  state: 'live' | 'deleted' | 'superseded'
}

/** What is remembered of an operation: a version, that it was done, or a refusal. */
type Memory = number | 'done' | ErrorCode

const DONE: CommandAnswer = { n: null, created: false, aliases: [] }

/**
 * What an artifact means, told one command after the other: no documents, no races, no crashes.
 *
 * Every sequence of commands that a store carries out one by one must have the outcomes that this has. It knows no
 * limits, and no window: sequences are shorter than that.
 */
export class ArtifactModel {
  /** Moves of aliases, oldest first: `<alias> <from> <to>`; those of one command by their names. */
  readonly moves: string[] = []
  readonly #versions: ModelVersion[] = []
  readonly #memory = new Map<string, Memory>()
  #aliases = new Map<string, number>()
  #type: string | null = null
  #description: string | null = null

  /** Carries out a command. */
  apply(command: Command): Outcome {
    if (this.#type === null) {
      if (command.kind !== 'log') return 'NOT_FOUND'
      this.#type = command.type
    }
    if (command.kind === 'log' && command.type !== this.#type) return 'CONFLICT'
    const memory = this.#memory.get(command.opId)
    return memory === undefined ? this.#decide(command) : this.#recall(memory, command)
  }

  /** What `stateOf` must answer; null when nothing was ever logged. */
  get state(): ArtifactState | null {
    if (this.#type === null) return null
    return {
      type: this.#type,
      description: this.#description,
      versions: this.#versions.map(({ digest, state }) => [digest, state]),
      latest: this.#latest(),
      aliases: [...this.#aliases].sort(([a], [b]) => (a < b ? -1 : 1)),
    }
  }

  #decide(command: Command): Outcome {
    switch (command.kind) {
      case 'log':
        return this.#log(command)
      case 'setAlias':
        return this.#setAlias(command)
      case 'delete':
        return this.#delete(command)
      case 'describe':
        this.#description = command.description
        return this.#done(command)
      case 'deleteArtifact':
        this.#endBelow(this.#versions.length)
        this.#moveAll(new Map())
        return this.#done(command)
    }
  }

  #recall(memory: Memory, { opId }: Command): Outcome {
    if (memory === 'done') return DONE
    return typeof memory === 'string' ? memory : this.#told(memory, this.#versions[memory]!.opId === opId)
  }

  #log(command: LogCommand): Outcome {
    const { digest, aliases, description, opId, supersede } = command
    const hit = this.#versions.findIndex((version) => version.digest === digest && version.state === 'live')
    const n = supersede || hit === -1 ? this.#versions.length : hit
    const created = n === this.#versions.length
    if (created) this.#versions.push({ digest, opId, state: 'live' })
    if (supersede) this.#endBelow(n)
    const describes = description !== null && description !== this.#description
    // Known content with nothing to change leaves no record; alone, neither does a change that is there already.
    const inPlace = !describes && aliases.every((alias) => this.#aliases.get(alias) === n)
    const unrecorded = !created && ((aliases.length === 0 && !describes) || (inPlace && command.delivery === 'alone'))
    if (!unrecorded) this.#memory.set(opId, n)
    const kept = [...this.#aliases].filter(([, target]) => this.#versions[target]!.state === 'live')
    this.#moveAll(new Map([...kept, ...aliases.map((alias) => [alias, n] as const)]))
    this.#description = description ?? this.#description
    return this.#told(n, created)
  }

  #setAlias(command: SetAliasCommand): Outcome {
    const { alias, n, expect, opId, delivery } = command
    if (n !== null && this.#versions[n]?.state !== 'live') return this.#refuse(command, 'NOT_FOUND')
    const current = this.#aliases.get(alias) ?? null
    if (expect !== undefined && expect !== current) return this.#refuse(command, 'CONFLICT')
    if (current !== n || delivery !== 'alone') this.#memory.set(opId, 'done')
    const moved = new Map(this.#aliases)
    if (n === null) moved.delete(alias)
    else moved.set(alias, n)
    this.#moveAll(moved)
    return DONE
  }

  #delete(command: DeleteCommand): Outcome {
    const { n, withAliases } = command
    const version = this.#versions[n]
    if (!version) return this.#refuse(command, 'NOT_FOUND')
    if (version.state !== 'live') return DONE
    const isNamed = this.#latest() === n || [...this.#aliases.values()].includes(n)
    if (isNamed && !withAliases) return this.#refuse(command, 'CONFLICT')
    version.state = 'deleted'
    this.#moveAll(new Map([...this.#aliases].filter(([, target]) => target !== n)))
    return this.#done(command)
  }

  #latest(): number | null {
    const n = this.#versions.findLastIndex(({ state }) => state === 'live')
    return n === -1 ? null : n
  }

  #endBelow(floor: number): void {
    for (const version of this.#versions.slice(0, floor)) if (version.state === 'live') version.state = 'superseded'
  }

  #moveAll(after: ReadonlyMap<string, number>): void {
    for (const alias of [...new Set([...this.#aliases.keys(), ...after.keys()])].sort()) {
      const [from, to] = [this.#aliases.get(alias) ?? null, after.get(alias) ?? null]
      if (from !== to) this.moves.push(`${alias} ${from} ${to}`)
    }
    this.#aliases = new Map(after)
  }

  #done({ opId }: Command): CommandAnswer {
    this.#memory.set(opId, 'done')
    return DONE
  }

  /** A refusal is remembered where another executor of the command may come. */
  #refuse({ opId, delivery }: Command, code: ErrorCode): ErrorCode {
    if (delivery === 'resent') this.#memory.set(opId, code)
    return code
  }

  #told(n: number, created: boolean): CommandAnswer {
    const aliases = [...this.#aliases].flatMap(([alias, target]) => (target === n ? [alias] : []))
    if (this.#latest() === n) aliases.push('latest')
    return { n, created, aliases: aliases.sort() }
  }
}
