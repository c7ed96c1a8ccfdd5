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
        find: 'const commit = { parent, title: command.opId }',
        replace: 'const commit = { parent: await context.objects.batch.tip({}), title: command.opId }',
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
        find: 'return this.#commit(parent, plan)',
        replace: 'return this.#commit(await context.objects.batch.tip({}), plan)',
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
        find: "if (answer !== 'not now') this.#open = true",
        replace: "if (answer === 'unknown') throw refusalError({ code: 'UNAVAILABLE', detail: 'lost', next: '' })",
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
        find: "if (typeof answer !== 'string') return 'ok'",
        replace: "if (typeof answer !== 'string') return 'ok'\n    if (answer === 'stale') return 'stale'",
      },
      {
        file: BATCH,
        find: "if ((await this.#send(parent, plan)) === 'ok') return { step: plan.outcome }",
        replace: `const sent = await this.#send(parent, plan)
        if (sent === 'ok') return { step: plan.outcome }
        if (sent === 'stale') return { step: 'again' }`,
      },
    ],
    scenario: scenario(Aa, writers([move('a', null, 0)], [move('b', 0)]), { flavour: 'batch', faults: 1, recent: 1 }),
  },
]
