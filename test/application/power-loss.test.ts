import { describe, expect, test } from 'vitest'
import { findLoss, findLossAfterKill } from '../support/power-loss.ts'

// Some of the moments; test/full takes all of them.
describe('a power loss', () => {
  test('takes nothing that was acknowledged, and the store goes on', async () => {
    expect(await findLoss({ every: 23 })).toBeNull()
  })

  test('takes nothing that was acknowledged where the disk wrote some names early', async () => {
    expect(await findLoss({ every: 61, early: 3 })).toBeNull()
  })

  test('takes nothing that was acknowledged on top of what a killed process had not synced', async () => {
    expect(await findLossAfterKill({ every: 7 })).toBeNull()
  })

  test('takes acknowledged versions where durability is off', async () => {
    expect(await findLoss({ every: 1, durability: 'none' })).toMatch(/^after operation \d+: acknowledged/)
  })
})
