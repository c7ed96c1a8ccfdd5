import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectNothingLost, rush } from '../support/killed-writers.ts'
import { temporaryFolder } from '../support/temporary.ts'

// Twenty of them, with more seeds, are in test/full.
describe('six processes that write to one store, two of them killed', () => {
  test('lose nothing and duplicate nothing', async () => {
    const store = join(temporaryFolder(), 'store')

    const said = await rush({ store, processes: 6, killed: 2, count: 5, seed: 1 })

    expect(said.filter(({ killed }) => killed)).toHaveLength(2)
    await expectNothingLost(store, said)
  }, 60_000)
})
