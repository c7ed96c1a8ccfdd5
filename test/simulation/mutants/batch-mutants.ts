import { A, Aa, BATCH, log, move, writers, scenario } from './mutant.ts'
import type { Mutant } from './mutant.ts'

/** Atomic commits. */
export const BATCH_MUTANTS: readonly Mutant[] = [
  {
    name: 'batch no_parent_commit',
    breaks: 'durability',
    patches: [
      {
        file: BATCH,
        find: 'const commit = { ...options, parent, title: command.opId }',
        replace: 'const commit = { ...options, parent: await context.objects.batch.tip({}), title: command.opId }',
      },
      { file: BATCH, find: "precondition: 'ifAbsent' as const", replace: "precondition: 'none' as const" },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')]), { flavour: 'batch' }),
  },
  {
    name: 'batch unpinned_read',
    breaks: 'durability',
    patches: [
      {
        file: BATCH,
        find: 'return this.#commit(parent, plan, options)',
        replace: 'return this.#commit(await context.objects.batch.tip({}), plan, options)',
      },
      { file: BATCH, find: "precondition: 'ifAbsent' as const", replace: "precondition: 'none' as const" },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')]), { flavour: 'batch' }),
  },
  {
    name: 'batch unknown_is_failure',
    breaks: 'I7',
    patches: [
      {
        file: BATCH,
        find: "if (isLadingError(error, 'UNKNOWN_OUTCOME')) this.#open = true",
        replace:
          "if (isLadingError(error, 'UNKNOWN_OUTCOME')) throw new LadingError('UNAVAILABLE', { detail: 'lost' })",
      },
    ],
    scenario: scenario(A, writers([log('B')], [log('C')]), { flavour: 'batch', faults: 1 }),
  },
  {
    name: 'batch retry_without_lookup',
    breaks: 'I7',
    patches: [
      {
        file: BATCH,
        find: 'if (since.some((commit) => commit.title === command.opId))',
        replace: 'if (since.length < 0)',
      },
    ],
    scenario: scenario(Aa, writers([move('a', null, 0)], [move('b', 0)]), { flavour: 'batch', faults: 1, recent: 1 }),
  },
  {
    name: 'batch trust_412',
    breaks: 'I7',
    patches: [
      {
        file: BATCH,
        find: "=== 'stale' ? 'open' : 'ok'",
        replace: "=== 'stale' ? 'stale' : 'ok'",
      },
      {
        file: BATCH,
        find: "if ((await this.#send(parent, plan, options)) === 'ok') return { step: plan.outcome }",
        replace: `const sent = await this.#send(parent, plan, options)
        if (sent === 'ok') return { step: plan.outcome }
        if (sent === 'stale') return { step: 'again' }`,
      },
    ],
    scenario: scenario(Aa, writers([move('a', null, 0)], [move('b', 0)]), { flavour: 'batch', faults: 1, recent: 1 }),
  },
]
