import { LadingError } from '../../domain/errors.ts'
import type { CallOptions } from '../../ports/call.ts'
import { sourceOf } from '../data.ts'
import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'all or nothing', tier: 'quick', requires: [] } as const

const CHUNK_BYTES = 70_000
const CHUNKS = 5
const SIZE = CHUNKS * CHUNK_BYTES - 1_000

/** Nothing half done is ever seen, whoever stops it. */
export const abortCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.whole.nothing-before-the-end',
    obligation: 'Must be all or nothing, and durable with its name when it answers, also when it answers `exists`.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      const before = async (taken: number): Promise<void> => {
        check.equal(await ben.stat(key('a'), {}), null, `stat, ${taken} chunks taken`)
        check.equal(await ben.get(key('a'), {}), null, `get, ${taken} chunks taken`)
        check.equal(await listNames(ben, namespace), [], `list, ${taken} chunks taken`)
      }
      const source = sourceOf(bytes('a', SIZE), { chunkBytes: CHUNK_BYTES, before })

      await ann.putIfAbsent(key('a'), source, {})

      check.bytesEqual(await readAll(ben, key('a')), bytes('a', SIZE))
    },
  },
  {
    ...base,
    id: 'object.whole.abort-at-each-chunk',
    obligation: 'Must settle soon after `signal` fires, and after an abort nothing new may become visible',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (let chunk = 0; chunk <= CHUNKS; chunk++) {
        const controller = new AbortController()
        const before = (taken: number): void => {
          if (taken === chunk) controller.abort()
        }
        const source = sourceOf(bytes('a', SIZE), { chunkBytes: CHUNK_BYTES, before })

        const call = store.putIfAbsent(key('a'), source, { signal: controller.signal })

        await check.rejects(call, 'ABORTED', `aborted when ${chunk} chunks were taken`)
        check.equal(await listNames(await open(), namespace), [], `aborted when ${chunk} chunks were taken`)
      }

      await store.putIfAbsent(key('a'), sourceOf(bytes('a', SIZE)), {})

      check.bytesEqual(await readAll(store, key('a')), bytes('a', SIZE), 'the key is still free')
    },
  },
  {
    ...base,
    id: 'object.whole.abort-reaches-the-source',
    obligation: 'Must settle soon after `signal` fires, and after an abort nothing new may become visible',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const controller = new AbortController()
      // A source that waits for bytes notices an abort only by the signal that it was given.
      const before = (taken: number, { signal }: CallOptions): void => {
        if (taken !== 2) return
        controller.abort()
        const [code, detail] = signal?.aborted ? (['ABORTED', 'told'] as const) : (['CONFLICT', 'not told'] as const)
        throw new LadingError(code, { detail: `the source was ${detail}` })
      }
      const source = sourceOf(bytes('a', SIZE), { chunkBytes: CHUNK_BYTES, before })

      const call = store.putIfAbsent(key('a'), source, { signal: controller.signal })

      await check.rejects(call, 'ABORTED')
      check.equal(await listNames(await open(), namespace), [])
    },
  },
  {
    ...base,
    id: 'object.whole.failing-source',
    obligation: 'Must reject when the bytes change while they are read, rather than end early.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (let chunk = 0; chunk <= CHUNKS; chunk++) {
        const before = (taken: number): void => {
          if (taken === chunk) throw new LadingError('CONFLICT', { detail: 'the file changed' })
        }
        const source = sourceOf(bytes('a', SIZE), { chunkBytes: CHUNK_BYTES, sized: chunk % 2 === 0, before })

        await check.rejects(store.putIfAbsent(key('a'), source, {}), 'CONFLICT', `failed at chunk ${chunk}`)

        check.equal(await listNames(await open(), namespace), [], `failed at chunk ${chunk}`)
      }
    },
  },
  {
    ...base,
    id: 'object.whole.short-source',
    obligation: 'In bytes, or null where it is known only at the end.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const body = bytes('a', SIZE)
      for (const sizeBytes of [SIZE - 1, SIZE + 1]) {
        const source = { sizeBytes, read: sourceOf(body).read }

        await check.rejects(store.putIfAbsent(key('a'), source, {}), 'CONFLICT', `${sizeBytes} bytes announced`)

        check.equal(await listNames(await open(), namespace), [], `${sizeBytes} bytes announced`)
      }
    },
  },
  {
    ...base,
    id: 'object.whole.abort-before-the-call',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const options = { signal: AbortSignal.abort() }
      await store.put(key('there'), bytes('there', 10), {})

      await check.rejects(store.putIfAbsent(key('a'), bytes('a', 10), options), 'ABORTED', 'putIfAbsent')
      await check.rejects(store.put(key('a'), bytes('a', 10), options), 'ABORTED', 'put')
      await check.rejects(store.delete([key('there')], options), 'ABORTED', 'delete')
      await check.rejects(store.get(key('there'), options), 'ABORTED', 'get')
      await check.rejects(store.read(key('there'), options), 'ABORTED', 'read')
      await check.rejects(store.stat(key('there'), options), 'ABORTED', 'stat')
      await check.rejects(store.sync([key('there')], options), 'ABORTED', 'sync')
      await check.rejects(store.list(namespace, { ...options, depth: 'all', limit: 1 }), 'ABORTED', 'list')

      check.equal(await listNames(store, namespace), ['there'])
    },
  },
  {
    ...base,
    id: 'object.whole.abort-while-reading',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const body = bytes('a', 5 * 1024 * 1024)
      await store.putIfAbsent(key('a'), body, {})
      const controller = new AbortController()

      const reading = (async () => {
        for await (const _ of (await store.read(key('a'), { signal: controller.signal }))!) controller.abort()
      })()

      await check.rejects(reading, 'ABORTED')
      check.bytesEqual(await readAll(store, key('a')), body, 'the next read')
    },
  },
]
