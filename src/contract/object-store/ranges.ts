import type { ByteRange } from '../../ports/object-store.ts'
import { readAll } from './context.ts'
import type { ObjectStoreCase, ObjectStoreContext } from './context.ts'
import type { CaseTools } from '../case.ts'

const base = { category: 'ranges', tier: 'quick', requires: [] } as const

const SIZE = 200_000

/** Parts of objects. */
export const rangeCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.ranges.bounded',
    obligation: 'A part of an object. `to` is exclusive.',
    run: (context) =>
      expectRanges(context, [
        [{ from: 0, to: 1 }, 0, 1],
        [{ from: 0, to: SIZE }, 0, SIZE],
        [{ from: 1, to: SIZE - 1 }, 1, SIZE - 1],
        [{ from: 65_535, to: 65_537 }, 65_535, 65_537],
        [{ from: 65_536, to: 131_072 }, 65_536, 131_072],
        [{ from: SIZE - 1, to: SIZE }, SIZE - 1, SIZE],
        [{ from: 7, to: 7 }, 7, 7],
      ]),
  },
  {
    ...base,
    id: 'object.ranges.offset',
    obligation: 'Reads an object, or a range of it, as a stream; null when there is none.',
    run: (context) =>
      expectRanges(context, [
        [{ from: 0 }, 0, SIZE],
        [{ from: 1 }, 1, SIZE],
        [{ from: SIZE - 1 }, SIZE - 1, SIZE],
      ]),
  },
  {
    ...base,
    id: 'object.ranges.suffix',
    obligation: 'The last bytes, at most as many as there are.',
    run: (context) =>
      expectRanges(context, [
        [{ last: 0 }, SIZE, SIZE],
        [{ last: 1 }, SIZE - 1, SIZE],
        [{ last: 70_000 }, SIZE - 70_000, SIZE],
        [{ last: SIZE }, 0, SIZE],
        [{ last: SIZE + 1 }, 0, SIZE],
      ]),
  },
  {
    ...base,
    id: 'object.ranges.past-the-end',
    obligation: 'A range that starts past the end is empty.',
    run: (context) =>
      expectRanges(context, [
        [{ from: SIZE - 2, to: SIZE + 2 }, SIZE - 2, SIZE],
        [{ from: SIZE }, SIZE, SIZE],
        [{ from: SIZE, to: SIZE + 1 }, SIZE, SIZE],
        [{ from: SIZE + 5 }, SIZE, SIZE],
        [{ from: 10 * SIZE, to: 11 * SIZE }, SIZE, SIZE],
      ]),
  },
  {
    ...base,
    id: 'object.ranges.of-an-empty-object',
    obligation: 'A range that starts past the end is empty.',
    async run({ open, key, check }) {
      const store = await open()
      await store.put(key('a'), new Uint8Array(), {})

      for (const range of [{ from: 0 }, { from: 0, to: 5 }, { from: 3 }, { last: 1 }]) {
        check.bytesEqual(await readAll(store, key('a'), range), new Uint8Array(), JSON.stringify(range))
      }
    },
  },
]

/** Reads each range of one object and expects the bytes from `start` to before `end`. */
async function expectRanges(
  { open, key, bytes, check }: ObjectStoreContext & CaseTools,
  ranges: readonly (readonly [range: ByteRange, start: number, end: number])[],
): Promise<void> {
  const store = await open()
  const body = bytes('a', SIZE)
  await store.putIfAbsent(key('a'), body, {})

  for (const [range, start, end] of ranges) {
    check.bytesEqual(await readAll(store, key('a'), range), body.subarray(start, end), JSON.stringify(range))
  }
}
