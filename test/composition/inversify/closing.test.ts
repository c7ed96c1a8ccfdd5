import { Container } from 'inversify'
import { describe, expect, it } from 'vitest'
import {
  coreModule,
  ladingModule,
  memoryModule,
  storeModule,
  TOKENS,
} from '../../../src/composition/inversify/index.ts'
import type { Lading } from '../../../src/index.ts'
import { closing, heldDriver, logNote, loggingPorts } from '../support.ts'

describe('a container that ends', () => {
  it.each([
    ['unbindAllAsync', async (container: Container) => container.unbindAllAsync()],
    ['unbindAsync of the store', async (container: Container) => container.unbindAsync(TOKENS.Lading)],
    ['unbindAsync of one of its ports', async (container: Container) => container.unbindAsync(TOKENS.MetadataStore)],
  ])('closes a store once, blobs before metadata: %s', async (_, end) => {
    const { container, log } = loggingContainer()
    await logNote(container.get(TOKENS.Lading), 'one')

    await end(container)

    expect(log).toEqual(['blobs', 'metadata', 'driver'])
    await container.unbindAllAsync()
    expect(log).toHaveLength(3)
  })

  it('closes a store with the module that brought it', async () => {
    const log: string[] = []
    const [container, module] = [new Container(), storeModule(() => loggingPorts(log))]
    await container.loadAsync(coreModule, module)
    container.get(TOKENS.Lading)

    await container.unloadAsync(module)

    expect(log).toEqual(['blobs', 'metadata', 'driver'])
  })

  it('waits for the calls under way', async () => {
    const log: string[] = []
    const { driver, release, reached } = heldDriver()
    const container = new Container()
    container.load(
      coreModule,
      storeModule(() => ({ driver: closing('driver', driver, log) })),
    )
    const logging = logNote(container.get(TOKENS.Lading), 'one')
    await reached

    const ending = container.unbindAllAsync()
    expect(log).toEqual([])
    release()

    await expect(logging).rejects.toMatchObject({ code: 'CLOSED' })
    await ending
    expect(log).toEqual(['driver'])
  })

  it('closes nothing that was never resolved', async () => {
    const { container, log } = loggingContainer()

    await container.unbindAllAsync()

    expect(log).toEqual([])
  })

  it('closes a port that was resolved alone', async () => {
    const { container, log } = loggingContainer()
    container.get(TOKENS.BlobStore)

    await container.unbindAllAsync()

    expect(log).toEqual(['blobs'])
  })

  it('closes the ports that a user bound, as createStore does', async () => {
    const log: string[] = []
    const { metadata, blobs } = loggingPorts(log)
    const container = new Container()
    container.load(coreModule, ladingModule())
    container.bind(TOKENS.MetadataStore).toConstantValue(metadata)
    container.bind(TOKENS.BlobStore).toConstantValue(blobs)
    container.get(TOKENS.Lading)

    await container.unbindAllAsync()

    expect(log).toEqual(['blobs', 'metadata', 'driver'])
  })

  it('leaves a store alone that its user has closed', async () => {
    const { container, log } = loggingContainer()
    await container.get(TOKENS.Lading).close()

    await container.unbindAllAsync()

    expect(log).toEqual(['blobs', 'metadata', 'driver'])
  })

  it('closes each of several stores', async () => {
    const log: string[] = []
    const container = new Container()
    container.load(
      coreModule,
      storeModule(() => loggingPorts(log), { name: 'a' }),
      storeModule(() => loggingPorts(log), { name: 'b' }),
    )
    container.get(TOKENS.Lading, { name: 'a' })
    container.get(TOKENS.Lading, { name: 'b' })

    await container.unbindAllAsync()

    expect(log.toSorted()).toEqual(['blobs', 'blobs', 'driver', 'driver', 'metadata', 'metadata'])
  })

  it('tells why a store could not be closed', async () => {
    const broken = async (): Promise<never> => {
      throw new Error('the disk is gone')
    }
    const log: string[] = []
    const container = new Container()
    const { metadata, blobs } = loggingPorts(log)
    container.load(
      coreModule,
      storeModule(() => ({ metadata, blobs: { ...blobs, close: broken } })),
    )
    container.get(TOKENS.Lading)

    await expect(container.unbindAllAsync()).rejects.toMatchObject({ code: 'UNAVAILABLE', detail: 'the disk is gone' })
    expect(log).toEqual(['metadata', 'driver'])
  })

  it('lets a service that uses the store finish, when that is unbound first', async () => {
    const saved: string[] = []
    const container = new Container()
    container.load(coreModule, memoryModule())
    const trainer = Symbol('trainer')
    container
      .bind<Lading>(trainer)
      .toResolvedValue((lading: Lading) => lading, [TOKENS.Lading])
      .inSingletonScope()
      .onDeactivation(async (lading) => void saved.push(await logNote(lading, 'last')))
    container.get(trainer)

    await container.unbindAsync(trainer)
    await container.unbindAllAsync()

    expect(saved).toEqual(['v0'])
  })
})

/** A container with one store, whose ports write into a log when they are closed. */
function loggingContainer(): { container: Container; log: readonly string[] } {
  const log: string[] = []
  const container = new Container()
  container.load(
    coreModule,
    storeModule(() => loggingPorts(log)),
  )
  return { container, log }
}
