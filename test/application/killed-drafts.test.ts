import { describe, expect, test } from 'vitest'
import { expectDraftSurvives, prepareDraft } from '../support/killed-draft-steps.ts'
import { temporaryFolder } from '../support/temporary.ts'

// Each step is taken in test/full.
describe('a process killed while it upserts and finishes', () => {
  test.each([30, 60])(
    'loses no acknowledged part, and another run finishes, at step %i',
    async (step) => {
      const before = await prepareDraft(temporaryFolder())

      expect(await expectDraftSurvives(before, step)).toBe(true)
    },
    60_000,
  )
})
