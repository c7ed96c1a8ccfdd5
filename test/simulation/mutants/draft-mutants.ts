import type { DraftOperation } from '../draft-operations.ts'
import { A, DRAFTS, FINISH, ROUND, log, move, scenario, shared, writers } from './mutant.ts'
import type { Mutant } from './mutant.ts'

const give = (path: string, content = 'A'): DraftOperation => ({ kind: 'upsert', files: { [path]: content } })
const finish = (aliases = ''): DraftOperation => ({ kind: 'finish', aliases: [...aliases] })
const finishLast: DraftOperation = { kind: 'finish', onConflict: 'last' }
const abandon: DraftOperation = { kind: 'abandon' }

/** Two runs and two finishers. */
const TWO_AND_TWO = writers([give('a'), finish('a')], [give('b')], [finish('b')])
/** Runs that disagree, and finishers who do. */
const RIVALS = writers([give('a', 'A'), finish()], [give('a', 'B')], [finishLast])

/** Those of collaborative drafts. */
export const DRAFT_MUTANTS: readonly Mutant[] = [
  {
    name: 'closing_before_part',
    breaks: 'acknowledged upsert',
    patches: [
      {
        file: DRAFTS,
        find: 'await records.addPart(round, part, options)',
        replace: `const early = await records.closing.read(round, options)
        await records.addPart(round, part, options)
        if (early === null) return`,
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [give('b')])),
  },
  {
    name: 'list_before_closing',
    breaks: 'acknowledged upsert',
    patches: [
      {
        file: FINISH,
        find: "if (listed?.when !== 'afterClosing') return",
        replace: 'if (listed === undefined) return',
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [give('b')])),
  },
  {
    name: 'own_listing',
    breaks: 'acknowledged upsert',
    patches: [
      {
        file: FINISH,
        find: 'const parts = partsOf(view, view.closed ?? [])',
        replace: 'const parts = partsOf(view, view.listed?.opIds ?? view.closed ?? [])',
      },
    ],
    scenario: scenario(A, TWO_AND_TWO),
  },
  {
    name: 'late_part_acked',
    breaks: 'acknowledged upsert',
    patches: [
      { file: FINISH, find: 'return view.closed?.includes(opId) ? null : refuse(TOO_LATE)', replace: 'return null' },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [give('b')])),
  },
  {
    name: 'executor_picks_round',
    breaks: 'once',
    patches: [
      {
        file: DRAFTS,
        find: 'await assertType(host, records, { round, part, options })',
        replace: `round = { ...round, round: await this.round(round, options) }
        await assertType(host, records, { round, part, options })`,
      },
    ],
    scenario: scenario(A, shared(give('a'), 'resent', finish())),
  },
  {
    name: 'finisher_own_opid',
    breaks: 'once',
    patches: [
      {
        file: FINISH,
        find: 'return decideUnion(view, { closing, onConflict: command.onConflict })',
        replace: `const own = { ...closing, opId: command.opId, aliases: command.aliases }
        return decideUnion(view, { closing: own, onConflict: command.onConflict })`,
      },
    ],
    scenario: scenario(A, TWO_AND_TWO),
  },
  {
    name: 'closing_not_read_back',
    breaks: 'once',
    patches: [
      { file: ROUND, find: "return this.#read({ kind: 'closing' })", replace: 'return { closing: decision.closing }' },
    ],
    scenario: scenario(A, TWO_AND_TWO),
  },
  {
    name: 'closed_not_read_back',
    breaks: 'acknowledged upsert',
    patches: [
      { file: ROUND, find: "return this.#read({ kind: 'closed' })", replace: 'return { closed: decision.closed }' },
    ],
    scenario: scenario(A, TWO_AND_TWO),
  },
  {
    name: 'result_not_awaited',
    breaks: 'round',
    patches: [
      { file: ROUND, find: "return this.#read({ kind: 'result' })", replace: 'return { result: decision.result }' },
      {
        file: ROUND,
        find: 'await result.create(round, decision.result)',
        replace: 'result.create(round, decision.result).catch(() => {})',
      },
    ],
    scenario: scenario(A, writers([give('a'), abandon])),
  },
  {
    name: 'choice_not_recorded',
    breaks: 'acknowledged upsert',
    patches: [
      {
        file: FINISH,
        find: 'const merged = mergeParts(parts, closing.onConflict)',
        replace: 'const merged = mergeParts(parts, onConflict)',
      },
    ],
    scenario: scenario(A, RIVALS),
  },
  {
    name: 'choice_ignored',
    breaks: 'recovery',
    patches: [
      {
        file: FINISH,
        find: 'if (view.choice === null) return decideChoice(merged, onConflict)',
        replace: "if (view.choice === null) return decideChoice(merged, 'refuse')",
      },
    ],
    scenario: scenario(A, RIVALS),
  },
  {
    name: 'producers_after_result',
    breaks: 'producers',
    patches: [
      {
        file: ROUND,
        find: 'await this.#recordProducers(log, { n: answer.n, opId })',
        replace: 'this.later = () => this.#recordProducers(log, { n: answer.n, opId })',
      },
      {
        file: ROUND,
        find: 'await result.create(round, decision.result)',
        replace: 'await result.create(round, decision.result)\n        await this.later?.()',
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()])),
  },
  {
    name: 'producers_of_a_forgotten_log',
    breaks: 'producers',
    patches: [
      {
        file: ROUND,
        find: 'if (n !== null) await this.#recordProducers(log, { n, opId: closing.opId })',
        replace: '',
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [log('B'), finish()]), { recent: 1, crashes: 1 }),
  },
  {
    name: 'part_before_its_run',
    breaks: 'producers',
    patches: [
      {
        file: 'src/protocol/part-writer.ts',
        find: 'await putUntilThere(context, runDraftKey(run, round), encodeDocument({ at, opId, run }))',
        replace: '',
      },
    ],
    scenario: scenario(A, writers([give('a')])),
  },
  {
    name: 'unknown_part_is_acked',
    breaks: 'acknowledged upsert',
    patches: [
      {
        file: 'src/protocol/part-writer.ts',
        find: "return isUnanswered(answer) ? 'again' : 'there'",
        replace: "return 'there'",
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [give('b')]), { faults: 1 }),
  },
  {
    name: 'abandoned_under_its_finisher',
    breaks: 'round',
    patches: [{ file: FINISH, find: 'if (standing) return standing', replace: '' }],
    scenario: scenario(A, writers([give('a'), finish()], [abandon])),
  },
  {
    name: 'abandoned_after_its_finish',
    breaks: 'round',
    patches: [
      {
        file: FINISH,
        find: "if (result.kind === 'finished' && command.kind === 'abandon') return refuse(FINISHED)",
        replace: '',
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [abandon])),
  },
  {
    name: 'round_after_closing',
    breaks: 'round',
    patches: [
      {
        file: DRAFTS,
        find: 'const result = await records.result.read({ ...key, round: newest }, options)',
        replace: 'const result = await records.closing.read({ ...key, round: newest }, options)',
      },
    ],
    scenario: scenario(A, writers([give('a'), finish()], [give('b')])),
  },
  {
    name: 'aliases_under_a_fresh_operation',
    breaks: 'I7',
    patches: [
      {
        file: FINISH,
        find: "opId: null, delivery: 'alone', aliases: []",
        replace: "opId: null, delivery: 'alone'",
      },
    ],
    scenario: scenario([log('A'), give('a'), finish(), give('a')], writers([finish('a')], [move('a', 0), finish()]), {
      recent: 1,
      crashes: 1,
    }),
  },
]
