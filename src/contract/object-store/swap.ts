import type { ObjectStore } from '../../ports/object-store.ts'
import { ContractFailure } from '../check.ts'
import { etagOf, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'compare and swap', tier: 'quick', requires: ['compareAndSwap'] } as const

/** What native registers rest on. */
export const swapCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.swap.replaces',
    obligation: 'Replaces an object if its etag still is `ifMatch`; `lost` when it is another or there is none.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      await ann.putIfAbsent(key('a'), bytes('first', 1_000), {})

      const answer = await ben.compareAndSwap(key('a'), bytes('second', 10), await etagOf(ben, key('a')), {})

      check.bytesEqual(await readAll(ann, key('a')), bytes('second', 10))
      check.equal(answer, { etag: await etagOf(ann, key('a')) })
    },
  },
  {
    ...base,
    id: 'object.swap.stale-etag-loses',
    obligation: 'Replaces an object if its etag still is `ifMatch`; `lost` when it is another or there is none.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      await ann.putIfAbsent(key('a'), bytes('0', 100), {})
      const stale = await etagOf(ben, key('a'))
      await ann.compareAndSwap(key('a'), bytes('1', 100), stale, {})

      const answer = await ben.compareAndSwap(key('a'), bytes('2', 100), stale, {})

      check.equal(answer, 'lost')
      check.bytesEqual(await readAll(await open(), key('a')), bytes('1', 100))
    },
  },
  {
    ...base,
    id: 'object.swap.plain-writes-count',
    obligation: "Opaque proof of an object's state. Only compared, never parsed.",
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), bytes('0', 100), {})
      const stale = await etagOf(store, key('a'))
      await store.put(key('a'), bytes('1', 100), {})

      check.equal(await store.compareAndSwap(key('a'), bytes('2', 100), stale, {}), 'lost')
      check.bytesEqual(await readAll(store, key('a')), bytes('1', 100))
    },
  },
  {
    ...base,
    id: 'object.swap.creates-nothing',
    obligation: 'Replaces an object if its etag still is `ifMatch`; `lost` when it is another or there is none.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('other'), bytes('other', 100), {})
      const etag = await etagOf(store, key('other'))

      check.equal(await store.compareAndSwap(key('a'), bytes('a', 10), etag, {}), 'lost', 'never there')
      await store.delete([key('other')], {})
      check.equal(await store.compareAndSwap(key('other'), bytes('a', 10), etag, {}), 'lost', 'there no longer')

      check.equal(await store.get(key('a'), {}), null)
      check.equal(await store.get(key('other'), {}), null)
    },
  },
  {
    ...base,
    id: 'object.swap.one-winner',
    obligation: 'Must let exactly one of any number of racing swaps from one etag win, in all processes.',
    async run({ open, key, bytes, check }) {
      const handles = [await open(), await open()]
      await handles[0]!.putIfAbsent(key('a'), bytes('first', 100), {})
      const etag = await etagOf(handles[0]!, key('a'))
      const bodies = Array.from({ length: 20 }, (_, n) => bytes(`${n}`, 1_000 + n))

      const results = await Promise.allSettled(
        bodies.map((body, n) => handles[n % 2]!.compareAndSwap(key('a'), body, etag, {})),
      )

      const winner = check.oneWinner(results, { losers: 'lost' })
      check.bytesEqual(await readAll(await open(), key('a')), bodies[winner]!, "the winner's body")
    },
  },
  {
    ...base,
    id: 'object.swap.no-lost-update',
    obligation: 'Must let exactly one of any number of racing swaps from one etag win, in all processes.',
    async run({ open, key, check }) {
      const handles = [await open(), await open()]
      await handles[0]!.putIfAbsent(key('counter'), Buffer.from('0'), {})
      const work = async (store: ObjectStore): Promise<void> => {
        for (let n = 0; n < 10; n++) await increment(store, key('counter'))
      }

      await Promise.all(Array.from({ length: 5 }, (_, n) => work(handles[n % 2]!)))

      const found = await (await open()).get(key('counter'), {})
      check.equal(Buffer.from(found!.bytes).toString(), '50', '5 workers × 10 increments')
    },
  },
]

/** Each round of all workers has one winner, so 50 rounds are enough; no store is asked more often than this. */
const ATTEMPTS_MAX = 1_000

async function increment(store: ObjectStore, key: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const found = (await store.get(key, {}))!
    const next = Buffer.from(String(Number(Buffer.from(found.bytes).toString()) + 1))
    if ((await store.compareAndSwap(key, next, found.etag, {})) !== 'lost') return
  }
  throw new ContractFailure('someone to make progress', `${ATTEMPTS_MAX} swaps lost`)
}
