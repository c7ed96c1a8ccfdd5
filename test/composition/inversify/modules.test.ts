import { writeFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import { createMemoryObjectStore } from '../../../src/adapters/memory/index.ts'
import { createPorts, createStore, openStore } from '../../../src/index.ts'
import type { LadingError } from '../../../src/index.ts'
import { systemClock, systemIds } from '../../../src/adapters/system/index.ts'
import { createInProcessTransport } from '../../../src/application/service/in-process.ts'
import type { Clock, Transport } from '../../../src/ports/index.ts'
import {
  adapterModule,
  coreModule,
  fsModule,
  ladingModule,
  memoryModule,
  sqliteModule,
  storeModule,
  TOKENS,
} from '../../../src/composition/inversify/index.ts'
import { failureOf } from '../../support/failure-of.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { errorOf, logNote, shelf } from '../support.ts'
import { containerWith } from './support.ts'

describe('a container with the module of an adapter', () => {
  it.each([
    ['memory', () => memoryModule()],
    ['fs', () => fsModule({ root: join(temporaryFolder(), 'store') })],
    ['sqlite', () => sqliteModule({ file: join(temporaryFolder(), 'store.db') })],
    ['driver', () => storeModule(() => ({ driver: createMemoryObjectStore() }))],
    ['adapter', () => adapterModule(ADAPTER, 'shelf://a')],
  ])('gives a store that works: %s', async (_, module) => {
    const container = containerWith(module())

    expect(await logNote(container.get(TOKENS.Lading), 'one')).toBe('v0')
  })

  it('gives the same store each time, over the ports that it gives', async () => {
    const container = containerWith(memoryModule())

    expect(container.get(TOKENS.Lading)).toBe(container.get(TOKENS.Lading))
    expect(container.get(TOKENS.MetadataStore)).toBe(container.get(TOKENS.MetadataStore))
    await logNote(container.get(TOKENS.Lading), 'one')
    const head = await container.get(TOKENS.MetadataStore).head({ project: 'demo', artifact: 'notes' }, {})
    expect(head?.latest?.n).toBe(0)
  })

  it('is in any order of modules, and knows its own clock and ids', async () => {
    const container = new Container()
    container.bind(TOKENS.Clock).toConstantValue(CLOCK)
    container.load(memoryModule({ project: 'demo' }), coreModule)
    const lading = container.get(TOKENS.Lading)

    await logNote(lading, 'one')
    const [project] = await Array.fromAsync(lading.projects())
    expect(project?.createdAt).toBe(CLOCK.now())
    await container.unbindAllAsync()
  })

  it('takes project and listener from its module', async () => {
    const warnings: unknown[] = []
    const container = containerWith(memoryModule({ project: 'demo', onWarning: (warning) => warnings.push(warning) }))

    expect(await Array.fromAsync(container.get(TOKENS.Lading).artifacts())).toEqual([])
  })

  it('does no I/O before its store is used', async () => {
    const folder = temporaryFolder()
    const container = containerWith(
      fsModule({ root: join(folder, 'a'), name: 'a' }),
      sqliteModule({ file: join(folder, 'b.db'), name: 'b' }),
    )

    container.get(TOKENS.Lading, { name: 'a' })
    container.get(TOKENS.Lading, { name: 'b' })

    expect(await readdir(folder)).toEqual([])
  })

  it('leaves the files of its store out of a folder that is logged into it', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'store.db')
    const lading = containerWith(sqliteModule({ file, project: 'demo' })).get(TOKENS.Lading)
    await logNote(lading, 'one')
    await writeFile(join(folder, 'mine.txt'), 'mine')

    const { name } = await lading.save(folder, { name: 'all' })

    const version = await lading.getArtifact(`${name}:latest`)
    expect((await version.manifest()).entries.map(({ path }) => path)).toEqual(['mine.txt'])
  })

  it.each([
    ['an unknown option', () => fsModule({ root: 'x', rot: 1 } as never), 'there is no option "rot"'],
    ['an unknown use', () => memoryModule({ use: 'blob' as never }), '`use` is "blob"'],
    [
      'a project of half a store',
      () => memoryModule({ use: 'blobs', project: 'demo' }),
      '`project` is given to one half',
    ],
    ['no function', () => storeModule({} as never), '`open` is an object'],
    ['a URL of another scheme', () => adapterModule(ADAPTER, 'shelve://a'), 'the adapter shelf has no scheme shelve'],
    ['a path for an adapter', () => adapterModule(ADAPTER, './a'), 'the adapter shelf has no scheme for a path'],
  ])('refuses %s when it is made', (_, module, detail) => {
    expect(errorOf(module)).toMatchObject({ code: 'INVALID', detail: expect.stringContaining(detail) })
  })

  it('refuses a transport that was not announced, and the other way round', () => {
    const { transport } = transportStore()
    const unannounced = containerWith(storeModule(() => ({ transport })))
    const announced = containerWith(storeModule(() => ({ driver: createMemoryObjectStore() }), { use: 'transport' }))

    expect(errorOf(() => unannounced.get(TOKENS.Lading))).toMatchObject({
      code: 'INVALID',
      detail: 'it opens a transport',
    })
    expect(errorOf(() => announced.get(TOKENS.Lading))).toMatchObject({
      code: 'INVALID',
      detail: 'it opens metadata and blobs',
    })
  })

  it('takes a transport', async () => {
    const { transport } = transportStore()
    const container = containerWith(storeModule(() => ({ transport }), { use: 'transport' }))

    expect(await logNote(await container.getAsync(TOKENS.OpenedLading), 'one')).toBe('v0')
    expect(container.get(TOKENS.Transport)).toBe(transport)
  })
})

