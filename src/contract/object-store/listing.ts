import { etagOf, listAll, listNames } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'listing', tier: 'quick', requires: [] } as const

/** In code-point order; `-` and `.` sort before `/`, which sorts before digits and letters. */
const NEIGHBOURS = ['D', '_', 'a-', 'a-b/x', 'a.b', 'a/-', 'a/b/x', 'a/b/y', 'a/c', 'a0', 'aa', 'b']
const CHILDREN = ['D', '_', 'a-', 'a-b/', 'a.b', 'a/', 'a0', 'aa', 'b']

/** What is there, in order, once each, page by page. */
export const listingCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.list.all',
    obligation: '`all`: every key below the prefix.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const name of NEIGHBOURS.toReversed()) await store.put(key(name), bytes(name, 10), {})

      check.equal(await listNames(store, namespace), [...NEIGHBOURS].sort(), 'in code-point order')
    },
  },
  {
    ...base,
    id: 'object.list.children',
    obligation: '`children`: direct children, deeper keys folded into folders.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const name of NEIGHBOURS) await store.put(key(name), bytes(name, 10), {})

      const entries = await listAll(store, namespace, { depth: 'children', limit: 100 })

      check.equal(
        entries.map((entry) => entry.key.slice(namespace.length)),
        CHILDREN,
        'in code-point order',
      )
      check.equal(
        entries.map(({ kind }) => kind),
        CHILDREN.map((name) => (name.endsWith('/') ? 'folder' : 'object')),
      )
    },
  },
  {
    ...base,
    id: 'object.list.facts',
    obligation: 'One entry of a listing: an object, or, when only direct children are listed, a folder.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const size of [0, 1, 70_000]) await store.putIfAbsent(key(`${size}`), bytes('a', size), {})

      for (const depth of ['children', 'all'] as const) {
        for (const entry of await listAll(store, namespace, { depth, limit: 100 })) {
          if (entry.kind === 'folder') throw new TypeError(`a folder ${entry.key} where only objects are`)
          check.equal(`${entry.sizeBytes}`, entry.key.slice(namespace.length), `size of ${entry.key}`)
          if (entry.etag !== null) check.equal(entry.etag, await etagOf(store, entry.key), `etag of ${entry.key}`)
        }
      }
    },
  },
  {
    ...base,
    id: 'object.list.without-details',
    obligation: 'False when nobody looks at sizes and etags: a store may then answer null for both',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const name of ['a', 'b/x', 'c']) await store.putIfAbsent(key(name), bytes(name, 10), {})

      for (const depth of ['children', 'all'] as const) {
        const named = await listAll(store, namespace, { depth, details: false, limit: 2 })
        const known = await listAll(store, namespace, { depth, limit: 2 })
        check.equal(
          named.map((entry) => entry.key),
          known.map((entry) => entry.key),
          depth,
        )
      }
    },
  },
  {
    ...base,
    id: 'object.list.prefix-is-a-folder',
    obligation: 'Lists keys below `prefix`, which ends with `/` or is empty.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      for (const name of ['a', 'ab/x', 'c/x', 'cd', 'c-/x']) await store.put(key(name), bytes(name, 10), {})

      for (const depth of ['children', 'all'] as const) {
        check.equal(await listNames(store, key('c/'), depth), ['x'], 'of a folder')
        check.equal(await listNames(store, key('a/'), depth), [], 'of an object')
        check.equal(await listNames(store, key('missing/deep/'), depth), [], 'of nothing')
      }
    },
  },
  {
    ...base,
    id: 'object.list.pages',
    obligation: 'Entries a page, at least 1. A store may answer fewer.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const name of NEIGHBOURS) await store.put(key(name), bytes(name, 10), {})

      for (const limit of [1, 2, 3, 4, 9, 12, 13]) {
        const all = await listAll(store, namespace, { depth: 'all', limit })
        const children = await listAll(store, namespace, { depth: 'children', limit })

        check.equal(
          all.map((entry) => entry.key),
          NEIGHBOURS.map(key),
          `all, ${limit} a page`,
        )
        check.equal(
          children.map((entry) => entry.key),
          CHILDREN.map(key),
          `children, ${limit} a page`,
        )
      }
    },
  },
  {
    ...base,
    id: 'object.list.pages-under-writes',
    obligation: 'Must list every object that was there before the first page was asked for and still is',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      const stable = numbered('m', 30)
      const doomed = numbered('m', 30).map((name) => `${name}-doomed`)
      for (const name of [...stable, ...doomed]) await ann.put(key(name), bytes(name, 10), {})

      for (const depth of ['all', 'children'] as const) {
        const seen = await listAll(ann, namespace, {
          depth,
          limit: 7,
          async between(pages) {
            // One before the cursor, one after it, and one goes that was listed already or will be.
            await ben.put(key(`a${depth}${pages}`), bytes('new', 10), {})
            await ben.put(key(`z${depth}${pages}`), bytes('new', 10), {})
            await ben.delete([key(doomed.pop() ?? 'gone'), key(doomed.shift() ?? 'gone')], {})
          },
        })

        const names = seen.map((entry) => entry.key.slice(namespace.length))
        check.equal(
          names.filter((name) => stable.includes(name)),
          stable,
          `every stable key once (${depth})`,
        )
        check.equal(names, [...new Set(names)].sort(), `no key twice, in order (${depth})`)
      }
    },
  },
  {
    ...base,
    id: 'object.list.after-writes',
    obligation: 'Must be strongly consistent: a read or list that starts after a write was answered sees it.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const name of numbered('n', 20)) {
        await ann.putIfAbsent(key(name), bytes(name, 10), {})
        check.equal((await listNames(ben, namespace)).includes(name), true, `${name} is listed at once`)

        await ann.delete([key(name)], {})
        check.equal((await listNames(ben, namespace)).includes(name), false, `${name} is no longer listed`)
      }
    },
  },
  {
    ...base,
    id: 'object.list.many-pages',
    tier: 'full',
    obligation: 'No key twice.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const names = numbered('many', 2_500)
      for (let start = 0; start < names.length; start += 50) {
        const batch = names.slice(start, start + 50)
        await Promise.all(batch.map((name) => store.put(key(name), bytes(name, 1), {})))
      }

      for (const limit of [999, 1_000, 1_001, 5_000]) {
        const entries = await listAll(store, namespace, { depth: 'all', limit })
        check.equal(
          entries.map((entry) => entry.key),
          names.map(key),
          `${limit} a page`,
        )
      }
    },
  },
]

/** Names whose order is that of their numbers. */
function numbered(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${stem}${String(n).padStart(4, '0')}`)
}
