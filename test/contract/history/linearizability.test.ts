import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OperationHistory, assertLinearizable, checkLinearizability } from '../../../src/contract/index.ts'
import type { HistoryOperation, SequentialObject } from '../../../src/contract/index.ts'
import { createRandom } from '../../../src/contract/random.ts'
import type { Random } from '../../../src/contract/random.ts'

type Input = { readonly write: string; readonly value: number } | { readonly read: readonly string[] }
type Output = 'ok' | readonly number[]
type Op = HistoryOperation<Input, Output>
type Registers = Readonly<Record<string, number>>

/** Registers that are 0 at first; one read sees any number of them at one moment. */
const REGISTERS: SequentialObject<Registers, Input, Output> = {
  initial: {},
  keyOf: (state) => JSON.stringify(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1))),
  apply(state, input) {
    if ('write' in input) return { state: { ...state, [input.write]: input.value }, output: 'ok' }
    return { state, output: input.read.map((name) => state[name] ?? 0) }
  },
}

/** A counter: who adds is told the sum. */
const COUNTER: SequentialObject<number, 'add' | 'read', number> = {
  initial: 0,
  keyOf: String,
  apply: (sum, input) => (input === 'add' ? { state: sum + 1, output: sum + 1 } : { state: sum, output: sum }),
}

const write = (name: string, value: number, [from, to]: readonly [number, number]): Op =>
  op({ write: name, value }, 'ok', [from, to])
const read = (name: string, value: number, [from, to]: readonly [number, number]): Op =>
  op({ read: [name] }, [value], [from, to])

function op<I, O>(input: I, output: O, [calledAt, answeredAt]: readonly [number, number]): HistoryOperation<I, O> {
  return { client: calledAt, input, outcome: { kind: 'answered', output }, calledAt, answeredAt }
}

function unknown<I, O>(input: I, calledAt: number): HistoryOperation<I, O> {
  return { client: calledAt, input, outcome: { kind: 'unknown' }, calledAt, answeredAt: Infinity }
}

describe('a history is linearizable', () => {
  it.each<[string, readonly Op[]]>([
    ['that is empty', []],
    ['of one operation after the other', [write('x', 1, [1, 2]), read('x', 1, [3, 4])]],
    ['whose read overlaps a write and sees it', [write('x', 1, [1, 4]), read('x', 1, [2, 3])]],
    ['whose read overlaps a write and does not see it', [write('x', 1, [1, 4]), read('x', 0, [2, 3])]],
    [
      // Herlihy and Wing, "Linearizability" (TOPLAS 12(3), 1990): a later write may come first if they overlap.
      'whose overlapping writes land in the other order',
      [write('x', 1, [1, 6]), write('x', 2, [2, 3]), read('x', 2, [4, 5]), read('x', 1, [7, 8])],
    ],
    ['whose unknown write never happened', [unknown({ write: 'x', value: 1 }, 1), read('x', 0, [2, 3])]],
    [
      'whose unknown write happened long after',
      [unknown({ write: 'x', value: 1 }, 1), read('x', 0, [2, 3]), write('x', 2, [4, 5]), read('x', 1, [6, 7])],
    ],
    [
      'whose failed write did nothing',
      [{ ...write('x', 1, [1, 2]), outcome: { kind: 'failed' } }, read('x', 0, [3, 4])],
    ],
  ])('%s', (_, history) => {
    expect(checkLinearizability(REGISTERS, history)).toEqual({ kind: 'linearizable' })
  })
})