describe('several stores in one container', () => {
  it('are resolved by their names, and keep their own versions', async () => {
    const container = containerWith(memoryModule({ name: 'models' }), memoryModule({ name: 'data' }), memoryModule())
    const [models, data, plain] = [
      container.get(TOKENS.Lading, { name: 'models' }),
      container.get(TOKENS.Lading, { name: 'data' }),
      container.get(TOKENS.Lading),
    ]

    expect(await logNote(models, 'one')).toBe('v0')
    expect(await logNote(models, 'two')).toBe('v1')
    expect(await logNote(data, 'one')).toBe('v0')
    expect(await Array.fromAsync(plain.artifacts({ project: 'demo' }))).toEqual([])
  })

  it('do not stand in for each other', () => {
    const container = containerWith(memoryModule({ name: 'models' }))

    expect(() => container.get(TOKENS.Lading)).toThrow('lading/Lading')
    expect(() => container.get(TOKENS.Lading, { name: 'model' })).toThrow('model')
    expect(() => containerWith(memoryModule()).get(TOKENS.Lading, { name: 'models' })).toThrow('models')
  })

  it('are apart in a child container and its parent', async () => {
    const parent = containerWith(memoryModule())
    const child = new Container({ parent })
    child.load(memoryModule())

    expect(await logNote(parent.get(TOKENS.Lading), 'one')).toBe('v0')
    expect(await logNote(child.get(TOKENS.Lading), 'two')).toBe('v0')
    await child.unbindAllAsync()
    expect(await logNote(parent.get(TOKENS.Lading), 'two')).toBe('v1')
  })
})

describe('metadata here and blobs there', () => {
  it('come from two modules of one name, with a ladingModule', async () => {
    const folder = temporaryFolder()
    const container = containerWith(
      sqliteModule({ file: join(folder, 'meta.db'), use: 'metadata', name: 'models' }),
      fsModule({ root: join(folder, 'blobs'), use: 'blobs', name: 'models' }),
      ladingModule({ name: 'models', project: 'demo' }),
    )

    expect(await logNote(container.get(TOKENS.Lading, { name: 'models' }), 'one')).toBe('v0')

    const names = await readdir(folder)
    expect(names).toContain('meta.db')
    expect(names).toContain('blobs')
    expect(names).not.toContain('meta.db-blobs')
  })

  it('may be your own objects', async () => {
    const ports = createPorts(createMemoryObjectStore())
    const container = containerWith(ladingModule())
    container.bind(TOKENS.MetadataStore).toConstantValue(ports.metadata)
    container.bind(TOKENS.BlobStore).toConstantValue(ports.blobs)

    expect(await logNote(container.get(TOKENS.Lading), 'one')).toBe('v0')
  })
})

