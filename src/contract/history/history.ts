/**
 * What became of an operation, as its caller knows it.
 *
 * - `answered`: it took effect, or was refused for good, between its call and its answer; the output says which.
 * - `failed`: it certainly did nothing, and its answer tells nothing of the object.
 * - `unknown`: it may take effect at any moment after its call, or never.
 */
export type OperationOutcome<Output> =
  | { readonly kind: 'answered'; readonly output: Output }
  | { readonly kind: 'failed' }
  | { readonly kind: 'unknown' }

/** One operation of a concurrent history. */
export interface HistoryOperation<Input, Output> {
  /** Who called it. A client has at most one operation under way. */
  readonly client: number
  readonly input: Input
  readonly outcome: OperationOutcome<Output>
  /** Moments count calls and answers: two operations overlap unless one was answered before the other was called. */
  readonly calledAt: number
  readonly answeredAt: number
}

/** Records what concurrent clients of one object ask and are answered. For clients of one process. */
export class OperationHistory<Input, Output> {
  readonly #operations: HistoryOperation<Input, Output>[] = []
  #moment = 0

  /** Runs an operation and records it. Rejects as `run` does; nothing is recorded then. */
  async record(
    client: number,
    input: Input,
    run: () => Promise<OperationOutcome<Output>>,
  ): Promise<OperationOutcome<Output>> {
    const calledAt = ++this.#moment
    const outcome = await run()
    this.#operations.push({ client, input, outcome, calledAt, answeredAt: ++this.#moment })
    return outcome
  }

  /** Everything that was answered so far, in the order of the calls. */
  get operations(): readonly HistoryOperation<Input, Output>[] {
    return [...this.#operations].sort((a, b) => a.calledAt - b.calledAt)
  }
}
