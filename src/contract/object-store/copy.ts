import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'copy', tier: 'quick', requires: ['copy'] } as const

/** Objects that are duplicated without their bytes travelling. */
export const copyCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.copy.duplicates',
    obligation:
      'Duplicates an object under a key that is free; `exists` when it is taken, null when there is no source.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const size of [0, 10, 3 * 1024 * 1024]) {
        const body = bytes(`${size}`, size)
        await ann.putIfAbsent(key(`from/${size}`), body, {})

        check.equal(await ann.copy(key(`from/${size}`), key(`to/deep/${size}`), {}), 'created')

        check.bytesEqual(await readAll(ben, key(`to/deep/${size}`)), body, `${size} bytes`)
      }
    },
  },
  {
    ...base,
    id: 'object.copy.keeps-the-first',
    obligation:
      'Duplicates an object under a key that is free; `exists` when it is taken, null when there is no source.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      for (const name of ['from', 'to']) await store.putIfAbsent(key(name), bytes(name, 10), {})

      check.equal(await store.copy(key('from'), key('to'), {}), 'exists')
      check.equal(await store.copy(key('from'), key('from'), {}), 'exists', 'onto itself')

      check.bytesEqual(await readAll(store, key('to')), bytes('to', 10))
      check.bytesEqual(await readAll(store, key('from')), bytes('from', 10))
    },
  },
  {
    ...base,
    id: 'object.copy.without-a-source',
    obligation:
      'Duplicates an object under a key that is free; `exists` when it is taken, null when there is no source.',
    async run({ open, key, namespace, check }) {
      const store = await open()

      check.equal(await store.copy(key('missing'), key('to'), {}), null)

      check.equal(await listNames(store, namespace), [])
    },
  },
  {
    ...base,
    id: 'object.copy.independent',
    obligation: 'Whether `copy` duplicates an object without its bytes travelling through this process.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('from'), bytes('from', 1_000), {})
      await store.copy(key('from'), key('to'), {})

      await store.put(key('from'), bytes('other', 500), {})
      check.bytesEqual(await readAll(store, key('to')), bytes('from', 1_000), 'after the source was replaced')

      await store.delete([key('from')], {})
      check.bytesEqual(await readAll(await open(), key('to')), bytes('from', 1_000), 'after the source was deleted')
    },
  },
  {
    ...base,
    id: 'object.copy.one-winner',
    obligation: 'Must let exactly one of any number of racing creations win, in all processes.',
    async run({ open, key, bytes, check }) {
      const handles = [await open(), await open()]
      const names = Array.from({ length: 10 }, (_, n) => `from${n}`)
      for (const name of names) await handles[0]!.put(key(name), bytes(name, 5_000), {})

      const results = await Promise.allSettled(names.map((name, n) => handles[n % 2]!.copy(key(name), key('to'), {})))

      const winner = names[check.oneWinner(results, { losers: 'exists' })]!
      check.bytesEqual(await readAll(await open(), key('to')), bytes(winner, 5_000), "the winner's body")
    },
  },
]
