import { setImmediate as nextTurn } from 'node:timers/promises'
import { LadingError } from '../../domain/errors.ts'
import type { ListOptions, ListPage } from '../../ports/object-store.ts'
import type { Random } from '../random.ts'
import type { LateWrites } from './late-writes.ts'
import type { FaultKind, FaultOperation, FaultPlan } from './plan.ts'

/** Turns of the event loop by which a request or its answer is late, at most. */
const TURNS_MAX = 12

/** Entries of a partial page, at most: few, so that listings have several pages. */
const PARTIAL_MAX = 3

/** What a gate works with. */
export interface GateParts {
  readonly plan: FaultPlan
  readonly random: Random
  readonly late: LateWrites
  readonly adapter: string
}

interface Called {
  readonly operation: FaultOperation
  readonly key: string
}

/** A write as it can be sent: once, twice or later. */
export interface FaultyWrite<T> extends Called {
  /** Sends it. `again`: as a copy that its caller can no longer stop. */
  readonly send: (copy: 'only' | 'again') => Promise<T>
  /** Makes copies possible: what is read once must be kept. */
  readonly keep?: () => Promise<void>
  /** The answer to a copy of a conditional write that landed before. */
  readonly refusal?: T
}

/** Where every call of one handle meets its fault. */
export class FaultGate {
  readonly #parts: GateParts

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  /** A request that changes nothing: delayed, throttled, or as it is. */
  async read<T>(operation: FaultOperation, key: string, send: () => Promise<T>): Promise<T> {
    return this.#send(await this.#next(operation, key), { operation, key, send })
  }

  /** The same for a page, which may be partial. */
  async list(operation: FaultOperation, prefix: string, call: ListCall): Promise<ListPage> {
    const { plan, random } = this.#parts
    const fault = await this.#next(operation, prefix)
    const { limit } = call.options
    if (fault !== 'partial list') {
      return this.#send(fault, { operation, key: prefix, send: () => call.send(call.options) })
    }
    const page = await call.send({ ...call.options, limit: Math.min(limit, 1 + random.below(PARTIAL_MAX)) })
    if (page.cursor !== undefined && page.entries.length < limit) plan.count(fault)
    return page
  }

  /** A request that changes something. */
  async write<T>(write: FaultyWrite<T>): Promise<T> {
    const { plan, late } = this.#parts
    const fault = await this.#next(write.operation, write.key)
    switch (fault) {
      case 'lost answer':
        await write.send('only')
        plan.count(fault)
        throw this.#error('UNKNOWN_OUTCOME', write)
      case 'refused though landed': {
        const answer = await write.send('only')
        // Null: there was nothing to copy, so nothing landed.
        if (answer === null || answer === write.refusal || write.refusal === undefined) return answer
        plan.count(fault)
        return write.refusal
      }
      case 'late landing':
        await write.keep?.()
        late.add(() => write.send('again'))
        plan.count(fault)
        throw this.#error('UNKNOWN_OUTCOME', write)
      case 'duplicate':
        await write.keep?.()
        await write.send('only')
        plan.count(fault)
        return this.#sendCopy(write)
      default:
        return this.#send(fault, { ...write, send: () => write.send('only') })
    }
  }

  async #next(operation: FaultOperation, key: string): Promise<FaultKind | null> {
    // Drawn before anything is awaited: the order of calls decides, not that of their answers.
    const fault = this.#parts.plan.next(operation, key)
    await this.#parts.late.beforeCall()
    return fault
  }

  async #send<T>(fault: FaultKind | null, call: SentCall<T>): Promise<T> {
    const { plan, random } = this.#parts
    if (fault === null) return call.send()
    plan.count(fault)
    if (fault === 'throttling') throw this.#error('UNAVAILABLE', call)
    const turns = 1 + random.below(TURNS_MAX)
    const before = random.below(turns + 1)
    await passTurns(before)
    const answer = await call.send()
    await passTurns(turns - before)
    return answer
  }

  /** Whatever a second copy is refused for, the first one has been carried out. */
  async #sendCopy<T>(write: FaultyWrite<T>): Promise<T> {
    try {
      return await write.send('again')
    } catch (cause) {
      throw this.#error('UNKNOWN_OUTCOME', write, cause)
    }
  }

  #error(code: 'UNKNOWN_OUTCOME' | 'UNAVAILABLE', { operation, key }: Called, cause?: unknown): LadingError {
    const detail = code === 'UNAVAILABLE' ? 'too many requests (injected)' : 'the answer was lost (injected)'
    return new LadingError(code, { operation, key, adapter: this.#parts.adapter, detail, cause })
  }
}

/** A listing as it can be sent: with other options too. */
export interface ListCall {
  readonly options: ListOptions
  readonly send: (options: ListOptions) => Promise<ListPage>
}

interface SentCall<T> extends Called {
  readonly send: () => Promise<T>
}

async function passTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await nextTurn()
}
