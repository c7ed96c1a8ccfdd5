import type { ErrorCode } from '../../src/domain/errors.ts'
import { headKey } from '../../src/protocol/keys.ts'
import type { Build } from './build.ts'
import { isDraftOperation } from './draft-operations.ts'
import type { DraftStep } from './draft-operations.ts'
import type { Violation } from './invariants.ts'
import { Ledger } from './ledger.ts'
import type { Running } from './ledger.ts'
import { createProcess, execute } from './process.ts'
import type { Process, Result } from './process.ts'
import { hashOf } from './random.ts'
import { ARTIFACT, commandOf, showOperation } from './scenario.ts'
import type { Scenario, Step } from './scenario.ts'
import { FAULT_WORDS, showHead, showResult } from './show.ts'
import type { Outcome, Request } from './simulated-store.ts'
import type { Storage, Write } from './storage.ts'
import { readStored } from './stored-documents.ts'

/** Something that may happen next. */
export type Choice =
  | { readonly kind: 'settle'; readonly process: number; readonly request: Request; readonly outcome: Outcome }
  /** A late write lands. */
  | { readonly kind: 'land'; readonly process: number; readonly late: Late }
  /** A pause is over. */
  | { readonly kind: 'resume'; readonly process: number }
  /** The process is never scheduled again; what it has under way is lost or, if `late`, lands at any later moment. */
  | { readonly kind: 'crash'; readonly process: number; readonly late: boolean }

/** A write that was answered "unknown" and may land yet. */
interface Late {
  readonly process: number
  readonly label: string
  readonly write: Write
  readonly running: Running
  /** Tells apart what was sent. */
  readonly id: string
}

/** How a simulation goes about what does not concern the schedule. */
export interface SimulationOptions {
  readonly build: Build
  /** Keeps a readable line for each step. */
  readonly traced: boolean
  /** Whether pauses end when the schedule says so, or at once. */
  readonly pauses: boolean
}

const READ_HEAD = `get ${headKey(ARTIFACT)}`

/** Faults of a conditional write; of another, `refused` is none. */
const FAULTS: readonly Outcome[] = ['unanswered', 'refused', 'late']

const PART = /^p\/p\/a\/x\/drafts\/.*\/parts\/./
const OUT_EDGE = /^p\/p\/a\/x\/links\/\d+\/out\//

/** Requests after which nothing but a livelock can be the reason. */
const STEPS_MAX = 4_000

/** Writers over one simulated store, driven one request at a time. */
export class Simulation {
  readonly trace: string[] = []
  readonly violations: Violation[] = []
  readonly #scenario: Scenario
  readonly #options: SimulationOptions
  readonly #storage: Storage
  readonly #processes: Process[]
  readonly #ledger: Ledger
  readonly #startRev: number
  #late: Late[] = []
  #faults: number
  #crashes: number
  /** Commands that no further executor gets. */
  readonly #withdrawn = new Set<string>()
  /** The rounds of operations on the draft that have several executors. */
  readonly #rounds = new Map<string, number>()
  #steps = 0
  #faulty = false

  /** `storage` is the start state; it is changed. */
  constructor(scenario: Scenario, storage: Storage, options: SimulationOptions, ledger?: Ledger) {
    this.#scenario = scenario
    this.#options = options
    this.#storage = storage
    this.#ledger = ledger ?? new Ledger(readStored(storage))
    this.#startRev = this.#ledger.head?.rev ?? 0
    this.#faults = scenario.faults
    this.#crashes = scenario.crashes
    this.#processes = scenario.writers.map((_, index) => createProcess({ scenario, storage, ...options }, index))
  }

  get ledger(): Ledger {
    return this.#ledger
  }

  get storage(): Storage {
    return this.#storage
  }

