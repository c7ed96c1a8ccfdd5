import { ContractFailure } from '../check.ts'
import type { HistoryOperation, OperationHistory } from './history.ts'
import { checkLinearizability } from './linearizability.ts'
import type { SequentialObject } from './linearizability.ts'

/** How operations are shown to a reader. */
export interface HistoryWording<Input, Output> {
  input(input: Input): string
  output(output: Output): string
}

/**
 * Throws a ContractFailure unless an order of the operations explains all answers. It shows the shortest beginning of
 * the history that none explains, the answer that ends it, and the answers that would have been allowed there.
 */
export function assertLinearizable<State, Input, Output>(
  object: SequentialObject<State, Input, Output>,
  history: OperationHistory<Input, Output>,
  words: HistoryWording<Input, Output>,
): void {
  const { operations } = history
  const verdict = checkLinearizability(object, operations)
  if (verdict.kind === 'linearizable') return
  if (verdict.kind === 'undecided') {
    throw new ContractFailure('a history with few overlapping operations', `${operations.length} that overlap too much`)
  }
  const { offender, prefix, allowed } = verdict
  const answers = [...new Set(allowed.map((output) => words.output(output)))].sort()
  const asked = `"${words.input(offender.input)}" of client ${offender.client} at ${offender.calledAt}`
  throw new ContractFailure(
    `${asked} to answer ${answers.join(' or ') || 'nothing: no answer fits'}`,
    `${words.output(outputOf(offender))}; no order explains these operations:\n${showHistory(prefix, words)}`,
  )
}

/** A line for each operation, in the order of their calls: called at – answered at, client, operation, answer. */
function showHistory<Input, Output>(
  operations: readonly HistoryOperation<Input, Output>[],
  words: HistoryWording<Input, Output>,
): string {
  const rows = operations.map((operation) => {
    const { client, input, outcome, calledAt, answeredAt } = operation
    const isAnswered = outcome.kind === 'answered'
    return [
      `${calledAt}–${isAnswered ? answeredAt : ''}`,
      `client ${client}`,
      words.input(input),
      isAnswered ? `→ ${words.output(outcome.output)}` : '→ not known by then',
    ]
  })
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

function outputOf<Input, Output>({ outcome }: HistoryOperation<Input, Output>): Output {
  if (outcome.kind === 'answered') return outcome.output
  throw new Error('the operation that ends a prefix was answered')
}
