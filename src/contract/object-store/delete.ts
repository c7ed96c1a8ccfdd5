import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'delete and sync', tier: 'quick', requires: [] } as const

/** What goes goes, what is missing is fine, and neighbours stay. */
export const deleteCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.delete.removes',
    obligation: 'Deletes temporary keys and swept blobs.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      const names = ['a', 'a-b', 'a.b', 'ab', 'd/a', 'd/b']
      for (const name of names) await ann.putIfAbsent(key(name), bytes(name, 10), {})

      await ann.delete([key('a'), key('d/a')], {})

      check.equal(await ben.get(key('a'), {}), null)
      check.equal(await ben.stat(key('d/a'), {}), null)
      check.equal(await listNames(ben, namespace), ['a-b', 'a.b', 'ab', 'd/b'], 'neighbours stay')
    },
  },
  {
    ...base,
    id: 'object.delete.missing',
    obligation: 'Missing ones are fine.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('b'), bytes('b', 10), {})

      await store.delete([key('a'), key('b'), key('b'), key('no/such/folder')], {})
      check.equal(await store.get(key('b'), {}), null, 'what was there beside missing ones')
      await store.delete([key('b')], {})
      await store.delete([], {})

      check.equal(await store.get(key('b'), {}), null, 'deleted again')
    },
  },
  {
    ...base,
    id: 'object.delete.many',
    obligation: 'Deletes temporary keys and swept blobs. Missing ones are fine.',
    async run({ open, key, bytes, namespace, check }) {
      // More than services take in one request: the driver splits them, and loses none.
      const store = await open()
      const names = Array.from({ length: 1_002 }, (_, n) => `n${n}`)
      const present = [names[0]!, names[999]!, names[1_000]!, names[1_001]!]
      for (const name of [...present, 'stays']) await store.put(key(name), bytes(name, 10), {})

      await store.delete(names.map(key), {})

      check.equal(await listNames(store, namespace), ['stays'])
    },
  },
  {
    ...base,
    id: 'object.delete.at-once',
    obligation: 'Missing ones are fine.',
    async run({ open, key, bytes, namespace, check }) {
      const handles = [await open(), await open()]
      const names = Array.from({ length: 20 }, (_, n) => `d/${n}`)
      for (const name of names) await handles[0]!.put(key(name), bytes(name, 10), {})

      await Promise.all(names.flatMap((name) => handles.map((handle) => handle.delete([key(name)], {}))))

      check.equal(await listNames(await open(), namespace), [])
    },
  },
  {
    ...base,
    id: 'object.delete.beside-creations',
    obligation: 'Must be all or nothing, and durable with its name when it answers, also when it answers `exists`.',
    async run({ open, key, bytes, check }) {
      // A driver that removes an emptied folder must not take a creation in it along, nor make it fail.
      const [ann, ben] = [await open(), await open()]
      for (let n = 0; n < 30; n++) {
        await ann.put(key(`d/${n}/old`), bytes('old', 10), {})

        await Promise.all([
          ann.delete([key(`d/${n}/old`)], {}),
          ben.putIfAbsent(key(`d/${n}/new`), bytes('new', 10), {}),
        ])

        check.bytesEqual(await readAll(ann, key(`d/${n}/new`)), bytes('new', 10), `round ${n}`)
      }
    },
  },
  {
    ...base,
    id: 'object.sync.changes-nothing',
    obligation: 'Must make each of them durable that exists, whoever wrote it. Missing ones are fine.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      await ann.put(key('d/a'), bytes('a', 10), {})

      await ben.sync([key('d/a'), key('d/missing'), key('no/such/folder/a'), key('d')], {})
      await ben.sync([], {})

      check.equal(await listNames(ann, namespace), ['d/a'])
      check.bytesEqual(await readAll(ann, key('d/a')), bytes('a', 10))
    },
  },
]
