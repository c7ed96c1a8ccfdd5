import { expect, test } from 'vitest'
import { expectDraftSurvives, prepareDraft } from '../support/killed-draft-steps.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** Together they take every step; each has the time that a test may have. */
const TESTS = 4

test.each(Array.from({ length: TESTS }, (_, index) => index + 1))(
  `a process killed at any step of an upsert and a finish leaves a draft that another run finishes, every ${TESTS}th from %i`,
  async (first) => {
    const before = await prepareDraft(temporaryFolder())

    let step = first
    while (await expectDraftSurvives(before, step)) step += TESTS

    expect(step).toBeGreaterThan(100)
  },
)
