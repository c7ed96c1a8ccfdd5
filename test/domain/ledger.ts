import type { Answer, Command, Refusal } from '../../src/domain/command.ts'
import { decide, loggedAs } from '../../src/domain/decide.ts'
import type { Decision, Need, View } from '../../src/domain/decide.ts'
import type { Digest } from '../../src/domain/digest.ts'
import { countVersion } from '../../src/domain/head.ts'
import type { Head, HeadChange, Move } from '../../src/domain/head.ts'
import { tombstoneOf } from '../../src/domain/version.ts'
import type { VersionRecord } from '../../src/domain/version.ts'

/** What a command came to. */
export type Told = { readonly answer: Answer } | { readonly refusal: Refusal }

/** One artifact in a list and a map: the smallest thing that can carry out what the rules decide. */
export class Ledger {
  head: Head | null = null
  readonly versions: VersionRecord[] = []
  readonly #index = new Map<Digest, number>()
  readonly #pages: Move[] = []

  /** All moves of aliases, oldest first. */
  get moves(): readonly Move[] {
    return [...this.#pages, ...(this.head?.moves ?? [])]
  }

  /** Carries out a command by a rule; `decide` unless another is given. */
  run(command: Command, rule: (view: View, command: Command) => Decision = decide): Told {
    let view = this.#begin(command, null)
    for (;;) {
      const decision = rule(view, command)
      if (decision.kind === 'need') view = this.#read(view, decision.need, command)
      else if (decision.kind === 'reread') view = this.#begin(command, decision.dead)
      else if (decision.kind === 'establish') {
        this.head = decision.head
        view = this.#begin(command, view.dead)
      } else return this.#carryOut(decision)
    }
  }

  #begin(command: Command, dead: number | null): View {
    const base = command.delivery === 'alone' ? null : command.baseRev
    return { head: undefined, base, settled: false, indexed: undefined, versions: new Map(), dead }
  }

  #read(view: View, need: Need, command: Command): View {
    switch (need.kind) {
      case 'head':
        return { ...view, head: this.head }
      case 'settled':
        return { ...view, settled: true }
      case 'digest':
        return { ...view, indexed: command.kind === 'log' ? (this.#index.get(command.digest) ?? null) : null }
      case 'version':
        return { ...view, versions: new Map([...view.versions, [need.n, this.versions[need.n] ?? null]]) }
    }
  }

  #carryOut(decision: Exclude<Decision, { kind: 'need' | 'reread' | 'establish' }>): Told {
    switch (decision.kind) {
      case 'create': {
        const { version } = decision
        this.#write(countVersion(this.head!, version))
        this.versions.push(version)
        this.#index.set(version.digest, version.n)
        return { answer: loggedAs(this.head!, { n: version.n, created: true, record: version }) }
      }
      case 'advance':
        this.#write(decision.change)
        this.#bury(decision.tombstone)
        return { answer: decision.answer }
      case 'answer':
        this.#bury(decision.tombstone)
        return { answer: decision.answer }
      case 'refuse':
        if (decision.record) this.#write(decision.record)
        return { refusal: decision.refusal }
    }
  }

  #write({ head, history }: HeadChange): void {
    if (history) this.#pages.push(...history)
    this.head = head
  }

  #bury(n: number | null): void {
    if (n !== null) this.versions[n] = tombstoneOf(this.versions[n]!)
  }
}