describe('a history is not linearizable', () => {
  it('with a stale read', () => {
    const history = [write('x', 1, [1, 2]), read('x', 0, [3, 4]), read('x', 1, [5, 6])]

    const verdict = checkLinearizability(REGISTERS, history)

    expect(verdict).toEqual({
      kind: 'not linearizable',
      prefix: history.slice(0, 2),
      offender: history[1],
      allowed: [[1]],
    })
  })

  it('when a value is seen and then not seen any more', () => {
    const history = [write('x', 1, [1, 8]), read('x', 1, [2, 3]), read('x', 0, [4, 5])]

    expect(checkLinearizability(REGISTERS, history)).toMatchObject({ offender: history[2], allowed: [[1]] })
  })

  it('when an update is lost: two adders are told the same sum', () => {
    const history = [op('add', 1, [1, 3]), op('add', 1, [2, 4])] as const

    expect(checkLinearizability(COUNTER, history)).toMatchObject({ offender: history[1], allowed: [2] })
  })

  it('when two readers see two writes in different orders', () => {
    const both = (values: readonly number[], at: readonly [number, number]) => op({ read: ['x', 'y'] }, values, at)
    const history: readonly Op[] = [
      write('x', 1, [1, 10]),
      write('y', 1, [2, 11]),
      both([1, 0], [3, 5]),
      both([0, 1], [4, 6]),
    ]

    expect(checkLinearizability(REGISTERS, history)).toMatchObject({
      kind: 'not linearizable',
      offender: history[3],
      allowed: expect.toSatisfy((allowed: readonly unknown[]) => String([...allowed].sort()) === '0,0,1,0,1,1'),
    })
  })

  it('when an unknown operation must have happened, and then must not', () => {
    const history = [unknown({ write: 'x', value: 1 }, 1), read('x', 1, [2, 3]), read('x', 0, [4, 5])] as readonly Op[]

    expect(checkLinearizability(REGISTERS, history)).toMatchObject({ offender: history[2], allowed: [[1]] })
  })

  it('when an unknown operation would have to happen twice', () => {
    const history = [unknown('add', 1), op('read', 1, [2, 3]), op('read', 2, [4, 5])] as HistoryOperation<
      'add' | 'read',
      number
    >[]

    expect(checkLinearizability(COUNTER, history)).toMatchObject({ offender: history[2], allowed: [1] })
  })

  it('from its first answer that no order explains, whatever follows', () => {
    const before = Array.from({ length: 10 }, (_, index) => write('x', index + 1, [2 * index + 1, 2 * index + 2]))
    const stale = read('x', 3, [21, 22])
    const after = Array.from({ length: 10 }, (_, index) => read('x', 10, [2 * index + 23, 2 * index + 24]))

    const verdict = checkLinearizability(REGISTERS, [...before, stale, ...after])

    expect(verdict).toMatchObject({ prefix: [...before, stale], offender: stale, allowed: [[10]] })
  })
})

describe('random histories', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 })

  it('of a real object are accepted, whatever overlaps, is unknown, or failed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(checkLinearizability(COUNTER, historyOf(createRandom(seed)))).toEqual({ kind: 'linearizable' })
      }),
      { numRuns: 300 },
    )
  })

  it('are refused when one answer is one that no order gives', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed)
        const history = historyOf(random)
        const answered = history.filter(({ outcome }) => outcome.kind === 'answered')
        fc.pre(answered.length > 0)
        const wrong = random.pick(answered)
        const added = history.filter(({ input }) => input === 'add').length
        const output = random.pick([-1, added + 1])
        const mutated = history.map((each) =>
          each === wrong ? { ...each, outcome: { kind: 'answered', output } as const } : each,
        )

        const verdict = checkLinearizability(COUNTER, mutated)

        expect(verdict.kind).toBe('not linearizable')
      }),
      { numRuns: 300 },
    )
  })

  it('have the verdict of trying every order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = createRandom(seed)
        const history = historyOf(random, 5).map((each) => {
          if (each.outcome.kind !== 'answered' || !random.chance(0.3)) return each
          return { ...each, outcome: { kind: 'answered', output: each.outcome.output + random.pick([-1, 1]) } as const }
        })

        const verdict = checkLinearizability(COUNTER, history)

        expect(verdict.kind).toBe(someOrderExplains(history, 0) ? 'linearizable' : 'not linearizable')
      }),
      { numRuns: 500 },
    )
  })
})

