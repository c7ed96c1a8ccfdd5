import { expect, test } from 'vitest'
import { exploreAll, pairScenarios } from './exhaustive.ts'
import { MUTANTS } from './mutants.ts'

/** Scenarios of two writers with one operation each; the rest is for CI (test/full). */
const EVERY = 5

test('every schedule of a part of all pairs of writers keeps every invariant, without faults', async () => {
  const scenarios = pairScenarios({ faults: 0, recent: 128 }).filter((_, index) => index % EVERY === 0)

  const { states, failure } = await exploreAll(scenarios, () => undefined)

  expect(failure).toBe(null)
  expect(states).toBeGreaterThan(1_000)
})
