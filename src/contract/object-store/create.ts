import type { ObjectStore } from '../../ports/object-store.ts'
import { sourceOf } from '../data.ts'
import { etagOf, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'creation', tier: 'quick', requires: [] } as const

const RACERS = 20

/** What the commit of a version rests on. */
export const createCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.create.keeps-the-first',
    obligation: 'Creates an object; `exists` when there is one, which is then left as it is.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const first = bytes('first', 1_000)
      await ann.putIfAbsent(key('a'), first, {})
      const etag = await etagOf(ann, key('a'))

      const answers = [
        await ben.putIfAbsent(key('a'), first, {}),
        await ben.putIfAbsent(key('a'), bytes('second', 1_000), {}),
        await ben.putIfAbsent(key('a'), sourceOf(bytes('third', 100_000)), {}),
        await ben.putIfAbsent(key('a'), new Uint8Array(), {}),
      ]

      check.equal(answers, ['exists', 'exists', 'exists', 'exists'])
      check.bytesEqual(await readAll(await open(), key('a')), first)
      check.equal(await etagOf(ben, key('a')), etag, 'the etag stays too')
    },
  },
  {
    ...base,
    id: 'object.create.empty-object-exists',
    obligation: 'Creates an object; `exists` when there is one, which is then left as it is.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), new Uint8Array(), {})

      check.equal(await store.putIfAbsent(key('a'), bytes('a', 10), {}), 'exists')
      check.equal((await store.stat(key('a'), {}))?.sizeBytes, 0)
    },
  },
  {
    ...base,
    id: 'object.create.etag',
    obligation: "Opaque proof of an object's state. Only compared, never parsed.",
    async run({ open, key, bytes, check }) {
      const store = await open()
      const answer = await store.putIfAbsent(key('a'), bytes('a', 10), {})
      const other = await store.putIfAbsent(key('b'), sourceOf(bytes('b', 10)), {})

      check.equal(answer, { etag: await etagOf(store, key('a')) })
      check.equal(other, { etag: await etagOf(store, key('b')) })
      check.equal((await store.get(key('a'), {}))?.etag, await etagOf(store, key('a')))
    },
  },
  {
    ...base,
    id: 'object.create.after-delete',
    obligation: 'Deletes temporary keys and swept blobs.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), bytes('first', 1_000), {})
      await store.delete([key('a')], {})

      const answer = await store.putIfAbsent(key('a'), bytes('second', 10), {})

      check.equal(answer === 'exists', false, 'the key is free again')
      check.bytesEqual(await readAll(store, key('a')), bytes('second', 10))
    },
  },
  {
    ...base,
    id: 'object.create.one-winner',
    obligation: 'Must let exactly one of any number of racing creations win, in all processes.',
    async run({ open, key, bytes, check }) {
      const handles = [await open(), await open()]
      for (const round of ['bytes', 'sources']) {
        const bodies = racing((n) => bytes(`${round}${n}`, 50_000 + n))
        const create = (body: Uint8Array, n: number) =>
          handles[n % 2]!.putIfAbsent(key(round), round === 'bytes' ? body : sourceOf(body, { chunkBytes: 9_000 }), {})

        const results = await Promise.allSettled(bodies.map(create))

        const winner = check.oneWinner(results, { losers: 'exists' })
        check.bytesEqual(await readAll(await open(), key(round)), bodies[winner]!, `the winner's ${round}`)
      }
    },
  },
  {
    ...base,
    id: 'object.create.one-winner-of-small-ones',
    obligation: 'Must let exactly one of any number of racing creations win, in all processes.',
    async run({ open, key, bytes, check }) {
      const handles = [await open(), await open()]
      for (let round = 0; round < 10; round++) {
        const bodies = racing((n) => bytes(`${round}/${n}`, 10))

        const results = await Promise.allSettled(
          bodies.map((body, n) => handles[n % 2]!.putIfAbsent(key(`deep/folder/${round}`), body, {})),
        )

        const winner = check.oneWinner(results, { losers: 'exists' })
        check.bytesEqual(await readAll(handles[0]!, key(`deep/folder/${round}`)), bodies[winner]!, 'the body')
      }
    },
  },
  {
    ...base,
    id: 'object.create.one-winner-of-all-ways',
    requires: ['staging'],
    obligation: 'Must leave an existing object as it is and answer `exists`.',
    async run({ open, key, bytes, check }) {
      const handles = [await open(), await open()]
      const bodies = racing((n) => bytes(`${n}`, 5_000 + n))

      const results = await Promise.allSettled(
        bodies.map((body, n) =>
          n % 2 === 0 ? publish(handles[0]!, key('a'), body) : create(handles[1]!, key('a'), body),
        ),
      )

      const winner = check.oneWinner(results, { losers: 'exists' })
      check.bytesEqual(await readAll(await open(), key('a')), bodies[winner]!, "the winner's body")
    },
  },
  {
    ...base,
    id: 'object.create.many-at-once',
    obligation: 'Must be all or nothing, and durable with its name when it answers, also when it answers `exists`.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const names = racing((n) => `d${n % 3}/e${n % 2}/${n}`)

      await Promise.all(names.map((name) => store.putIfAbsent(key(name), sourceOf(bytes(name, 20_000)), {})))

      for (const name of names) check.bytesEqual(await readAll(await open(), key(name)), bytes(name, 20_000), name)
    },
  },
]

function racing<T>(make: (n: number) => T): T[] {
  return Array.from({ length: RACERS }, (_, n) => make(n))
}

async function create(store: ObjectStore, key: string, body: Uint8Array): Promise<'created' | 'exists'> {
  return (await store.putIfAbsent(key, body, {})) === 'exists' ? 'exists' : 'created'
}

async function publish(store: ObjectStore, key: string, body: Uint8Array): Promise<'created' | 'exists'> {
  const staged = await store.stage({})
  await staged.write(body.subarray(0, 1_000))
  await staged.write(body.subarray(1_000))
  // A store need not vouch for what was created in another way.
  return (await staged.publish(key)) === 'created' ? 'created' : 'exists'
}
