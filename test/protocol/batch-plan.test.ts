import { describe, expect, test } from 'vitest'
import { PACK_BLOBS_MAX, PACK_BYTES_TARGET, planBatch } from '../../src/protocol/batch-plan.ts'

const MIB = 1024 * 1024

describe('the plan of a batch', () => {
  test('packs nothing where the store does not ask for packs', () => {
    const plan = planBatch(sized([0, 10, MIB]), 0)

    expect(plan).toEqual({ packs: [], small: sized([0, 10]), large: sized([MIB]) })
  })

  test('packs what is at most as large as the store says, the rest goes alone', () => {
    const plan = planBatch(sized([100, 101, 0, MIB, 50]), 100)

    expect(plan).toEqual({ packs: [sized([100, 0, 50])], small: sized([101]), large: sized([MIB]) })
  })

  test('lets a single small blob, and one of unknown size, go alone', () => {
    const plan = planBatch([{ sizeBytes: null }, { sizeBytes: 10 }], 100)

    expect(plan).toEqual({ packs: [], small: [{ sizeBytes: 10 }], large: [{ sizeBytes: null }] })
  })

  test('begins another pack when one is full, in the order of the batch', () => {
    const half = PACK_BYTES_TARGET / 2
    const plan = planBatch(sized([half, half, 1, half, half]), PACK_BYTES_TARGET)

    expect(plan.packs).toEqual([sized([half, half]), sized([1, half]), sized([half])])
  })

  test('bounds the number of blobs in a pack', () => {
    const plan = planBatch(sized(Array.from({ length: PACK_BLOBS_MAX + 1 }, () => 1)), 100)

    expect(plan.packs.map(({ length }) => length)).toEqual([PACK_BLOBS_MAX, 1])
  })
})

function sized(sizes: readonly number[]) {
  return sizes.map((sizeBytes) => ({ sizeBytes }))
}
