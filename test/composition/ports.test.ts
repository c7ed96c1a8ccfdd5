import { describe, expect, it } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { systemClock, systemIds } from '../../src/adapters/system/index.ts'
import { createInProcessTransport } from '../../src/application/service/in-process.ts'
import { createPorts, createStore, openStore } from '../../src/index.ts'
import type { LadingError } from '../../src/index.ts'
import { failureOf } from '../support/failure-of.ts'
import { closing, errorOf, heldDriver, loggingPorts, logNote } from './support.ts'

const DRIVER = createMemoryObjectStore()
const PORTS = createPorts(DRIVER)
const TRANSPORT = createInProcessTransport({ ...PORTS, clock: systemClock, ids: systemIds })

describe('createStore', () => {
  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'the ports are undefined', 'give `metadata` and `blobs`, or a `transport`'],
    ['no ports', {}, 'there are no ports', 'give `metadata` and `blobs`, or a `transport`'],
    ['half a store', { metadata: PORTS.metadata }, '`blobs` is missing', 'give `metadata` and `blobs`'],
    [
      'two stores',
      { ...PORTS, transport: TRANSPORT },
      '`transport` is given, and `metadata` too',
      'one store, not two',
    ],
    ['a URL', './.lading', 'the ports are "./.lading"', '`openStore`'],
    ['a driver', DRIVER, 'the ports are an ObjectStore driver', '`createPorts(driver)`'],
    ['a named driver', { driver: DRIVER }, '`driver` is no port', '`createPorts(driver)`'],
    ['a MetadataStore', PORTS.metadata, 'the ports are a MetadataStore', 'give it as `metadata`'],
    ['a BlobStore', PORTS.blobs, 'the ports are a BlobStore', 'give it as `blobs`'],
    ['a Transport', TRANSPORT, 'the ports are a Transport', 'as `transport`'],
    ['a slip', { metadata: PORTS.metadata, blob: PORTS.blobs }, '`blob` is no port', 'did you mean `blobs`?'],
    [
      'a driver as port',
      { ...PORTS, metadata: DRIVER },
      '`metadata` is an ObjectStore driver',
      'createPorts(driver).meta',
    ],
    ['a mix-up', { metadata: PORTS.blobs, blobs: PORTS.blobs }, '`metadata` is a BlobStore', 'give it as `blobs`'],
    ['an empty port', { ...PORTS, blobs: {} }, '`blobs` is an object', 'an object with capabilities, in, close'],
    ['a text', { transport: 'https://host' }, '`transport` is "https://host"', 'an object with capabilities, upload'],
    ['lost methods', { ...PORTS, blobs: { capabilities: {} } }, '`blobs` lacks in, close', '`lading/ports`'],
    ['a null method', { ...PORTS, blobs: { ...PORTS.blobs, in: null } }, '`blobs` lacks in', '`lading/ports`'],
  ])('refuses %s', (_, ports, detail, next) => {
    const error = errorOf(() => createStore(ports as never)) as LadingError

    expect(error).toMatchObject({ code: 'INVALID', operation: 'createStore', detail })
    expect(error.next).toContain(next)
  })

  it.each([
    ['an unknown option', { projekt: 'demo' }, 'there is no option "projekt"', 'did you mean project?'],
    ['a clock that cannot pause', { clock: { now: () => '', monotonicMs: () => 0 } }, '`clock` lacks pause', ''],
    ['ids that are a function', { ids: () => 'id' }, '`ids` is a function', 'an object with next, random'],
    ['files that are a path', { files: '.' }, '`files` is "."', 'an object with kind, file, walk'],
  ])('refuses %s', (_, options, detail, next) => {
    const error = errorOf(() => createStore(PORTS, options as never)) as LadingError

    expect(error).toMatchObject({ code: 'INVALID', detail })
    expect(error.next).toContain(next)
  })

  it('takes ports whose methods are inherited, and what is undefined as absent', async () => {
    const inherited = {
      metadata: Object.create(PORTS.metadata),
      blobs: Object.create(PORTS.blobs),
      transport: undefined,
    }

    expect(await Array.fromAsync(createStore(inherited as never).projects())).toEqual([])
  })

  it('takes a transport', async () => {
    const ports = createPorts(createMemoryObjectStore())
    const transport = createInProcessTransport({ ...ports, clock: systemClock, ids: systemIds })

    expect(await logNote(createStore({ transport }), 'one')).toBe('v0')
  })
})

