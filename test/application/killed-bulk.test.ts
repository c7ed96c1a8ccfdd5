import { expect, test } from 'vitest'
import { expectWholeInBulk, killInTheMidst, rushInBulk } from '../support/killed-bulk.ts'
import { temporaryFolder } from '../support/temporary.ts'

// More moments are in test/full.
test('processes that are killed while they log and download many small files lose nothing and leave nothing half', async () => {
  const folder = temporaryFolder()

  const left = await rushInBulk(folder, { files: 50, kills: [75, 125] })

  expect(left.map(({ acknowledged }) => acknowledged.length)).toEqual([0, 1, 1])
  await expectWholeInBulk(folder, left)
}, 60_000)

test.each(['logging', 'downloading'] as const)(
  'a process that is killed in the midst of a large file, %s it, leaves nothing half',
  async (during) => {
    const folder = temporaryFolder()

    const left = await killInTheMidst(folder, during)

    expect(left.acknowledged.length).toBe(during === 'logging' ? 0 : 1)
    await expectWholeInBulk(folder, [left])
  },
  60_000,
)
