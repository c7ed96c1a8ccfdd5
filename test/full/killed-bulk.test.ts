import { expect, test } from 'vitest'
import { expectWholeInBulk, rushInBulk } from '../support/killed-bulk.ts'
import { temporaryFolder } from '../support/temporary.ts'

test.each(Array.from({ length: 5 }, (_, round) => [round]))(
  'processes that are killed while they log and download many small files leave nothing half, round %i',
  async (round) => {
    const folder = temporaryFolder()
    const kills = Array.from({ length: 4 }, (_, index) => 1 + (((round * 4 + index) * 71) % 1_200))

    const left = await rushInBulk(folder, { files: 300, kills })

    expect(left).toHaveLength(5)
    await expectWholeInBulk(folder, left)
  },
)
