import type { Operation, Scenario, Step } from './scenario.ts'

const give = (path: string, content: string): Operation => ({ kind: 'upsert', files: { [path]: content } })
const log: Operation = { kind: 'log', content: 'A' }

/** A draft before its first part, with one, and with two that disagree; of an artifact that is there or is not. */
const STARTS: readonly (readonly Operation[])[] = [[], [log, give('a', 'A')], [log, give('a', 'A'), give('a', 'B')]]

const OPERATIONS: readonly Operation[] = [
  give('b', 'B'),
  give('a', 'B'),
  { kind: 'finish', aliases: ['a'] },
  { kind: 'finish', onConflict: 'last' },
  { kind: 'abandon' },
]

/** Two collaborators on one draft with one operation each, in all combinations; two executors of one operation. */
export function draftPairScenarios({ faults, recent }: { faults: number; recent: number }): Scenario[] {
  const make = (start: readonly Operation[], ...steps: readonly [id: string, operation: Operation][]): Scenario => {
    const limits = { recent, moves: 32, faults, crashes: 0, everyRequest: false }
    const writers = steps.map(([id, operation]): Step[] => [{ id, operation, delivery: 'resent' }])
    return { flavour: 'native', start, writers, ...limits }
  }
  return STARTS.flatMap((start) => {
    // Without a part there is nothing to end.
    const operations = start.length === 0 ? OPERATIONS.slice(0, 3) : OPERATIONS
    return operations.flatMap((one, index) => [
      ...operations.slice(index).map((other) => make(start, ['one', one], ['other', other])),
      make(start, ['same', one], ['same', one]),
    ])
  })
}
