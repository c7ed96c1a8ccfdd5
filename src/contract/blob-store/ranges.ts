import type { ByteRange } from '../../ports/object-store.ts'
import { LOOSE, blobOf, itemOf, readBlob, readWants, wantOf } from './context.ts'
import type { BlobStoreCase } from './context.ts'

const base = { category: 'ranges', tier: 'quick', requires: [] } as const

const SIZE = 200_000

/** Each range, and the slice that it names of `SIZE` bytes. */
const RANGES: readonly (readonly [ByteRange, readonly [from: number, to: number]])[] = [
  [{ from: 0, to: 1 }, [0, 1]],
  [{ from: 0, to: SIZE }, [0, SIZE]],
  [{ from: 65_535, to: 65_537 }, [65_535, 65_537]],
  [{ from: 100, to: 150_000 }, [100, 150_000]],
  [{ from: 5, to: 5 }, [0, 0]],
  [{ from: SIZE - 1, to: SIZE + 10 }, [SIZE - 1, SIZE]],
  [{ from: SIZE, to: SIZE + 10 }, [0, 0]],
  [{ from: SIZE + 5, to: SIZE + 10 }, [0, 0]],
  [{ from: 0 }, [0, SIZE]],
  [{ from: 199_990 }, [199_990, SIZE]],
  [{ from: SIZE }, [0, 0]],
  [{ from: SIZE + 1 }, [0, 0]],
  [{ last: 1 }, [SIZE - 1, SIZE]],
  [{ last: 70_000 }, [130_000, SIZE]],
  [{ last: SIZE + 1 }, [0, SIZE]],
  [{ last: 0 }, [0, 0]],
]

/** Parts of blobs, wherever the blobs lie. */
export const rangeCases: readonly BlobStoreCase[] = [
  {
    ...base,
    id: 'blob.ranges.of-an-object',
    obligation: 'A part of an object. `to` is exclusive. A range that starts past the end is empty.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)

      for (const [range, [from, to]] of RANGES) {
        const seen = await readBlob(blobs, wantOf(one, null, range))
        check.bytesEqual(seen, one.bytes.subarray(from, to), JSON.stringify(range))
      }
    },
  },
  {
    ...base,
    id: 'blob.ranges.all-at-once',
    obligation: 'Reads blobs or ranges of them, in any order, several at once.',
    async run({ openProject, blob, check }) {
      const one = blob('a', SIZE)
      const blobs = await openProject()
      await blobs.write([itemOf(one)], LOOSE)

      const seen = await readWants(blobs, [...RANGES.map(([range]) => wantOf(one, null, range)), wantOf(one)])

      for (const [index, [range, [from, to]]] of RANGES.entries()) {
        check.bytesEqual(seen[index], one.bytes.subarray(from, to), JSON.stringify(range))
      }
      check.bytesEqual(seen.at(-1), one.bytes, 'the whole')
    },
  },
  {
    ...base,
    id: 'blob.ranges.of-small-blobs',
    obligation: 'Ranges of one pack that are near each other are merged: fewer requests than wants.',
    async run({ openProject, blob, check }) {
      const all = Array.from({ length: 40 }, (_, index) => blob(`blob ${index}`, 1_000 + index))
      const blobs = await openProject()
      const locations = await blobs.write(
        all.map((one) => itemOf(one)),
        { ...LOOSE, pack: true },
      )
      const ranges: ByteRange[] = [
        { from: 0, to: 10 },
        { from: 990 },
        { last: 3 },
        { from: 900, to: 5_000 },
        { from: 5_000 },
      ]

      const wants = all.flatMap((one, index) => ranges.map((range) => wantOf(one, locations[index], range)))
      const seen = await readWants(blobs, wants)

      for (const [index, one] of all.entries()) {
        const { bytes } = one
        const parts = [
          bytes.subarray(0, 10),
          bytes.subarray(990),
          bytes.subarray(-3),
          bytes.subarray(900),
          new Uint8Array(),
        ]
        const label = (range: number) => `blob ${index}, ${JSON.stringify(ranges[range])}`
        for (const [range, part] of parts.entries()) {
          check.bytesEqual(seen[index * ranges.length + range], part, label(range))
        }
      }
    },
  },
  {
    ...base,
    id: 'blob.ranges.of-an-empty-blob',
    obligation: 'A part of an object. `to` is exclusive. A range that starts past the end is empty.',
    async run({ openProject, check }) {
      const empty = blobOf(new Uint8Array())
      const blobs = await openProject()
      const [location] = await blobs.write([itemOf(empty)], { ...LOOSE, pack: true })

      for (const range of [{ from: 0 }, { from: 0, to: 5 }, { last: 5 }, { from: 3 }]) {
        check.bytesEqual(await readBlob(blobs, wantOf(empty, location, range)), empty.bytes, JSON.stringify(range))
      }
    },
  },
]
