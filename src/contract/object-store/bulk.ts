import { BULK_BYTES_MAX, BULK_COUNT_MAX } from '../../ports/object-store.ts'
import type { ObjectStore, SmallObject } from '../../ports/object-store.ts'
import { readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'bulk', tier: 'quick', requires: ['bulk', 'staging'] } as const

/** Sizes of small objects, the empty one and one of several pages among them. */
const SIZES = [0, 1, 100, 4_096, 70_000, 300_000]

/** Many small objects at once. What was not done in bulk is no failure: it is done one by one. */
export const bulkCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.bulk.writes',
    obligation: 'Makes the bytes objects; answers which of them are there now.',
    async run({ open, key, bytes, check }) {
      const objects = SIZES.map((size) => ({ key: key(`d/${size}`), bytes: bytes(`${size}`, size) }))

      const written = await (await open()).bulk.writeAll(givenAway(objects), {})

      check.equal(written.length, objects.length, 'answers')
      const fresh = await open()
      for (const [index, object] of objects.entries()) {
        const found = await readAll(fresh, object.key)
        if (written[index]) check.bytesEqual(found, object.bytes, object.key)
        else check.equal(found, null, object.key)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.vouches',
    obligation:
      'Must do it as `stage` and `publish` do, and as `replace` where the store does not vouch for what is there.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const objects = SIZES.map((size) => ({ key: key(`${size}`), bytes: bytes(`${size}`, size) }))
      const written = await store.bulk.writeAll(givenAway(objects), {})

      const again = await (await open()).bulk.writeAll(givenAway(objects), {})

      for (const [index, { key: name }] of objects.entries()) {
        if (written[index]) check.equal((await store.stat(name, {}))?.pristine, true, name)
        if (again[index]) check.bytesEqual(await readAll(store, name), objects[index]!.bytes, `${name}, written again`)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.stats',
    obligation: 'What is known of objects, as `stat` says, each of them; null for each that is not there.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await publishAll(store, [
        { key: key('staged'), bytes: bytes('staged', 100) },
        { key: key('d/staged'), bytes: bytes('d', 0) },
      ])
      await store.putIfAbsent(key('created'), bytes('created', 7), {})
      const keys = ['staged', 'absent', 'd/staged', 'd', 'created', 'absent/too'].map(key)

      const found = await (await open()).bulk.statAll(keys, {})

      const alone = await Promise.all(keys.map((name) => store.stat(name, {})))
      check.equal(found, alone)
    },
  },
  {
    ...base,
    id: 'object.bulk.reads',
    obligation: 'Whole objects, in the order of `keys`; null for each that is not there or was not read',
    async run({ open, key, bytes, check }) {
      const objects = SIZES.map((size) => ({ key: key(`d/${size}`), bytes: bytes(`${size}`, size) }))
      await publishAll(await open(), objects)
      const keys = [...objects.map((object) => object.key), key('absent'), key('d')].reverse()

      const found = await (await open()).bulk.readAll(keys, {})

      check.equal(found.length, keys.length, 'answers')
      check.equal(found.slice(0, 2), [null, null], 'what is not there')
      for (const [index, object] of objects.toReversed().entries()) {
        const read = found[index + 2]
        if (read) check.bytesEqual(read, object.bytes, object.key)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.never-half',
    obligation: 'No reader ever sees a part, not even after a crash.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const objects = Array.from({ length: 40 }, (_, n) => ({ key: key(`d/${n}`), bytes: bytes(`${n}`, 20_000) }))

      const [first, second] = await Promise.all([
        ann.bulk.writeAll(givenAway(objects), {}),
        ben.bulk.writeAll(givenAway(objects.toReversed()), {}),
      ])

      const fresh = await open()
      for (const [index, object] of objects.entries()) {
        const isThere = first[index] || second.at(-1 - index)
        const found = await readAll(fresh, object.key)
        if (isThere || found !== null) check.bytesEqual(found, object.bytes, object.key)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.limits',
    obligation: 'Bytes that one call of `BulkObjects` may move, by the word of its caller.',
    async run({ open, key, check }) {
      const store = await open()
      const keys = Array.from({ length: BULK_COUNT_MAX + 1 }, (_, n) => key(`${n}`))
      const [half, more] = [new Uint8Array(BULK_BYTES_MAX / 2), new Uint8Array(BULK_BYTES_MAX / 2 + 1)]

      await check.rejects(store.bulk.statAll(keys, {}), 'INVALID', 'too many to look at')
      await check.rejects(store.bulk.readAll(keys, {}), 'INVALID', 'too many to read')
      const tooMuch = [
        { key: key('a'), bytes: half },
        { key: key('b'), bytes: more },
      ]
      await check.rejects(store.bulk.writeAll(tooMuch, {}), 'INVALID', 'too many bytes')
      check.equal(await store.bulk.statAll([], {}), [], 'none')
    },
  },
  {
    ...base,
    id: 'object.bulk.abort',
    obligation: 'After an abort nothing new becomes visible that was not on its way.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const signal = AbortSignal.abort()

      await check.rejects(
        store.bulk.writeAll([{ key: key('a'), bytes: bytes('a', 10) }], { signal }),
        'ABORTED',
        'write',
      )
      await check.rejects(store.bulk.readAll([key('a')], { signal }), 'ABORTED', 'read')
      await check.rejects(store.bulk.statAll([key('a')], { signal }), 'ABORTED', 'stat')

      check.equal(await (await open()).stat(key('a'), {}), null)
    },
  },
]

async function publishAll(store: ObjectStore, objects: readonly SmallObject[]): Promise<void> {
  for (const { key, bytes } of objects) {
    const staged = await store.stage({})
    await staged.write(bytes)
    await staged.publish(key)
  }
}

/** What is written is given away, and these bytes are compared later. */
function givenAway(objects: readonly SmallObject[]): readonly SmallObject[] {
  return objects.map(({ key, bytes }) => ({ key, bytes: bytes.slice() }))
}
