import { capabilityNames, listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'isolation', tier: 'quick', requires: [] } as const

/** What the harness can do, and not the store. */
const OF_HARNESS: ReadonlySet<string> = new Set(['spawn', 'sources', 'places'])

/** What every other case rests on; so these come first. */
export const isolationCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.isolation.starts-empty',
    obligation: 'Lists keys below `prefix`',
    async run({ open, namespace, check }) {
      const store = await open()

      const page = await store.list(namespace, { depth: 'all', limit: 10 })

      check.equal(page, { entries: [] })
    },
  },
  {
    ...base,
    id: 'object.isolation.two-handles',
    obligation: 'Must be strongly consistent: a read or list that starts after a write was answered sees it.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      const body = bytes('a', 1_000)

      await ann.put(key('a'), body, {})

      check.bytesEqual((await ben.get(key('a'), {}))?.bytes, body, 'get')
      check.bytesEqual(await readAll(ben, key('a')), body, 'read')
      check.equal((await ben.stat(key('a'), {}))?.sizeBytes, 1_000, 'stat')
      check.equal(await listNames(ben, namespace), ['a'], 'list')
    },
  },
  {
    ...base,
    id: 'object.isolation.nothing-is-stale',
    obligation: 'Must be strongly consistent: a read or list that starts after a write was answered sees it.',
    async run({ open, key, bytes, namespace, check }) {
      // Ben asks for everything each time: what he was answered before must not be answered again.
      const [ann, ben] = [await open(), await open()]
      const expect = async (body: Uint8Array | null, when: string): Promise<void> => {
        check.equal((await ben.stat(key('a'), {}))?.sizeBytes, body?.length, `stat, ${when}`)
        check.equal(await listNames(ben, namespace), body ? ['a'] : [], `list, ${when}`)
        const found = [(await ben.get(key('a'), {}))?.bytes ?? null, await readAll(ben, key('a'))]
        check.equal(
          found.map((seen) => seen !== null),
          [body !== null, body !== null],
          `get and read, ${when}`,
        )
        if (body) for (const seen of found) check.bytesEqual(seen, body, when)
      }

      for (const round of [1, 2]) {
        await expect(null, `before creation ${round}`)
        await ann.putIfAbsent(key('a'), bytes('created', 100 * round), {})
        await expect(bytes('created', 100 * round), `created ${round}`)
        await ann.put(key('a'), bytes('written', 50 * round), {})
        await expect(bytes('written', 50 * round), `written ${round}`)
        await ann.delete([key('a')], {})
      }
      await expect(null, 'deleted')
    },
  },
  {
    ...base,
    id: 'object.isolation.canary',
    obligation: 'Deletes temporary keys and swept blobs.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const canaries = ['canary', 'inside-canary', 'inside.canary', 'inside0/canary']
      for (const name of canaries) await store.putIfAbsent(key(name), bytes(name, 100), {})

      const inside = ['a', 'b/c', 'b/d', 'canary'].map((name) => key(`inside/${name}`))
      for (const name of inside) await store.putIfAbsent(name, bytes(name, 100), {})
      for (const name of inside) await store.put(name, bytes(`${name}!`, 50), {})
      await store.delete(inside, {})

      check.equal(await listNames(store, key('inside/')), [], 'what was deleted')
      for (const name of canaries) check.bytesEqual(await readAll(await open(), key(name)), bytes(name, 100), name)
    },
  },
  {
    ...base,
    id: 'object.capabilities.frozen',
    obligation: 'What an object store can do, and its limits. Frozen; never changes while the store is open.',
    async run({ open, capabilities, check }) {
      const known = (await open()).capabilities

      const declared = [...capabilities].filter((name) => !OF_HARNESS.has(name)).sort()
      check.equal(Object.isFrozen(known), true, 'frozen')
      check.equal(capabilityNames(known).sort(), declared, 'as the harness declares them')
      check.equal(known.concurrency >= 1 && known.objectBytesMax > 0 && known.packBelowBytes >= 0, true, 'limits')
    },
  },
]
