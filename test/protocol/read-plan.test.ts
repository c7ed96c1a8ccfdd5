import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlobWant } from '../../src/ports/blob-store.ts'
import { MERGED_BYTES_MAX, planReads } from '../../src/protocol/read-plan.ts'

const DIGEST = 'a'.repeat(64)
const KIB = 1024

describe('the plan of a reading', () => {
  test('keeps packs, objects of their own and empty blobs apart', () => {
    const wants = [packed('p', 0, 5), { digest: DIGEST, sizeBytes: 9 }, packed('q', 5, 5), packed('p', 5, 0)]

    expect(planReads(wants)).toEqual({
      loose: [1],
      empty: [3],
      single: [
        { pack: 'p', from: 0, to: 5, parts: [{ index: 0, from: 0, to: 5 }] },
        { pack: 'q', from: 5, to: 10, parts: [{ index: 2, from: 5, to: 10 }] },
      ],
      merged: [],
    })
  })

  test('merges a part that lies inside another, and what comes after that one', () => {
    const { merged } = planReads([packed('p', 0, 100), packed('p', 10, 5), packed('p', 50, 5)])

    expect(merged.map(({ from, to }) => [from, to])).toEqual([[0, 100]])
  })

  test('reads along 64 KiB between two parts, not a byte more', () => {
    const near = planReads([packed('p', 0, 1), packed('p', 1 + 64 * KIB, 1)])
    const far = planReads([packed('p', 0, 1), packed('p', 2 + 64 * KIB, 1)])

    expect([near.merged.length, near.single.length]).toEqual([1, 0])
    expect([far.merged.length, far.single.length]).toEqual([0, 2])
  })

  test('answers each want once, from a range that has all its bytes, and bounds merged ranges', () => {
    const part = fc.record({
      pack: fc.constantFrom('p', 'q'),
      offset: fc.nat({ max: 20_000 * KIB }),
      sizeBytes: fc.oneof(fc.nat({ max: 100 * KIB }), fc.nat({ max: 6_000 * KIB })),
    })

    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const plan = planReads(parts.map(({ pack, offset, sizeBytes }) => packed(pack, offset, sizeBytes)))
        const ranges = [...plan.single, ...plan.merged]
        const answered = ranges.flatMap((range) => range.parts.map(({ index }) => ({ index, range })))

        const indexes = [...plan.empty, ...answered.map(({ index }) => index)].toSorted((a, b) => a - b)
        expect(indexes).toEqual(parts.map((_, index) => index))
        for (const { index, range } of answered) {
          const { pack, offset, sizeBytes } = parts[index]!
          expect(range.pack).toBe(pack)
          expect(range.from <= offset && offset + sizeBytes <= range.to).toBe(true)
        }
        expect(plan.merged.every(({ from, to }) => to - from <= MERGED_BYTES_MAX)).toBe(true)
        expect(plan.single.every((range) => range.parts.length === 1)).toBe(true)
      }),
    )
  })
})

function packed(pack: string, offset: number, sizeBytes: number): BlobWant {
  return { digest: DIGEST, sizeBytes, location: { pack, offset, sizeBytes } }
}
