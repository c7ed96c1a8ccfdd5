import { sha256 } from '../../domain/digest.ts'
import { BULK_COUNT_MAX, ingestedKey } from '../../ports/bulk-objects.ts'
import type { DeliveredObject } from '../../ports/bulk-objects.ts'
import { ingested, unknownSource } from './bulk-checks.ts'
import { deliverCases } from './bulk-deliver.ts'
import { ingestCases } from './bulk-ingest.ts'
import { listNames } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'bulk', tier: 'quick', requires: ['bulk'] } as const

/** Many objects at once. What was not done in bulk is no failure: it is done one by one. */
export const bulkCases: readonly ObjectStoreCase[] = [
  ...ingestCases,
  ...deliverCases,
  {
    ...base,
    id: 'object.bulk.vouched-for',
    requires: ['bulk', 'staging'],
    obligation:
      'Whether objects that are named by what they hold are there, of their size, and vouched for, as `stat` says; null for each that was not looked at.',
    async run({ open, namespace, bytes, check }) {
      const store = await open()
      const staged = ['sound', 'other size', 'empty'].map((name) => bytes(name, name === 'empty' ? 0 : 100))
      const created = bytes('created', 7)
      for (const content of staged) {
        const writing = await store.stage({})
        await writing.write(content)
        await writing.publish(ingestedKey(namespace, sha256(content)))
      }
      await store.putIfAbsent(ingestedKey(namespace, sha256(created)), created, {})
      const objects = [...staged, created, bytes('absent', 3)].map((content) => ingested(content))
      const asked = objects.map((object, index) => (index === 1 ? { ...object, sizeBytes: 99 } : object)).toReversed()

      const found = await (await open()).bulk.vouchAll(asked, { prefix: namespace })

      check.equal(found.length, asked.length, 'answers')
      for (const [index, { digest, sizeBytes }] of asked.entries()) {
        const info = await store.stat(ingestedKey(namespace, digest), {})
        const isVouchedFor = info !== null && info.sizeBytes === sizeBytes && info.pristine
        if (found[index] !== null) check.equal(found[index], isVouchedFor, `object ${index}`)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.unknown-reader',
    obligation: 'null for each that was not stored, as are all of readers that the store does not know.',
    async run({ open, namespace, check }) {
      const store = await open()

      const found = await store.bulk.ingestAll([unknownSource(), unknownSource()], { prefix: namespace })

      check.equal(found, [null, null])
      check.equal(await listNames(await open(), namespace), [])
    },
  },
  {
    ...base,
    id: 'object.bulk.unknown-maker',
    obligation: 'Answers which of them are there now; none is of a maker that the store does not know.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const place = Object.freeze({})
      const objects: DeliveredObject[] = []
      for (const name of ['a', 'b']) {
        await store.putIfAbsent(key(name), bytes(name, 100), {})
        objects.push({ key: key(name), digest: sha256(bytes(name, 100)), sizeBytes: 100, place })
      }

      check.equal(await store.bulk.deliverAll(objects, { maker: {} }), [false, false])
    },
  },
  {
    ...base,
    id: 'object.bulk.limits',
    obligation: 'Objects or sources that one call of `BulkObjects` may name.',
    async run({ open, key, namespace, check }) {
      const store = await open()
      const keys = Array.from({ length: BULK_COUNT_MAX + 1 }, (_, n) => key(`${n}`))
      const sources = keys.map(unknownSource)
      const objects = keys.map((name) => deliveredAs(name))

      await check.rejects(store.bulk.vouchAll(objects, { prefix: namespace }), 'INVALID', 'too many to look at')
      await check.rejects(store.bulk.ingestAll(sources, { prefix: namespace }), 'INVALID', 'too many to take')
      await check.rejects(store.bulk.deliverAll(objects, { maker: {} }), 'INVALID', 'too many to put')
      check.equal((await store.bulk.ingestAll(sources.slice(1), { prefix: namespace })).length, BULK_COUNT_MAX)
      check.equal((await store.bulk.deliverAll(objects.slice(1), { maker: {} })).length, BULK_COUNT_MAX)
    },
  },
  {
    ...base,
    id: 'object.bulk.none',
    obligation: 'Objects or sources that one call of `BulkObjects` may name.',
    async run({ open, namespace, check }) {
      const store = await open()

      check.equal(await store.bulk.ingestAll([], { prefix: namespace }), [])
      check.equal(await store.bulk.deliverAll([], { maker: {} }), [])
      check.equal(await store.bulk.vouchAll([], { prefix: namespace }), [])
    },
  },
  {
    ...base,
    id: 'object.bulk.names',
    obligation: 'Ends with `/`. A key is `<prefix><first two digits>/<SHA-256 in hex>`.',
    async run({ open, key, namespace, check }) {
      const store = await open()
      const long = `${namespace}${'x'.repeat(900 - namespace.length - 1)}/`

      for (const prefix of [key('a'), `/${key('a')}/`, key('a//'), key('../a/'), key('a b/'), long]) {
        await check.rejects(store.bulk.ingestAll([unknownSource()], { prefix }), 'INVALID', prefix)
        await check.rejects(store.bulk.vouchAll([ingested(new Uint8Array())], { prefix }), 'INVALID', prefix)
      }
      for (const object of [
        deliveredAs(key('../a')),
        deliveredAs(`/${key('a')}`),
        { ...deliveredAs(key('a')), digest: 'A'.repeat(64) },
        { ...deliveredAs(key('a')), digest: 'abc' },
      ]) {
        await check.rejects(store.bulk.deliverAll([object], { maker: {} }), 'INVALID', `${object.key} ${object.digest}`)
      }
    },
  },
  {
    ...base,
    id: 'object.bulk.abort',
    obligation: 'After an abort nothing new becomes visible that was not on its way.',
    async run({ open, key, namespace, check }) {
      const store = await open()
      const [signal, object] = [AbortSignal.abort(), deliveredAs(key('a'))]

      await check.rejects(
        store.bulk.ingestAll([unknownSource()], { prefix: namespace, signal }),
        'ABORTED',
        'ingestAll',
      )
      await check.rejects(store.bulk.deliverAll([object], { maker: {}, signal }), 'ABORTED', 'deliverAll')
      await check.rejects(store.bulk.vouchAll([object], { prefix: namespace, signal }), 'ABORTED', 'vouchAll')
    },
  },
  {
    ...base,
    id: 'object.bulk.closed',
    obligation: 'Must reject `UNSUPPORTED` when its capability denies the method, and `CLOSED` after `close`.',
    async run({ open, key, namespace, check }) {
      const store = await open()
      const object = deliveredAs(key('a'))

      await store.close()

      await check.rejects(store.bulk.ingestAll([unknownSource()], { prefix: namespace }), 'CLOSED', 'ingestAll')
      await check.rejects(store.bulk.deliverAll([object], { maker: {} }), 'CLOSED', 'deliverAll')
      await check.rejects(store.bulk.vouchAll([object], { prefix: namespace }), 'CLOSED', 'vouchAll')
    },
  },
]

/** An object that is wanted in a place that nobody knows. */
function deliveredAs(key: string): DeliveredObject {
  return { key, digest: sha256(''), sizeBytes: 0, place: null }
}
