import type { Container, ContainerModule } from 'inversify'
import { describe, expectTypeOf, it } from 'vitest'
import { fsModule, memoryModule, sqliteModule, storeModule, TOKENS } from '../../src/composition/inversify/index.ts'
import { createStore } from '../../src/index.ts'
import type { Lading, StoreAdapter } from '../../src/index.ts'
import type { BlobStore, Clock, MetadataStore, ObjectStore, Transport } from '../../src/ports/index.ts'

declare const container: Container
declare const metadata: MetadataStore
declare const blobs: BlobStore
declare const transport: Transport
declare const driver: ObjectStore

class Trainer {
  readonly store: Lading
  constructor(store: Lading) {
    this.store = store
  }
}

describe('tokens', () => {
  it('resolve to their types', () => {
    expectTypeOf(container.get(TOKENS.Lading)).toEqualTypeOf<Lading>()
    expectTypeOf(container.get(TOKENS.Clock, { name: 'a' })).toEqualTypeOf<Clock>()
    expectTypeOf(container.getAsync(TOKENS.OpenedLading)).resolves.toEqualTypeOf<Lading>()
  })

  it('take values of their types alone', () => {
    container.bind(TOKENS.MetadataStore).toConstantValue(metadata)
    // @ts-expect-error: blobs are no metadata
    container.bind(TOKENS.MetadataStore).toConstantValue(blobs)
    // @ts-expect-error: a clock must be able to pause
    container.rebind(TOKENS.Clock).toConstantValue({ now: () => '', monotonicMs: () => 0 })
  })

  it('are injected where their types are wanted, and nowhere else', () => {
    container.bind(Trainer).toResolvedValue((store: Lading) => new Trainer(store), [TOKENS.Lading])
    // @ts-expect-error: a clock is no store
    container.bind(Trainer).toResolvedValue((store: Lading) => new Trainer(store), [TOKENS.Clock])
    // @ts-expect-error: nothing is injected for the parameter
    container.bind(Trainer).toResolvedValue((store: Lading) => new Trainer(store), [])
  })
})

describe('modules', () => {
  it('are modules of inversify', () => {
    expectTypeOf(fsModule).returns.toEqualTypeOf<ContainerModule>()
  })

  it('refuse wrong options', () => {
    memoryModule({ name: 'models', project: 'demo', use: 'blobs' })
    // @ts-expect-error: a folder is needed
    fsModule({ name: 'models' })
    // @ts-expect-error: it is called `root`
    fsModule({ folder: '/data' })
    // @ts-expect-error: clock and ids come from the container
    sqliteModule({ file: 'a.db', clock: {} as Clock })
    // @ts-expect-error: there is no such part
    memoryModule({ use: 'metadata and blobs' })
  })

  it('open one store, at once', () => {
    storeModule(() => ({ driver }))
    storeModule(({ clock, ids }) => (clock.now() === ids.next() ? { transport } : { metadata, blobs }))
    // @ts-expect-error: two stores
    storeModule(() => ({ driver, transport }))
    // @ts-expect-error: half a store
    storeModule(() => ({ metadata }))
    // @ts-expect-error: a promise
    storeModule(async () => ({ driver }))
  })
})

describe('createStore', () => {
  it('takes the ports of one store', () => {
    createStore({ metadata, blobs })
    createStore({ transport })
    // @ts-expect-error: two stores
    createStore({ metadata, blobs, transport })
    // @ts-expect-error: half a store
    createStore({ metadata })
    // @ts-expect-error: a driver is turned into ports first
    createStore({ driver })
  })
})

describe('an adapter', () => {
  it('speaks this version of the contract', () => {
    const parts = { name: 'shelf', schemes: ['shelf'], open: () => ({ driver }) }
    expectTypeOf({ ...parts, contract: 1 as const }).toExtend<StoreAdapter>()
    expectTypeOf({ ...parts, contract: 2 as const }).not.toExtend<StoreAdapter>()
  })
})