describe('createPorts', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, '`driver` is undefined'],
    ['an empty object', {}, '`driver` is an object'],
    ['ports', PORTS, 'the driver is an object with the ports of a store'],
    ['a MetadataStore', PORTS.metadata, '`driver` is a MetadataStore'],
    ['half a driver', { ...DRIVER, list: undefined, copy: 1 }, '`driver` lacks list, copy'],
  ])('refuses %s', (_, driver, detail) => {
    expect(errorOf(() => createPorts(driver as never))).toMatchObject({
      code: 'INVALID',
      operation: 'createPorts',
      detail,
    })
  })

  it('refuses ids without chance', () => {
    expect(errorOf(() => createPorts(DRIVER, { ids: { next: () => '' } } as never))).toMatchObject({
      code: 'INVALID',
      detail: '`ids` lacks random',
    })
  })
})

describe('closing a store', () => {
  it('waits for the calls under way, then closes blobs, metadata and driver, once', async () => {
    const log: string[] = []
    const { driver, release, reached } = heldDriver()
    const ports = createPorts(closing('driver', driver, log))
    const lading = createStore({
      metadata: closing('metadata', ports.metadata, log),
      blobs: closing('blobs', ports.blobs, log),
    })
    const starting = lading.init({ project: 'demo' })
    await reached

    const closings = [lading.close(), lading.close()]
    expect(log).toEqual([])
    release()

    await expect(starting).resolves.toMatchObject({})
    await Promise.all(closings)
    await lading.close()
    expect(log).toEqual(['blobs', 'metadata', 'driver'])
    await expect(lading.init({ project: 'demo' })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('closes a driver whose blobs are used beside the metadata of another store', async () => {
    const log: string[] = []
    const { metadata } = createPorts(closing('metadata driver', createMemoryObjectStore(), log))
    const { blobs } = { blobs: createPorts(closing('blob driver', createMemoryObjectStore(), log)).blobs }
    const lading = createStore({ metadata, blobs })
    await logNote(lading, 'one')

    await lading.close()

    expect(log).toEqual(['blob driver', 'metadata driver'])
  })

  it('closes the metadata though the blobs cannot be closed, and says why', async () => {
    const log: string[] = []
    const { metadata, blobs } = loggingPorts(log)
    const lading = createStore({ metadata, blobs: { ...blobs, close: brokenBy('blobs') } })

    const errors = [await failureOf(lading.close()), await failureOf(lading.close())]

    expect(log).toEqual(['metadata', 'driver'])
    expect(errors).toMatchObject([
      { code: 'UNAVAILABLE', operation: 'close', adapter: 'memory', detail: 'blobs' },
      { code: 'UNAVAILABLE', operation: 'close', adapter: 'memory', detail: 'blobs' },
    ])
  })

  it('keeps both reasons when neither can be closed', async () => {
    const { metadata, blobs } = loggingPorts([])
    const lading = createStore({
      metadata: { ...metadata, close: brokenBy('metadata') },
      blobs: { ...blobs, close: brokenBy('blobs') },
    })

    const error = await failureOf(lading.close())

    expect(error).toMatchObject({ detail: 'neither the blobs nor the metadata could be closed' })
    expect((error.cause as AggregateError).errors).toMatchObject([{ detail: 'blobs' }, { detail: 'metadata' }])
  })

  it('is harmless before anything was done, and after a store was opened by its URL', async () => {
    await createStore(createPorts(createMemoryObjectStore())).close()
    const lading = await openStore('memory:')
    await lading.close()

    await expect(Array.fromAsync(lading.projects())).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

function brokenBy(reason: string): () => Promise<never> {
  return async () => {
    throw new Error(reason)
  }
}
