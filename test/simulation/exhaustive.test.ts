import { expect, test } from 'vitest'
import { EXPOSED, loadBuild } from './build.ts'
import { draftPairScenarios } from './draft-scenarios.ts'
import { explore, exploreAll, pairScenarios } from './exhaustive.ts'
import { MUTANTS } from './mutants.ts'
import type { Scenario } from './scenario.ts'

/** A search takes a few seconds on an idle machine; nothing is proven by a busy one. */
const LONG = { timeout: 60_000 }

/** Of all pairs of writers with one operation each; all of them are for CI (test/full). */
test.for([
  { faults: 0, every: 9, least: 2_000 },
  { faults: 1, every: 45, least: 5_000 },
])(
  'every schedule keeps every invariant: $faults faults, one pair of $every',
  LONG,
  async ({ faults, every, least }) => {
    const scenarios = pairScenarios({ faults, recent: 128 }).filter((_, index) => index % every === every - 1)

    const { states, failure } = await exploreAll(scenarios, () => undefined)

    expect(failure).toBe(null)
    expect(states).toBeGreaterThan(least)
  },
)

test('every schedule keeps every invariant: an upsert, a finish and an abandonment of one draft', LONG, async () => {
  const isKind = ({ writers }: Scenario, ...kinds: string[]) => {
    return kinds.every((kind, writer) => writers[writer]?.[0]?.operation.kind === kind)
  }
  const pairs = draftPairScenarios({ faults: 0, recent: 128 }).filter(({ start }) => start.length === 2)
  const scenarios = [
    ['upsert', 'finish'],
    ['upsert', 'abandon'],
    ['finish', 'abandon'],
  ].map((kinds) => {
    return pairs.find((scenario) => isKind(scenario, ...kinds))!
  })

  const { states, failure } = await exploreAll(scenarios, () => undefined)

  expect(failure).toBe(null)
  expect(states).toBeGreaterThan(1_500)
})

test.for(['fallback_not_reread', 'alias_without_liveness', 'expect_not_rechecked', 'redecide_while_unresolved'])(
  'the search finds what is wrong: %s',
  async (name) => {
    const { scenario, patches, breaks } = MUTANTS.find((mutant) => mutant.name === name)!
    const build = await loadBuild(scenario, [...patches, EXPOSED])

    const { violations, trace } = await explore(scenario, build)

    expect(violations.map(({ invariant }) => invariant)).toContain(breaks)
    expect(trace.length).toBeGreaterThan(5)
  },
)
