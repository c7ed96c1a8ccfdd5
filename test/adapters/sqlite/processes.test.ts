import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectNothingLost, rush } from '../../support/killed-writers.ts'
import { temporaryFolder } from '../../support/temporary.ts'

// Twenty of them, with more seeds, are in test/full.
describe('three processes that write to one database, one of them killed', () => {
  test('lose nothing and duplicate nothing', async () => {
    const store = `sqlite:${join(temporaryFolder(), 'new', 'lading.db')}`

    const said = await rush({ store, processes: 3, killed: 1, count: 5, seed: 1 })

    expect(said.filter(({ killed }) => killed)).toHaveLength(1)
    await expectNothingLost(store, said)
  }, 60_000)
})
