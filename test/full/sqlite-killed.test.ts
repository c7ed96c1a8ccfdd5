import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectNothingLost, rush } from '../support/killed-writers.ts'
import { statesOfStory, survives } from '../support/sqlite-killed.ts'
import { temporaryFolder } from '../support/temporary.ts'

test('a process killed at any statement leaves all that it acknowledged in the SQLite file, and nothing half', async () => {
  const folder = temporaryFolder()
  const states = await statesOfStory(join(folder, 'reference.db'))

  let statement = 1
  while (await survives({ file: join(folder, `${statement}.db`), statement }, states)) statement++

  expect(statement).toBeGreaterThan(150)
})

describe('twenty processes that write to one SQLite file, eight of them killed', () => {
  test.each([1, 2, 3])('lose nothing and duplicate nothing, seed %i', async (seed) => {
    const store = `sqlite:${join(temporaryFolder(), 'lading.db')}`

    const said = await rush({ store, processes: 20, killed: 8, count: 12, seed })

    expect(said.filter(({ killed }) => killed)).toHaveLength(8)
    await expectNothingLost(store, said)
  })
})
