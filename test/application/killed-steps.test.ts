import { describe, expect, test } from 'vitest'
import { expectSurvives, prepareStore } from '../support/killed-steps.ts'
import { temporaryFolder } from '../support/temporary.ts'

// Each step is taken in test/full.
describe('a process killed while it commits', () => {
  test.each([20, 45])(
    'leaves the old or the new state, at step %i',
    async (step) => {
      const before = await prepareStore(temporaryFolder())

      expect(await expectSurvives(before, step)).toBe(true)
    },
    60_000,
  )
})