describe('a history that is checked', () => {
  it('is decided though it is as long as those of the contract, when it is right and when it is wrong', () => {
    for (let seed = 0; seed < 10; seed++) {
      const history = historyOf(createRandom(seed), 60, 6)
      const wrong = history.map((each, index) =>
        index === 50 ? { ...each, outcome: { kind: 'answered', output: -1 } as const } : each,
      )

      expect(checkLinearizability(COUNTER, history).kind).toBe('linearizable')
      expect(checkLinearizability(COUNTER, wrong).kind).toBe('not linearizable')
    }
  })

  it('is given up when too much overlaps', () => {
    const sets: SequentialObject<number, number, number> = {
      initial: 0,
      keyOf: String,
      apply: (state, bit) => ({ state: state | (1 << bit), output: state & (1 << 30) }),
    }
    const overlapping = Array.from({ length: 25 }, (_, bit) => op(bit, 0, [bit + 1, 100 + bit]))

    const verdict = checkLinearizability(sets, [...overlapping, op(30, 1, [200, 201])])

    expect(verdict).toEqual({ kind: 'undecided' })
  })

  it('is recorded with the moments of calls and answers', async () => {
    const history = new OperationHistory<'add' | 'read', number>()
    const first = Promise.withResolvers<number>()

    const slow = history.record(0, 'add', async () => ({ kind: 'answered', output: await first.promise }))
    await history.record(1, 'read', async () => ({ kind: 'answered', output: 0 }))
    first.resolve(1)
    await slow

    const moments = history.operations.map(({ client, calledAt, answeredAt }) => [client, calledAt, answeredAt])
    expect(moments).toEqual([
      [0, 1, 4],
      [1, 2, 3],
    ])
  })

  it('is shown as far as it can be read, with what would have been allowed', async () => {
    const history = new OperationHistory<'add' | 'read', number>()
    const pending = Promise.withResolvers<number>()
    const open = history.record(2, 'add', async () => ({ kind: 'answered', output: await pending.promise }))
    await history.record(0, 'add', async () => ({ kind: 'answered', output: 1 }))
    await history.record(1, 'read', async () => ({ kind: 'answered', output: 0 }))
    await history.record(1, 'read', async () => ({ kind: 'answered', output: 1 }))
    pending.resolve(2)
    await open

    const words = { input: (input: string) => input, output: String }

    expect(() => assertLinearizable(COUNTER, history, words)).toThrow(
      expect.objectContaining({
        expected: '"read" of client 1 at 4 to answer 1 or 2',
        seen: [
          '0; no order explains these operations:',
          '1–   client 2  add   → not known by then',
          '2–3  client 0  add   → 1',
          '4–5  client 1  read  → 0',
        ].join('\n'),
      }),
    )
  })
})

/** A history of a real counter: each operation takes effect at one moment between its call and its answer. */
function historyOf(random: Random, length = 14, clients = 4): HistoryOperation<'add' | 'read', number>[] {
  const history: HistoryOperation<'add' | 'read', number>[] = []
  const open: { client: number; input: 'add' | 'read'; calledAt: number; output: number | null }[] = []
  let [sum, moment, called] = [0, 0, 0]
  while (called < length || open.length > 0) {
    const client = random.below(clients)
    const current = open.find((each) => each.client === client)
    if (current === undefined) {
      if (called < length) open.push({ client, input: random.pick(['add', 'read']), calledAt: ++moment, output: null })
      called++
    } else if (current.output === null) {
      current.output = current.input === 'add' ? ++sum : sum
    } else {
      open.splice(open.indexOf(current), 1)
      const { input, calledAt, output } = current
      const outcome = random.chance(0.1) ? { kind: 'unknown' as const } : { kind: 'answered' as const, output }
      history.push({ client, input, calledAt, outcome, answeredAt: ++moment })
    }
  }
  return history.sort((a, b) => a.calledAt - b.calledAt)
}

/** The definition, without any cleverness. */
function someOrderExplains(rest: readonly HistoryOperation<'add' | 'read', number>[], sum: number): boolean {
  const definite = rest.filter(({ outcome }) => outcome.kind === 'answered')
  if (definite.length === 0) return true
  const firstAnswer = Math.min(...definite.map(({ answeredAt }) => answeredAt))
  return rest.some((next) => {
    if (next.calledAt > firstAnswer) return false
    const { state, output } = COUNTER.apply(sum, next.input)
    if (next.outcome.kind === 'answered' && next.outcome.output !== output) return false
    return someOrderExplains(
      rest.filter((each) => each !== next),
      state,
    )
  })
}
