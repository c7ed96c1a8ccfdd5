import { sha256 } from '../../domain/digest.ts'
import type { DeliveredObject } from '../../ports/bulk-objects.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import type { TestPlaces } from '../bulk-material.ts'
import { ContractFailure } from '../check.ts'
import { assertProgress, BULK_SIZES, isDoneOrAborted, untilSeen } from './bulk-checks.ts'
import type { ObjectStoreCase, ObjectStoreContext } from './context.ts'

const base = { category: 'bulk', tier: 'quick', requires: ['bulk', 'places'] } as const

const PUTS = 'Puts objects of any size where they are wanted, in one pass'
const VERIFIES = 'Must verify every byte that it puts: one object that is not what its digest says is not put anywhere.'
const TOLD = 'Is told, now and then, how many bytes of a single object were put so far. Only of a call with one object.'

const MIB = 1024 * 1024

/** Objects that are put into places. */
export const deliverCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.bulk.delivers',
    obligation: PUTS,
    async run({ open, key, bytes, places, check }) {
      const contents = BULK_SIZES.map((size) => bytes(`${size}`, size))
      const store = await open()
      const given = await places(contents.length)
      const objects = await storedFor(store, { key, given, contents })

      // In an order that is neither that of their keys nor that of their places.
      const put = await (await open()).bulk.deliverAll(objects.toReversed(), { maker: given.maker })

      check.equal(
        put,
        objects.map(() => true),
      )
      for (const [index, content] of contents.entries()) check.bytesEqual(await given.read(index), content, `${index}`)
    },
  },
  {
    ...base,
    id: 'object.bulk.delivers-large',
    tier: 'full',
    obligation: PUTS,
    async run({ open, key, bytes, places, check }) {
      const contents = [32 * MIB - 1, 32 * MIB, 40 * MIB + 1, 40 * MIB].map((size) => bytes(`${size}`, size))
      const store = await open()
      const given = await places(contents.length)
      const objects = await storedFor(store, { key, given, contents, damage: new Map([[3, flippedAt(40 * MIB - 1)]]) })
      const told: number[] = []
      const onBytes = (count: number): void => void told.push(count)

      const alone = await store.bulk.deliverAll(objects.slice(2, 3), { maker: given.maker, onBytes })
      const together = await store.bulk.deliverAll(objects, { maker: given.maker })

      check.equal([...alone, ...together], [true, true, true, true, false])
      for (const index of [0, 1, 2]) check.bytesEqual(await given.read(index), contents[index]!, `${index}`)
      check.equal(await given.read(3), null, 'a damaged object')
      assertProgress(told, contents[2]!.length)
    },
  },
  {
    ...base,
    id: 'object.bulk.same-object',
    obligation: PUTS,
    async run({ open, key, bytes, places, check }) {
      const store = await open()
      const content = bytes('a', 70_000)
      const given = await places(3)
      const [object] = await storedFor(store, { key, given, contents: [content] })

      const wanted = given.places.map((place) => ({ ...object!, place }))
      const put = await store.bulk.deliverAll(wanted, { maker: given.maker })

      check.equal(put, [true, true, true])
      for (const index of [0, 1, 2]) check.bytesEqual(await given.read(index), content, `${index}`)
    },
  },
  {
    ...base,
    id: 'object.bulk.other-maker',
    obligation: 'Answers which of them are there now; none is of a maker that the store does not know.',
    async run({ open, key, bytes, places, check }) {
      const store = await open()
      const contents = [bytes('a', 100), bytes('b', 2 * MIB)]
      const given = await places(contents.length)
      const objects = await storedFor(store, { key, given, contents })

      // A place may look like one that the store knows.
      check.equal(await store.bulk.deliverAll(objects, { maker: {} }), [false, false])

      check.equal([await given.read(0), await given.read(1)], [null, null])
    },
  },
  {
    ...base,
    id: 'object.bulk.delivers-nothing-else',
    obligation: VERIFIES,
    async run({ open, key, bytes, places, check }) {
      const store = await open()
      // Every other one is sound.
      const contents = Array.from({ length: 20 }, (_, n) => bytes(`${n}`, n < 10 ? 1_000 : 3 * MIB))
      const damages = [0, 10].flatMap((n): [number, Damage][] => {
        const size = contents[n]!.length
        return [flippedAt(0), flippedAt(size - 1), cut, grown, lost].map((damage, i) => [n + 2 * i, damage])
      })
      const damage = new Map(damages)
      const given = await places(contents.length)
      const objects = await storedFor(store, { key, given, contents, damage })

      const put = await store.bulk.deliverAll(objects, { maker: given.maker })

      check.equal(
        put,
        contents.map((_, index) => !damage.has(index)),
      )
      for (const [index, content] of contents.entries()) {
        const found = await given.read(index)
        if (damage.has(index)) check.equal(found?.length, undefined, `what is in place ${index}, in bytes`)
        else check.bytesEqual(found, content, `${index}`)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.abort-delivering',
    obligation: 'After an abort nothing new becomes visible that was not on its way.',
    async run({ open, key, bytes, places, check }) {
      const store = await open()
      const contents = Array.from({ length: 60 }, (_, n) => bytes(`${n}`, 30_000))
      const given = await places(2 * contents.length)
      const objects = await storedFor(store, { key, given, contents })
      const others = objects.map((object, index) => ({ ...object, place: given.places[contents.length + index] }))
      const [options, controller] = [{ maker: given.maker }, new AbortController()]
      const putNow = () => indexesPut(given, contents)

      const call = store.bulk.deliverAll(objects, { ...options, signal: controller.signal })
      await untilSeen(async () => (await given.read(0)) !== null, call)
      controller.abort()

      await isDoneOrAborted(call)
      const left = await putNow()
      await store.bulk.deliverAll(others, options)
      check.equal(await putNow(), left, 'some time later')
    },
  },
  {
    ...base,
    id: 'object.bulk.tells-delivered',
    obligation: TOLD,
    async run({ open, key, bytes, places, check }) {
      const store = await open()
      const contents = [bytes('a', 5 * MIB + 3), bytes('b', 2 * MIB)]
      const given = await places(contents.length)
      const { maker } = given
      const objects = await storedFor(store, { key, given, contents })
      const [alone, together]: [number[], number[]] = [[], []]

      await store.bulk.deliverAll(objects.slice(0, 1), { maker, onBytes: (count) => void alone.push(count) })
      await store.bulk.deliverAll(objects, { maker, onBytes: (count) => void together.push(count) })

      assertProgress(alone, contents[0]!.length)
      check.equal(together, [])
    },
  },
]

/** What is stored in the place of the right bytes; null: nothing. */
type Damage = (bytes: Uint8Array) => Uint8Array | null

const cut: Damage = (bytes) => bytes.slice(0, -1)
const grown: Damage = (bytes) => new Uint8Array(Buffer.concat([bytes, new Uint8Array(1)]))
const lost: Damage = () => null

function flippedAt(offset: number): Damage {
  return (bytes) => {
    const copy = bytes.slice()
    copy[offset]! ^= 0x01
    return copy
  }
}

interface Wanted {
  readonly key: ObjectStoreContext['key']
  readonly given: TestPlaces
  readonly contents: readonly Uint8Array[]
  readonly damage?: ReadonlyMap<number, Damage>
}

/** Stores contents, some of them damaged, and wants each in its place. */
async function storedFor(
  store: ObjectStore,
  { key, given, contents, damage }: Wanted,
): Promise<readonly DeliveredObject[]> {
  const objects: DeliveredObject[] = []
  for (const [index, content] of contents.entries()) {
    const name = key(`d/${index}`)
    const stored = damage?.has(index) ? damage.get(index)!(content) : content
    if (stored) await store.putIfAbsent(name, stored, {})
    objects.push({ key: name, digest: sha256(content), sizeBytes: content.length, place: given.places[index] })
  }
  return objects
}

/** Which of the first places have their bytes. None has others. */
async function indexesPut(given: TestPlaces, contents: readonly Uint8Array[]): Promise<readonly number[]> {
  const indexes: number[] = []
  for (const [index, content] of contents.entries()) {
    const found = await given.read(index)
    if (found === null) continue
    if (Buffer.compare(found, content) !== 0) throw new ContractFailure(`nothing or all of ${index}`, 'something else')
    indexes.push(index)
  }
  return indexes
}
