import { describe, expect, it } from 'vitest'
import { createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import type { MemoryOptions } from '../../../src/adapters/memory/index.ts'
import { LadingError } from '../../../src/domain/errors.ts'
import type { ErrorCode } from '../../../src/domain/errors.ts'
import { checkedObjectStore } from '../../../src/ports/facade/object-store.ts'
import type { ObservedRequest } from '../../../src/ports/facade/object-store.ts'
import type { ByteSource } from '../../../src/ports/bytes.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'

const BYTES = new Uint8Array([1, 2, 3])

describe('the facade over drivers', () => {
  it.each([
    ['empty', ''],
    ['absolute', '/a'],
    ['ending in a slash', 'a/'],
    ['with an empty segment', 'a//b'],
    ['climbing', 'a/../b'],
    ['with a dot segment', './a'],
    ['with a space', 'a b'],
    ['with a backslash', 'a\\b'],
    ['beyond ASCII', 'é'],
    ['with a null character', 'a\0'],
    ['of 901 characters', 'a'.repeat(901)],
  ])('refuses a key that is %s, before the driver sees it', async (_, key) => {
    const { store, requests } = watched()

    await rejects(store.get(key, {}), 'INVALID')
    await rejects(store.put(key, BYTES, {}), 'INVALID')
    await rejects(store.delete(['fine', key], {}), 'INVALID')

    expect(requests).toEqual([])
  })

  it.each(['a', '.../..a', '-_.A0', 'a'.repeat(900)])('accepts the key %s', async (key) => {
    const { store } = watched()

    await expect(store.get(key, {})).resolves.toBeNull()
  })

  it.each(['a', '/', 'a//', '../'])('refuses the prefix %s', async (prefix) => {
    const { store } = watched()

    await rejects(store.list(prefix, { depth: 'all', limit: 1 }), 'INVALID')
  })

  it.each([0, -1, 1.5, NaN])('refuses a page of %s entries', async (limit) => {
    const { store } = watched()

    await rejects(store.list('', { depth: 'all', limit }), 'INVALID')
  })

  it.each([{ from: -1 }, { from: 0.5 }, { from: 3, to: 2 }, { last: -1 }, { from: 0, to: NaN }])(
    'refuses the range %o',
    async (range) => {
      const { store } = watched()

      await rejects(store.read('a', { range }), 'INVALID')
    },
  )

  it('answers an empty range without asking the driver to read', async () => {
    const { store } = watched({ read: () => Promise.reject(new Error('asked to read')) })
    await store.put('a', BYTES, {})

    const chunks = await store.read('a', { range: { from: 1, to: 1 } })

    expect(await collect(chunks!)).toEqual([])
    await expect(store.read('b', { range: { last: 0 } })).resolves.toBeNull()
  })

  it('refuses an object that is larger than the store takes', async () => {
    const { store } = watched()

    await rejects(store.putIfAbsent('a', source([], 2 ** 33), {}), 'INVALID')
  })

  it.each([
    ['nothing', []],
    ['a key twice', [batchWrite('a'), batchWrite('a')]],
    ['a wrong key', [batchWrite('/a')]],
  ])('refuses a commit of %s', async (_, writes) => {
    const { store } = watched({}, { batch: true })
    const parent = await store.batch.tip({})

    await rejects(store.batch.commit(writes, { parent, title: 'commit' }), 'INVALID')
  })

  it('refuses a call whose signal has fired, before the driver sees it', async () => {
    const { store, requests } = watched()
    const signal = AbortSignal.abort()

    await rejects(store.get('a', { signal }), 'ABORTED')
    await rejects(store.putIfAbsent('a', BYTES, { signal }), 'ABORTED')
    await rejects(store.stage({ signal }), 'ABORTED')

    expect(requests).toEqual([])
  })

  it('refuses what a capability denies, before the driver sees it', async () => {
    const { store, requests } = watched({}, { register: 'numbered' })

    await rejects(store.compareAndSwap('a', BYTES, '1', {}), 'UNSUPPORTED')
    await rejects(store.batch.tip({}), 'UNSUPPORTED')

    expect(requests).toEqual([])
  })

  it('says that a read of a driver that fails changed nothing, and keeps the cause', async () => {
    const cause = new Error('EIO')
    const { store } = watched({ get: () => Promise.reject(cause) })

    const error = await rejects(store.get('a/b', {}), 'UNAVAILABLE')

    expect(error).toMatchObject({ operation: 'get', key: 'a/b', adapter: 'memory', cause })
    expect(error.message).toBe('get a/b (memory): UNAVAILABLE: the store failed: EIO')
  })

  it('says that a write of a driver that fails may have landed', async () => {
    const cause = new Error('socket hang up')
    const { store } = watched({ putIfAbsent: () => Promise.reject(cause) })

    const error = await rejects(store.putIfAbsent('a', BYTES, {}), 'UNKNOWN_OUTCOME')

    expect(error).toMatchObject({ operation: 'putIfAbsent', key: 'a', adapter: 'memory', cause })
  })

  it('keeps the code of a driver that names it, and adds where it happened', async () => {
    const named = new LadingError('UNAUTHORIZED', { detail: 'no permission', key: '/disk/a' })
    const { store } = watched({ stat: () => Promise.reject(named) })

    const error = await rejects(store.stat('a', {}), 'UNAUTHORIZED')

    expect(error).toMatchObject({ operation: 'stat', key: '/disk/a', adapter: 'memory', detail: 'no permission' })
  })

  it("reports a driver's foreign answer to a fired signal as an abort", async () => {
    const controller = new AbortController()
    const { store } = watched({
      get: async () => {
        controller.abort()
        throw new DOMException('aborted', 'AbortError')
      },
    })

    await rejects(store.get('a', { signal: controller.signal }), 'ABORTED')
  })

  it('wraps an error in the middle of a stream', async () => {
    const cause = new Error('reset')
    const { store } = watched({
      read: async () =>
        (async function* () {
          yield BYTES
          throw cause
        })(),
    })

    const chunks = await store.read('a', {})

    const error = await rejects(collect(chunks!), 'UNAVAILABLE')
    expect(error).toMatchObject({ operation: 'read', key: 'a', cause })
  })

  it('tells of an abort in the middle of a stream, also when the stream does not end well', async () => {
    const controller = new AbortController()
    const store = checkedObjectStore({
      ...createMemoryObjectStore(),
      // As a body of `fetch` ends that was aborted.
      read: async () => ({
        [Symbol.asyncIterator]: () => ({
          next: async () => ({ done: false, value: new Uint8Array(1) }),
          return: () => Promise.reject(new DOMException('This operation was aborted', 'AbortError')),
        }),
      }),
    })

    const reading = (async () => {
      for await (const _ of (await store.read('a', { signal: controller.signal }))!) controller.abort()
    })()

    await rejects(reading, 'ABORTED')
  })

  it("tells a source's failure from the store's", async () => {
    const { store } = watched()
    const failing: ByteSource = {
      sizeBytes: null,
      // oxlint-disable-next-line require-yield -- It fails before its first chunk.
      async *read() {
        throw new Error('disk gone')
      },
    }

    const error = await rejects(store.putIfAbsent('a', failing, {}), 'UNAVAILABLE')

    expect(error.detail).toBe('the source could not be read: disk gone')
    await expect(store.get('a', {})).resolves.toBeNull()
  })

  it.each([2, 4])('refuses a source of 3 bytes that says %i, and stores nothing', async (sizeBytes) => {
    const { store } = watched()

    await rejects(store.putIfAbsent('a', source([BYTES], sizeBytes), {}), 'CONFLICT')

    await expect(store.get('a', {})).resolves.toBeNull()
  })

  it('observes each request once, with its bytes', async () => {
    const { store, requests } = watched()

    await store.putIfAbsent('a', BYTES, {})
    await store.get('a', {})
    await store.list('', { depth: 'all', limit: 10 })
    await collect((await store.read('a', {}))!)
    const staged = await store.stage({})
    await staged.write(BYTES)
    await staged.write(BYTES)
    await staged.publish('b')
    await store.delete([], {})

    expect(requests).toEqual([
      { operation: 'putIfAbsent', key: 'a', bytes: 3 },
      { operation: 'get', key: 'a', bytes: 3 },
      { operation: 'list', key: '' },
      { operation: 'read', key: 'a' },
      { operation: 'publish', key: 'b', bytes: 6 },
    ])
  })

  it('observes a request that failed', async () => {
    const { store, requests } = watched({ get: () => Promise.reject(new Error('EIO')) })

    await rejects(store.get('a', {}), 'UNAVAILABLE')

    expect(requests).toEqual([{ operation: 'get', key: 'a' }])
  })

  it('refuses to go on with a staged object that was published or discarded', async () => {
    const { store } = watched()
    const [published, discarded] = [await store.stage({}), await store.stage({})]
    await published.publish('a')
    await discarded.discard()

    await rejects(published.publish('b'), 'INVALID')
    await rejects(discarded.write(BYTES), 'INVALID')
    await published.discard()
    await discarded.discard()

    await expect(store.get('a', {})).resolves.not.toBeNull()
  })

  it('refuses every call after close', async () => {
    const { store } = watched()
    await store.put('a', BYTES, {})
    const staged = await store.stage({})
    const chunks = await store.read('a', {})

    await store.close()

    await rejects(store.get('a', {}), 'CLOSED')
    await rejects(staged.write(BYTES), 'CLOSED')
    await rejects(collect(chunks!), 'CLOSED')
    await staged.discard()
  })

  it('closes the driver once, after the calls under way', async () => {
    const events: string[] = []
    const answer = Promise.withResolvers<null>()
    const { store } = watched({
      get: () => answer.promise.finally(() => events.push('answered')),
      close: async () => void events.push('closed'),
    })
    const call = store.get('a', {})

    const closing = [store.close(), store.close()]
    answer.resolve(null)
    await Promise.all(closing)

    expect(events).toEqual(['answered', 'closed'])
    await expect(call).resolves.toBeNull()
  })

  it('discards what is still staged when it is closed', async () => {
    let discards = 0
    const { store } = watched({
      stage: async () => ({
        write: async () => {},
        publish: async () => 'created',
        replace: async () => {},
        discard: async () => void discards++,
      }),
    })
    const [open, published] = [await store.stage({}), await store.stage({})]
    await published.publish('a')

    await store.close()
    await open.discard()

    expect(discards).toBe(1)
  })
})

/** A checked memory store, with some methods of its driver replaced, and the requests that it observed. */
function watched(replaced: Partial<ObjectStore> = {}, options: MemoryOptions = {}) {
  const requests: ObservedRequest[] = []
  const driver = { ...createMemoryObjectStore(options), ...replaced }
  return { store: checkedObjectStore(driver, { observe: (request) => requests.push(request) }), requests }
}

function source(chunks: readonly Uint8Array[], sizeBytes: number | null): ByteSource {
  return {
    sizeBytes,
    async *read() {
      yield* chunks
    },
  }
}

function batchWrite(key: string) {
  return { key, bytes: BYTES, precondition: 'none' } as const
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<LadingError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(LadingError)
  expect((error as LadingError).code).toBe(code)
  return error as LadingError
}