  /** Equal for states from which the same can happen. */
  get fingerprint(): string {
    const processes = this.#processes.map(
      ({ position, history, crashed }) => `${position}.${history}${crashed ? 'x' : ''}`,
    )
    const late = this.#late.map(({ id }) => id).sort()
    return [
      this.#storage.fingerprint,
      ...processes,
      ...late,
      ...this.#withdrawn,
      ...this.#rounds.values(),
      this.#faults,
      this.#ledger.fingerprint,
    ].join('|')
  }

  /** Starts every process and runs each to its first request. */
  async start(): Promise<void> {
    for (const process of this.#processes) this.#launch(process)
    await this.#settled()
  }

  /** Everything that may happen next; empty at the end. */
  choices(): Choice[] {
    const choices: Choice[] = []
    const first = this.#options.pauses ? undefined : this.#processes.find(({ requests }) => requests.some(isApart))
    for (const { index, requests, pauses } of first ? [first] : this.#processes.filter(({ crashed }) => !crashed)) {
      if (pauses.length > 0) choices.push({ kind: 'resume', process: index })
      for (const request of first ? requests.filter(isApart).slice(0, 1) : requests) {
        for (const outcome of this.#outcomes(request))
          choices.push({ kind: 'settle', process: index, request, outcome })
      }
    }
    for (const late of first ? [] : this.#late) {
      if (this.#storage.holds(late.write)) choices.push({ kind: 'land', process: late.process, late })
    }
    return choices
  }

  /** What a crash could be now; empty when there may be none. */
  crashes(): Choice[] {
    if (this.#crashes === 0) return []
    return this.#processes
      .filter(({ crashed, requests }) => !crashed && requests.length > 0)
      .flatMap(({ index }) => [true, false].map((late) => ({ kind: 'crash', process: index, late }) as const))
  }

  /** Lets one thing happen, and all that follows from it without a request. */
  async perform(choice: Choice): Promise<void> {
    this.#steps++
    const process = this.#processes[choice.process]!
    if (choice.kind === 'settle') this.#settle(process, choice.request, choice.outcome)
    else if (choice.kind === 'land') this.#land(choice.late)
    else if (choice.kind === 'crash') this.#crash(process, choice.late)
    else this.#resume(process)
    await this.#settled()
    if (this.#steps > STEPS_MAX)
      this.#violated([{ invariant: 'progress', detail: `not done after ${STEPS_MAX} steps` }])
  }

  /** Nothing is left to choose: whoever is not done cannot go on. */
  finish(): void {
    const stuck = this.#processes.find(({ position, steps, crashed }) => !crashed && position < steps.length)
    if (stuck) this.#violated([{ invariant: 'progress', detail: `W${stuck.index + 1} cannot go on` }])
  }

  #outcomes({ write, outcomes }: Request): readonly Outcome[] {
    if (write === null || this.#faults === 0) return outcomes
    const holds = this.#storage.holds(write)
    const refusable = write.kind !== 'put' && write.kind !== 'delete'
    const faults = FAULTS.filter((fault) => fault === 'late' || (holds && (fault !== 'refused' || refusable)))
    return [...outcomes, ...faults, ...(this.#options.pauses ? (['unavailable'] as const) : [])]
  }

  #settle(process: Process, request: Request, outcome: Outcome): void {
    const running = process.running!
    if (running.since === null) this.#ledger.begin(running)
    process.requests = process.requests.filter((other) => other !== request)
    if (FAULTS.includes(outcome) || outcome === 'unavailable') {
      this.#faults--
      this.#faulty = true
    }
    const { label, write } = request
    const id = `${process.history} ${label}`
    if (outcome === 'late') this.#late.push({ process: process.index, label, write: write!, running, id })
    const before = this.#storage.fingerprint
    const answer = request.settle(outcome)
    process.history = hashOf(`${process.history} ${label} ${answer}`)
    this.#say(process, () => `${label}: ${FAULT_WORDS[outcome] ?? this.#told(request, answer)}`)
    if (before !== this.#storage.fingerprint) this.#landed(running)
    else this.#forgetDeadWrites()
  }

  #told({ key, write }: Request, answer: string): string {
    if (write !== null || !key.includes('/heads/')) return answer
    return answer === 'null' ? 'absent' : `${answer} ${showHead(this.#ledger.head)}`
  }

  #land(late: Late): void {
    this.#late = this.#late.filter((other) => other !== late)
    this.#storage.land(late.write)
    this.#say(null, () => `the late write of W${late.process + 1} lands: ${late.label}`)
    this.#landed(late.running)
  }

  #crash(process: Process, late: boolean): void {
    this.#crashes--
    this.#faulty = true
    process.crashed = true
    const running = process.running!
    if (running.since) this.#ledger.gaveUp(running)
    for (const { write, label } of late ? process.requests : []) {
      if (write) this.#late.push({ process: process.index, label, write, running, id: `${process.history} ${label}` })
    }
    process.requests = []
    this.#say(process, () => `crashes${late ? ', with its request under way' : ''}`)
  }

  #resume(process: Process): void {
    process.pauses.shift()!()
  }

  #landed(running: Running): void {
    const stored = readStored(this.#storage)
    this.#violated(this.#ledger.landed(stored, running))
    this.#forgetDeadWrites()
    if (this.#options.traced) this.trace.push(`        ${showHead(this.#ledger.head)}`)
  }

  /** What cannot land now never can: keys stay, and no content of a register comes back. Mutants break that. */
  #forgetDeadWrites(): void {
    if (!this.#options.pauses) this.#late = this.#late.filter(({ write }) => this.#storage.holds(write))
  }

  /** An execution that reads head starts anew: then only its fields tell what it remembers. */
  #forgetHistory(process: Process): void {
    const { requests, execution } = process
    const [request] = requests
    // What a finisher knows of its round is not in the execution of its log.
    if (process.running?.draft) return
    if (execution === null || requests.length !== 1 || request!.label !== READ_HEAD || process.anew === request) return
    const fields = Object.entries(execution).filter(([name]) => name !== '_parts')
    process.history = hashOf(JSON.stringify(fields, (_name, value) => (value instanceof Map ? [...value] : value)))
    process.anew = request!
  }

  /** Promises that were settled run on until each process waits for its next request, or is done. */
  async #settled(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const done = this.#processes.filter(({ result, crashed }) => result !== null && !crashed)
      for (const process of done) this.#end(process)
      if (done.length > 0) continue
      for (const process of this.#processes) this.#forgetHistory(process)
      return
    }
  }

  #end(process: Process): void {
    const [result, running] = [process.result!, process.running!]
    process.result = null
    // A command that ended without a request that matters began and ended here.
    if (running.since === null) this.#ledger.begin(running)
    this.#say(process, () => `=> ${showResult(result)}`)
    if ('answer' in result) this.#violated(this.#ledger.acknowledged(running, result.answer))
    else if ('moves' in result) this.#violated(this.#ledger.told(running, result.moves))
    else if ('draft' in result) this.#violated(this.#ledger.drafted(running, result.draft))
    else this.#failed(process, running, result.error)
    this.#next(process)
  }

  #failed(process: Process, running: Running, error: unknown): void {
    const step = process.steps[process.position]!
    const code = this.#codeOf(error)
    const overloaded = code === 'UNKNOWN_OUTCOME' || code === 'UNAVAILABLE'
    if (code === null) this.#violated([{ invariant: 'assertion', detail: String(error) }])
    else if (overloaded && !this.#mayGiveUp()) {
      this.#violated([{ invariant: 'progress', detail: `#${step.id} ended with ${code} without need` }])
    }
    if (code === null || code === 'UNKNOWN_OUTCOME' || (running.shared && code === 'UNAVAILABLE')) {
      this.#ledger.gaveUp(running)
    } else if (running.draft !== null) this.#violated(overloaded ? [] : this.#ledger.undrafted(running, code))
    else if (step.delivery === 'first' && !this.#withdraw(step)) {
      // The client sent it again, so that it no longer listens to this one.
      this.#ledger.gaveUp(running)
    } else this.#violated(this.#ledger.refused(running))
  }

  /** A client that has its refusal does not send the command again. Whether it could be kept from it. */
  #withdraw(step: Step): boolean {
    const others = this.#processes.filter(({ steps }) =>
      steps.some(({ id, delivery }) => id === step.id && delivery !== 'first'),
    )
    const sent = others.some(({ position, steps, running }) => {
      const at = steps.findIndex(({ id }) => id === step.id)
      return position > at || (position === at && running?.since !== null)
    })
    if (sent) return false
    this.#withdrawn.add(step.id)
    for (const other of others.filter(({ position, steps }) => steps[position]?.id === step.id)) this.#next(other)
    return true
  }

  #mayGiveUp(): boolean {
    return this.#faulty || this.#scenario.recent < 16
  }

  #codeOf(error: unknown): ErrorCode | null {
    return error instanceof this.#options.build.LadingError ? error.code : null
  }

  #next(process: Process): void {
    process.position++
    process.requests = []
    process.pauses = []
    if (!this.#scenario.everyRequest) process.history = 0
    this.#launch(process)
  }

  #launch(process: Process): void {
    const step = process.steps[process.position]
    process.running = null
    process.execution = null
    if (step === undefined) return
    if (this.#withdrawn.has(step.id)) {
      this.#next(process)
      return
    }
    const sends = this.#scenario.writers.flat().filter(({ id }) => id === step.id).length
    const baseRev = sends > 1 ? this.#startRev : (this.#ledger.head?.rev ?? 0)
    const command = commandOf(step, baseRev)
    const draft = isDraftOperation(step.operation)
      ? this.#draftStep(step, { operation: step.operation, baseRev })
      : null
    const running: Running = { command, draft, shared: sends > 1, since: null }
    process.running = running
    const report = (result: Result) => {
      if (process.running === running) process.result = result
    }
    execute(process, step, running).then(report, (error: unknown) => report({ error }))
  }

  /** Whoever sends an operation a second time was told the round that its client asked for before the first time. */
  #draftStep({ id }: Step, { operation, baseRev }: Pick<DraftStep, 'operation' | 'baseRev'>): DraftStep {
    const sends = this.#scenario.writers.flat().filter((step) => step.id === id).length
    if (sends > 1 && !this.#rounds.has(id)) this.#rounds.set(id, this.#ledger.drafts.openRound())
    return { opId: id, operation, baseRev, round: this.#rounds.get(id) ?? null }
  }

  #violated(violations: readonly Violation[]): void {
    for (const violation of violations) {
      this.violations.push(violation)
      if (this.#options.traced) this.trace.push(`!!! ${violation.invariant}: ${violation.detail}`)
    }
  }

  #say(process: Process | null, text: () => string): void {
    if (!this.#options.traced) return
    const step = process?.steps[process.position]
    const who = step ? `W${process!.index + 1} ${showOperation(step.operation)} #${step.id}` : 'store'
    this.trace.push(`${who}: ${text()}`)
  }
}

/**
 * The edge of a run is read by no writer, at neither end, and what is put under its key is the same whoever puts it; a
 * part that was listed never changes. What others do meanwhile can as well be done after it, and so can what the same
 * process does at once. A search need not try both.
 */
function isApart({ key, write }: Request): boolean {
  return write === null ? PART.test(key) : key.startsWith('p/p/run/') || OUT_EDGE.test(key)
}
