import { setImmediate } from 'node:timers/promises'
import { sha256 } from '../../domain/digest.ts'
import { ingestedKey } from '../../ports/bulk-objects.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import {
  answersOf,
  assertProgress,
  BULK_SIZES,
  ingested,
  isDoneOrAborted,
  namesOfSound,
  unknownSource,
  untilSeen,
} from './bulk-checks.ts'
import type { CaseTools } from '../case.ts'
import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase, ObjectStoreContext } from './context.ts'

const base = { category: 'bulk', tier: 'quick', requires: ['bulk', 'sources'] } as const

const STORES =
  'Must store them as `stage` and `publish` do, and as `replace` where the store does not vouch for what is there.'
const ABORTED = 'After an abort nothing new becomes visible that was not on its way.'
const TOLD =
  'Is told, now and then, how many bytes of a single source were taken so far. Only of a call with one source.'

const MIB = 1024 * 1024

/** Sources that become objects. */
export const ingestCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.bulk.ingests',
    obligation: 'Makes the bytes of sources objects of any size, named by their SHA-256, in one pass',
    async run({ open, namespace, bytes, sources, check }) {
      const contents = BULK_SIZES.map((size) => bytes(`${size}`, size))
      const store = await open()

      const found = await store.bulk.ingestAll((await sources(contents)).sources, { prefix: namespace })

      check.equal(answersOf(found), contents.map(ingested))
      const keys = contents.map((content) => ingestedKey(namespace, sha256(content)))
      await store.sync(keys, {})
      const fresh = await open()
      for (const [index, key] of keys.entries()) check.bytesEqual(await readAll(fresh, key), contents[index]!, key)
      check.equal((await listNames(fresh, namespace)).length, keys.length, 'objects')
    },
  },
  {
    ...base,
    id: 'object.bulk.ingests-large',
    tier: 'full',
    obligation: 'Makes the bytes of sources objects of any size, named by their SHA-256, in one pass',
    async run({ open, namespace, bytes, sources, check }) {
      const contents = [32 * MIB - 1, 32 * MIB, 40 * MIB + 1].map((size) => bytes(`${size}`, size))
      const store = await open()
      const { sources: large } = await sources(contents)
      const told: number[] = []
      const onBytes = (count: number): void => void told.push(count)

      const alone = await store.bulk.ingestAll(large.slice(2), { prefix: `${namespace}alone/`, onBytes })
      const together = await store.bulk.ingestAll(large, { prefix: `${namespace}together/` })

      check.equal(answersOf([...alone, ...together]), [contents[2]!, ...contents].map(ingested))
      check.equal((await namesOfSound(await open(), `${namespace}alone/`)).length, 1)
      check.equal((await namesOfSound(await open(), `${namespace}together/`)).length, contents.length)
      assertProgress(told, contents[2]!.length)
    },
  },
  {
    ...base,
    id: 'object.bulk.same-content',
    obligation: 'Makes the bytes of sources objects of any size, named by their SHA-256, in one pass',
    async run({ open, namespace, bytes, sources, check }) {
      const [small, large] = [bytes('small', 500), bytes('large', 2 * MIB)]
      const contents = [small, large, small, large, small]

      const found = await (await open()).bulk.ingestAll((await sources(contents)).sources, { prefix: namespace })

      check.equal(answersOf(found), contents.map(ingested))
      check.equal((await namesOfSound(await open(), namespace)).length, 2)
    },
  },
  {
    ...base,
    id: 'object.bulk.replaces',
    obligation: STORES,
    async run({ open, namespace, bytes, sources, check }) {
      const store = await open()
      const contents = ['cut', 'grown', 'other'].flatMap((name) => [
        bytes(name, 5_000),
        bytes(`large ${name}`, 2 * MIB),
      ])
      const wrong = contents.map(({ length }, index) => bytes(`wrong ${index}`, length + [-1, 1, 0][index >> 1]!))
      const keys = contents.map((content) => ingestedKey(namespace, sha256(content)))
      for (const [index, key] of keys.entries()) await store.putIfAbsent(key, wrong[index]!, {})
      const before = await Promise.all(keys.map((key) => store.stat(key, {})))

      const found = await store.bulk.ingestAll((await sources(contents)).sources, { prefix: namespace })

      check.equal(answersOf(found), contents.map(ingested))
      for (const [index, key] of keys.entries()) {
        // What has the right size, and is vouched for, stays.
        const stays = before[index]?.pristine === true && wrong[index]!.length === contents[index]!.length
        check.bytesEqual(await readAll(store, key), (stays ? wrong : contents)[index]!, key)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.vouches',
    obligation: STORES,
    async run({ open, namespace, bytes, sources, check }) {
      const contents = [0, 700, 2 * MIB].map((size) => bytes(`${size}`, size))
      const keys = contents.map((content) => ingestedKey(namespace, sha256(content)))
      const given = await sources(contents)
      const store = await open()
      await store.bulk.ingestAll(given.sources, { prefix: namespace })
      const before = await Promise.all(keys.map((key) => store.stat(key, {})))

      const again = await (await open()).bulk.ingestAll(given.sources, { prefix: namespace })

      check.equal(answersOf(again), contents.map(ingested))
      for (const [index, key] of keys.entries()) {
        check.equal(before[index]?.pristine, true, key)
        check.equal(await store.stat(key, {}), before[index], `${key}, stored again`)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.gone-sources',
    obligation: 'Answers the content of each; null for each that was not stored',
    async run({ open, namespace, bytes, sources, check }) {
      const sizes = [5_000, 5_000, 5_000, 2 * MIB, 2 * MIB, 2 * MIB, 100, 0]
      const contents = sizes.map((size, index) => bytes(`${index}`, size))
      const { sources: given, change } = await sources(contents)
      for (const index of [0, 3]) {
        await change(index, null)
        await change(index + 1, contents[index + 1]!.subarray(1))
        await change(index + 2, bytes('grown', sizes[index + 2]! + 1))
      }
      const mixed = [...given, unknownSource()]

      const found = await (await open()).bulk.ingestAll(mixed, { prefix: namespace })

      const nothing = Array.from({ length: 6 }, () => null)
      check.equal(answersOf(found), [...nothing, ingested(contents[6]!), ingested(contents[7]!), null])
      check.equal((await namesOfSound(await open(), namespace)).length, 2)
    },
  },
  {
    ...base,
    id: 'object.bulk.changing-sources',
    obligation: 'Must hash the very bytes that it stores: nobody does it again.',
    async run({ open, namespace, bytes, sources, check }) {
      const sizes = [5_000, 2 * MIB, 5_000, 2 * MIB]
      const { sources: given, change } = await sources(sizes.map((size, index) => bytes(`before ${index}`, size)))
      const other = sizes.map((size, index) => bytes(`after ${index}`, size))
      for (const index of [0, 1]) await change(index, other[index]!)

      const ingesting = (await open()).bulk.ingestAll(given, { prefix: namespace })
      for (const index of [2, 3]) await change(index, other[index]!)
      const found = await ingesting

      // A source that is not as it was found need not be taken.
      for (const index of [0, 1]) if (found[index]) check.equal(answersOf(found)[index], ingested(other[index]!))
      const names = await namesOfSound(await open(), namespace)
      for (const object of found) {
        if (object) check.equal(names.includes(ingestedKey('', object.digest)), true, `${object.digest} is there`)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.never-half',
    obligation: 'No reader ever sees a part, not even after a crash.',
    async run({ open, namespace, bytes, sources, check }) {
      const [ann, ben] = [await open(), await open()]
      const contents = Array.from({ length: 40 }, (_, n) => bytes(`${n}`, n % 20 === 7 ? 2 * MIB : 20_000))
      const given = await sources(contents)
      const [ahead, back] = [given.sources, given.sources.toReversed()]

      const [first, second] = await whileWatched(await open(), { namespace, contents, check }, () =>
        Promise.all([
          ann.bulk.ingestAll(ahead, { prefix: namespace }),
          ben.bulk.ingestAll(back, { prefix: namespace }),
        ]),
      )

      check.equal(answersOf(first), contents.map(ingested))
      check.equal(answersOf(second), contents.toReversed().map(ingested))
      check.equal((await namesOfSound(await open(), namespace)).length, contents.length)
    },
  },
  {
    ...base,
    id: 'object.bulk.abort-ingesting',
    obligation: ABORTED,
    async run({ open, namespace, bytes, sources, check }) {
      const [ann, ben] = [await open(), await open()]
      const contents = Array.from({ length: 200 }, (_, n) => bytes(`${n}`, 30_000))
      const { sources: given } = await sources(contents)
      const controller = new AbortController()

      const call = ann.bulk.ingestAll(given, { prefix: `${namespace}a/`, signal: controller.signal })
      await untilSeen(async () => (await listNames(ben, `${namespace}a/`)).length > 0, call)
      controller.abort()

      await isDoneOrAborted(call)
      const left = await namesOfSound(ben, `${namespace}a/`)
      await ben.bulk.ingestAll(given, { prefix: `${namespace}b/` })
      check.equal(await namesOfSound(ben, `${namespace}a/`), left, 'some time later')
    },
  },
  {
    ...base,
    id: 'object.bulk.abort-ingesting-large',
    tier: 'full',
    obligation: ABORTED,
    async run({ open, namespace, bytes, sources, check }) {
      const [ann, ben] = [await open(), await open()]
      const { sources: given } = await sources([bytes('large', 64 * MIB)])
      const controller = new AbortController()
      const options = { prefix: `${namespace}a/`, signal: controller.signal, onBytes: () => controller.abort() }

      const isStored = await isDoneOrAborted(ann.bulk.ingestAll(given, options))

      const left = await namesOfSound(ben, `${namespace}a/`)
      if (isStored) check.equal(left.length, 1, 'objects')
      await ben.bulk.ingestAll(given, { prefix: `${namespace}b/` })
      check.equal(await namesOfSound(ben, `${namespace}a/`), left, 'some time later')
    },
  },
  {
    ...base,
    id: 'object.bulk.tells-ingested',
    obligation: TOLD,
    async run({ open, namespace, bytes, sources, check }) {
      const store = await open()
      const contents = [bytes('a', 5 * MIB + 3), bytes('b', 2 * MIB)]
      const { sources: given } = await sources(contents)
      const [alone, together]: [number[], number[]] = [[], []]

      await store.bulk.ingestAll(given.slice(0, 1), { prefix: namespace, onBytes: (count) => void alone.push(count) })
      await store.bulk.ingestAll(given, { prefix: namespace, onBytes: (count) => void together.push(count) })

      assertProgress(alone, contents[0]!.length)
      check.equal(together, [])
    },
  },
]

/** Reads objects all the time while something is done: each must be whole, or not there. */
async function whileWatched<T>(
  store: ObjectStore,
  { namespace, contents, check }: Watched,
  act: () => Promise<T>,
): Promise<T> {
  let isDone = false
  const watch = async (): Promise<void> => {
    while (!isDone) {
      for (const content of contents) {
        const key = ingestedKey(namespace, sha256(content))
        const found = await store.get(key, {})
        if (found) check.bytesEqual(found.bytes, content, key)
      }
      await setImmediate()
    }
  }
  const acting = act().finally(() => (isDone = true))
  const [watched, acted] = await Promise.allSettled([watch(), acting])
  if (watched.status === 'rejected') throw watched.reason
  if (acted.status === 'rejected') throw acted.reason
  return acted.value
}

type Watched = Pick<ObjectStoreContext, 'namespace'> &
  Pick<CaseTools, 'check'> & { readonly contents: readonly Uint8Array[] }
