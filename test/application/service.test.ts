import { expect, onTestFinished, test } from 'vitest'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { systemClock, systemIds } from '../../src/adapters/system/index.ts'
import { readWhole } from '../../src/application/service/manifests.ts'
import { createInProcessTransport } from '../../src/application/service/in-process.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { LadingError } from '../../src/domain/errors.ts'
import { createPorts, createStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import type { BlobStore, Collection } from '../../src/ports/blob-store.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { bytesSource } from '../../src/ports/sources.ts'
import type { Transport } from '../../src/ports/transport.ts'
import { artifactOf, refusal } from './world.ts'

const AT = '2026-01-01T00:00:00.000Z'
const RUN = { project: 'demo', id: 'r1', name: 'r1' }
const CHANGE = { opId: 'op-1', at: AT, run: null }
const V0 = { project: 'demo', artifact: 'model', n: 0 }
const PLAIN = { epoch: 0, state: 'swept', condemned: new Set<string>() } as const

test('a log of known content whose run cannot be recorded is UNKNOWN_OUTCOME, for its aliases were moved', async () => {
  const { lading } = openWith((metadata) => ({ ...metadata, recordEdge: denied }))
  await lading.save(artifactOf('model', { a: '1' }))
  await lading.save(artifactOf('model', { a: '2' }))
  const run = await lading.init({ id: 'r1' })

  const error = await refusal('UNKNOWN_OUTCOME', () => {
    return run.logArtifact(artifactOf('model', { a: '1' }), { aliases: ['prod'] })
  })

  expect(error.detail).toContain('v0 has this content')
  expect(error.detail).toContain('run r1')
  expect(await lading.artifact('model').aliases()).toEqual({ latest: 'v1', prod: 'v0' })
})

test('a log of known content is recorded to its end once its aliases were moved, whatever the signal says', async () => {
  const aborting = new AbortController()
  const { lading } = openWith((metadata) => ({
    ...metadata,
    async commit(...args) {
      const answer = await metadata.commit(...args)
      if (!answer.created) aborting.abort()
      return answer
    },
  }))
  await lading.save(artifactOf('model', { a: '1' }))
  const run = await lading.init({ id: 'r1' })

  await run.logArtifact(artifactOf('model', { a: '1' }), { signal: aborting.signal })

  expect(await run.outputs()).toEqual([V0])
})

test('metadata of a version that is not there, deleted or superseded is NOT_FOUND, and changes nothing', async () => {
  const { lading, transport } = openWith()
  const update = (n: number) => transport.updateMetadata({ ...V0, n }, { ...CHANGE, metadata: { planted: true } }, {})
  await refusal('NOT_FOUND', () => update(0))

  await lading.save(artifactOf('model', { a: '1' }))
  await refusal('NOT_FOUND', () => update(1))
  await lading.save(artifactOf('model', { a: '2' }, { metadata: { own: true } }))
  await (await lading.getArtifact('model:v0')).delete()
  const deleted = await refusal('NOT_FOUND', () => update(0))
  expect(await (await lading.getArtifact('model:v1')).metadata()).toEqual({ own: true })
  await lading.save(artifactOf('model', { a: '3' }), { supersede: true })
  const superseded = await refusal('NOT_FOUND', () => update(1))

  expect([deleted.detail, superseded.detail]).toEqual(['v0 was deleted', 'v1 was superseded'])
})

test('a use of a version that was never logged is NOT_FOUND, and leaves no edge', async () => {
  const { lading, transport } = openWith()
  await lading.save(artifactOf('model', { a: '1' }))
  const use = (n: number) => transport.recordUse({ ...V0, n }, { run: RUN, at: AT, opId: 'op-1' }, {})

  await refusal('NOT_FOUND', () => use(7))
  await use(0)

  expect((await transport.linksOfRun('demo', 'r1', {})).in).toEqual([V0])
})

test('a blob of large metadata is stored again when the state of collection changed meanwhile', async () => {
  const states: Collection[] = []
  const written: number[] = []
  const { lading, transport } = openWith(
    (metadata) => ({
      ...metadata,
      prepare: async (...args) => ({ ...(await metadata.prepare(...args)), collection: states.shift() ?? PLAIN }),
    }),
    (blobs) => ({
      ...blobs,
      in(project) {
        const inner = blobs.in(project)
        const write: typeof inner.write = (items, options) => {
          written.push(options.collection.epoch)
          return inner.write(items, options)
        }
        return { ...inner, write }
      },
    }),
  )
  await lading.save(artifactOf('model', { a: '1' }))
  written.length = 0
  states.push(epochOf(1), epochOf(2), epochOf(2))

  await transport.updateMetadata(V0, { ...CHANGE, metadata: { text: 'x'.repeat(20_000) } }, {})

  expect(written).toEqual([1, 2])
})

test('a blob of unknown size is CORRUPT as soon as it has more bytes than may be', async () => {
  const { blobs } = createPorts(createMemoryObjectStore())
  const bytes = new Uint8Array(300_000)
  const digest = sha256(bytes)
  const item = { digest, sizeBytes: bytes.length, source: bytesSource(bytes) }
  await blobs.in('demo').write([item], { collection: PLAIN, pack: false })

  const whole = await readWhole(blobs.in('demo'), digest, { bytesMax: bytes.length })
  const error = await refusal('CORRUPT', () => readWhole(blobs.in('demo'), digest, { bytesMax: bytes.length - 1 }))

  expect(sha256(whole)).toBe(digest)
  expect(error.key).toBe(digest)
})

test('closing waits for the blobs before it closes the metadata', async () => {
  const order: string[] = []
  const { transport } = openWith(
    (metadata) => ({ ...metadata, close: async () => void order.push('metadata') }),
    (blobs) => ({
      ...blobs,
      async close() {
        await Promise.resolve()
        order.push('blobs')
      },
    }),
  )

  await transport.close()

  expect(order).toEqual(['blobs', 'metadata'])
})

const epochOf = (epoch: number): Collection => ({ ...PLAIN, epoch })

const denied = async (): Promise<never> => {
  throw new LadingError('UNAUTHORIZED', { detail: 'not allowed', next: 'ask for the permission' })
}

/** A store in memory with its ports changed. */
function openWith(
  changeMetadata: (metadata: MetadataStore) => MetadataStore = (metadata) => metadata,
  changeBlobs: (blobs: BlobStore) => BlobStore = (blobs) => blobs,
): { lading: Lading; transport: Transport } {
  const ports = createPorts(createMemoryObjectStore())
  const changed = { metadata: changeMetadata(ports.metadata), blobs: changeBlobs(ports.blobs) }
  const transport = createInProcessTransport({ ...changed, clock: systemClock, ids: systemIds })
  const lading = createStore({ transport }, { project: 'demo' })
  onTestFinished(() => lading.close())
  return { lading, transport }
}
