import type { ObjectStore } from '../../ports/object-store.ts'
import { sourceOf } from '../data.ts'
import { ingested, unknownSource } from './bulk-checks.ts'
import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'lifetime and capabilities', tier: 'quick', requires: [] } as const

/** Calls that a store must refuse. */
export const lifetimeCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.closed.refuses',
    obligation: 'Must reject `UNSUPPORTED` when its capability denies the method, and `CLOSED` after `close`.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      await ann.putIfAbsent(key('a'), bytes('a', 10), {})

      await ann.close()

      await check.rejects(ann.get(key('a'), {}), 'CLOSED', 'get')
      await check.rejects(ann.read(key('a'), {}), 'CLOSED', 'read')
      await check.rejects(ann.stat(key('a'), {}), 'CLOSED', 'stat')
      await check.rejects(ann.putIfAbsent(key('b'), bytes('b', 10), {}), 'CLOSED', 'putIfAbsent')
      await check.rejects(ann.put(key('b'), bytes('b', 10), {}), 'CLOSED', 'put')
      await check.rejects(ann.delete([key('a')], {}), 'CLOSED', 'delete')
      await check.rejects(ann.sync([key('a')], {}), 'CLOSED', 'sync')
      await check.rejects(ann.list(namespace, { depth: 'all', limit: 1 }), 'CLOSED', 'list')
      check.equal(await listNames(ben, namespace), ['a'], 'another handle goes on')
    },
  },
  {
    ...base,
    id: 'object.closed.twice',
    obligation: 'Releases what the store holds. Calls under way settle first. Idempotent.',
    async run({ open }) {
      const store = await open()

      await Promise.all([store.close(), store.close()])
      await store.close()
    },
  },
  {
    ...base,
    id: 'object.closed.calls-under-way-settle',
    obligation: 'Releases what the store holds. Calls under way settle first. Idempotent.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const closing: Promise<void>[] = []
      const before = (taken: number): void => {
        if (taken === 1) closing.push(store.close())
      }

      const call = store.putIfAbsent(key('a'), sourceOf(bytes('a', 200_000), { before }), {})
      const answer = await call
      await Promise.all(closing)

      check.equal(answer === 'exists', false, 'it was created')
      check.bytesEqual(await readAll(await open(), key('a')), bytes('a', 200_000))
    },
  },
  {
    ...base,
    id: 'object.capabilities.denied',
    obligation: 'Must reject `UNSUPPORTED` when its capability denies the method, and `CLOSED` after `close`.',
    async run({ open, key, bytes, capabilities, namespace, check }) {
      const store = await open()
      await store.putIfAbsent(key('a'), bytes('a', 10), {})

      for (const [capability, calls] of Object.entries(callsByCapability(store, key('a')))) {
        if (capabilities.has(capability)) continue
        for (const call of calls) await check.rejects(call(), 'UNSUPPORTED', capability)
      }

      check.equal(await listNames(store, namespace), ['a'], 'nothing was changed')
    },
  },
]

function callsByCapability(store: ObjectStore, key: string): Record<string, readonly (() => Promise<unknown>)[]> {
  const [bytes, page] = [new Uint8Array(1), { depth: 'all', limit: 1 } as const]
  return {
    compareAndSwap: [() => store.compareAndSwap(key, bytes, 'etag', {})],
    staging: [() => store.stage({})],
    copy: [() => store.copy(key, `${key}-copy`, {})],
    batch: [
      () => store.batch.tip({}),
      () => store.batch.getAt('tip', [key], {}),
      () => store.batch.listAt('tip', '', page),
      () => store.batch.commit([{ key, bytes, precondition: 'none' }], { parent: 'tip', title: 'commit' }),
      () => store.batch.commitsSince('tip', {}),
    ],
    bulk: [
      () => store.bulk.deliverAll([{ ...ingested(bytes), key, place: null }], { maker: {} }),
      () => store.bulk.ingestAll([unknownSource()], { prefix: `${key}/` }),
      () => store.bulk.vouchAll([ingested(bytes)], { prefix: `${key}/` }),
    ],
  }
}