describe('opening', () => {
  it('is asked for with getAsync, and answers the same store', async () => {
    const container = containerWith(memoryModule())

    expect(await container.getAsync(TOKENS.OpenedLading)).toBe(container.get(TOKENS.Lading))
  })

  it('rejects what cannot be read, names it, and may be tried again', async () => {
    const root = plainFile()
    const container = containerWith(fsModule({ root }))

    const errors = [await openingOf(container), await openingOf(container)]
    const opened = await failureOf(openStore(root))

    expect(errors.map(({ message }) => message)).toEqual([opened.message, opened.message])
  })
})

describe('an override in a test', () => {
  it('takes the place of clock or ports before the first resolution', async () => {
    const container = containerWith(fsModule({ root: '/nowhere/at/all' }))
    const { metadata, blobs } = createPorts(createMemoryObjectStore())
    container.rebind(TOKENS.Clock).toConstantValue(CLOCK)
    container.rebind(TOKENS.MetadataStore).toConstantValue(metadata)
    container.rebind(TOKENS.BlobStore).toConstantValue(blobs)

    const lading = container.get(TOKENS.Lading)
    expect(await logNote(lading, 'one')).toBe('v0')
    await lading.init({ project: 'demo' })
    const [run] = await Array.fromAsync(lading.runs({ project: 'demo' }))
    expect(run?.createdAt).toBe(CLOCK.now())
  })

  it('may be the whole store, which is then taken as it is', async () => {
    const fake = createStore(createPorts(createMemoryObjectStore()))
    const container = containerWith(fsModule({ root: plainFile() }))
    container.rebind(TOKENS.Lading).toConstantValue(fake)

    expect(container.get(TOKENS.Lading)).toBe(fake)
    expect(await container.getAsync(TOKENS.OpenedLading)).toBe(fake)
  })
})

describe('a container that lacks something', () => {
  it.each([
    ['no blobs', () => [memoryModule({ use: 'metadata' }), ladingModule()], 'no BlobStore is bound for the store'],
    ['no metadata', () => [memoryModule({ use: 'blobs', name: 'm' }), ladingModule({ name: 'm' })], 'no MetadataStore'],
    ['nothing', () => [ladingModule({ name: 'm' })], 'no MetadataStore and no BlobStore is bound for the store m'],
  ])('says what to load: %s', (_, modules, detail) => {
    const container = containerWith(...modules())
    const name = detail.includes('the store m') || detail === 'no MetadataStore' ? { name: 'm' } : {}

    expect(errorOf(() => container.get(TOKENS.Lading, name))).toMatchObject({
      code: 'INVALID',
      detail: expect.stringContaining(detail),
      next: expect.stringContaining('fsModule'),
    })
  })

  it('says that the core module is not loaded', () => {
    const container = new Container()
    container.load(memoryModule())

    expect(errorOf(() => container.get(TOKENS.Lading))).toMatchObject({
      code: 'INVALID',
      detail: 'no clock is bound',
      next: 'load `coreModule` into the container',
    })
  })

  it('refuses a second store in the place of one', () => {
    const { transport } = transportStore()
    const container = containerWith(memoryModule())
    container.bind(TOKENS.Transport).toConstantValue(transport)

    expect(errorOf(() => container.get(TOKENS.Lading))).toMatchObject({
      code: 'INVALID',
      detail: '`transport` is given, and `metadata` too',
    })
  })
})

const CLOCK: Clock = { now: () => '2026-01-01T00:00:00.000Z', monotonicMs: () => 0, pause: async () => undefined }

const ADAPTER = shelf()

function transportStore(): { transport: Transport } {
  const { metadata, blobs } = createPorts(createMemoryObjectStore())
  return { transport: createInProcessTransport({ metadata, blobs, clock: systemClock, ids: systemIds }) }
}

/** No store can lie in it. */
function plainFile(): string {
  const file = join(temporaryFolder(), 'plain')
  writeFileSync(file, 'plain')
  return file
}

async function openingOf(container: Container): Promise<LadingError> {
  return failureOf(container.getAsync(TOKENS.OpenedLading))
}
