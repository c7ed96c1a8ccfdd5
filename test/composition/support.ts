import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { Artifact, createPorts } from '../../src/index.ts'
import type { Lading, StoreAdapter } from '../../src/index.ts'
import type { ObjectStore } from '../../src/ports/index.ts'

/** A driver, or a port, whose `close` is written into a log. */
export function closing<P extends { close(): Promise<void> }>(name: string, port: P, log: string[]): P {
  return {
    ...port,
    async close() {
      log.push(name)
      await port.close()
    },
  }
}

/** Ports in memory whose `close`, and that of their driver, is written into a log. */
export function loggingPorts(log: string[]): ReturnType<typeof createPorts> {
  const { metadata, blobs } = createPorts(closing('driver', createMemoryObjectStore(), log))
  return { metadata: closing('metadata', metadata, log), blobs: closing('blobs', blobs, log) }
}

/** An adapter for `shelf:` that opens what it is given. */
export function shelf(parts: Partial<StoreAdapter> = {}): StoreAdapter {
  return {
    contract: 1,
    name: 'shelf',
    schemes: ['shelf'],
    open: () => ({ driver: createMemoryObjectStore() }),
    ...parts,
  }
}

/** Logs one small file into the project `demo`; answers the version. */
export async function logNote(lading: Lading, text: string): Promise<string> {
  const draft = new Artifact('notes').addFile(new TextEncoder().encode(text), 'note.txt')
  return (await lading.save(draft, { project: 'demo' })).version
}

/** What a call throws. */
export function errorOf(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('it succeeded')
}

/** A driver that answers a piece of work only when it is told to. */
export function heldDriver(): { driver: ObjectStore; release: () => void; reached: Promise<void> } {
  const driver = createMemoryObjectStore()
  const [gate, reached] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  return {
    driver: {
      ...driver,
      async putIfAbsent(...args) {
        reached.resolve()
        await gate.promise
        return driver.putIfAbsent(...args)
      },
    },
    release: () => gate.resolve(),
    reached: reached.promise,
  }
}
