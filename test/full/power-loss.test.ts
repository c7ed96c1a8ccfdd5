import { describe, expect, test } from 'vitest'
import { findLoss, findLossAfterKill } from '../support/power-loss.ts'

describe('a power loss at any moment', () => {
  test('takes nothing that was acknowledged, and the store goes on', async () => {
    expect(await findLoss({ every: 1 })).toBeNull()
  })

  test.each([2, 3, 4, 6])('takes nothing where the disk wrote all but each %i. name early', async (early) => {
    expect(await findLoss({ every: 1, early })).toBeNull()
  })

  test('takes nothing that was acknowledged on top of what a killed process had not synced', async () => {
    expect(await findLossAfterKill({ every: 1 })).toBeNull()
  })
})
