import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectNothingLost, rush } from '../support/killed-writers.ts'
import { temporaryFolder } from '../support/temporary.ts'

describe('twenty processes that write to one store, eight of them killed', () => {
  test.each([1, 2, 3])('lose nothing and duplicate nothing, seed %i', async (seed) => {
    const store = join(temporaryFolder(), 'store')

    const said = await rush({ store, processes: 20, killed: 8, count: 12, seed })

    expect(said.filter(({ killed }) => killed)).toHaveLength(8)
    await expectNothingLost(store, said)
  })
})
