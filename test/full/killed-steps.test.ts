import { expect, test } from 'vitest'
import { expectSurvives, prepareStore } from '../support/killed-steps.ts'
import { temporaryFolder } from '../support/temporary.ts'

test('a process killed at any step of a commit leaves the old or the new state', async () => {
  const before = await prepareStore(temporaryFolder())

  let step = 1
  while (await expectSurvives(before, step)) step++

  expect(step).toBeGreaterThan(30)
})
