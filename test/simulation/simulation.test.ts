import { expect, test } from 'vitest'
import { report, simulate } from './simulate.ts'
import type { Flavour } from './scenario.ts'

/** Seeds of one test; each is a scenario of its own. */
const SEEDS = 1_000

/** The same of drafts, whose schedules are longer. */
const DRAFT_SEEDS = 200

/** Fixed, so that a failure is one of the change at hand; `npm run simulate` tries others. */
const FIRST: Readonly<Record<Flavour, number>> = { native: 1, numbered: 100_001, batch: 200_001 }

test.for([
  ['native', 0],
  ['native', 1],
  ['numbered', 0],
  ['batch', 0],
] as const)(
  'random writers, crashes and faults keep every invariant: %s registers, part %i',
  async ([flavour, part]) => {
    const from = FIRST[flavour] + part * SEEDS

    for (let seed = from; seed < from + SEEDS; seed++) {
      const run = await simulate(seed, { flavour })
      if (run.violations.length === 0) continue
      const traced = await simulate(seed, { flavour, traced: true })
      expect.fail(report(seed, { flavour }, traced))
    }
  },
)

test.for(['native', 'numbered', 'batch'] as const)(
  'random collaborators, crashes and faults keep every invariant: %s registers',
  async (flavour) => {
    const [from, options] = [FIRST[flavour], { flavour, drafts: true }]

    for (let seed = from; seed < from + DRAFT_SEEDS; seed++) {
      const run = await simulate(seed, options)
      if (run.violations.length === 0) continue
      expect.fail(report(seed, options, await simulate(seed, { ...options, traced: true })))
    }
  },
)

test('a seed is the same schedule each time', async () => {
  const [first, second] = [await simulate(7, { traced: true }), await simulate(7, { traced: true })]

  expect(second.trace).toEqual(first.trace)
  expect(first.trace.length).toBeGreaterThan(5)
})
