import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import type { MemoryData } from '../../src/adapters/memory/index.ts'
import { encodeDocument } from '../../src/domain/canonical-json.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { createPorts, createStore } from '../../src/index.ts'
import type { Artifact, Lading } from '../../src/index.ts'
import { artifactOf, bytesOf, refusal } from './world.ts'

const KEPT = 'bytes of the base'

/** Blobs as objects of their own, and in packs. */
describe.each([0, 64 * 1024])('a draft where packs take files up to %i bytes', (packBelowBytes) => {
  test('logged into a store that does not have its bytes is NOT_FOUND, naming the file', async () => {
    const draft = await draftOf(openMemory(packBelowBytes).lading)
    const { lading } = openMemory(packBelowBytes)

    const error = await refusal('NOT_FOUND', () => lading.save(draft))

    expect(error).toMatchObject({ key: expect.stringMatching(/^[ab]$/), next: 'add the file again' })
    await refusal('NOT_FOUND', () => lading.getArtifact('model'))
  })

  test('of a version whose bytes were swept is NOT_FOUND', async () => {
    const { lading, shared } = openMemory(packBelowBytes)
    const draft = await draftOf(lading)
    await (await lading.getArtifact('model')).delete({ aliases: true })
    remove(shared, blobKeys(shared))

    await refusal('NOT_FOUND', () => lading.save(draft))
  })

  test('of a version whose bytes are condemned is logged with copies of them', async () => {
    const { lading, shared } = openMemory(packBelowBytes)
    const draft = await draftOf(lading)
    await (await lading.getArtifact('model')).delete({ aliases: true })
    const condemned = blobKeys(shared)
    condemn(shared, condemned)

    const logged = await lading.save(draft)
    remove(shared, condemned)

    expect(logged).toMatchObject({ version: 'v1', created: true })
    expect(await (await lading.getArtifact('model')).verify()).toMatchObject({ ok: true })
  })

  test('of a live version that is not the latest one is logged', async () => {
    const { lading } = openMemory(packBelowBytes)
    const draft = await draftOf(lading)
    await lading.save(artifactOf('model', { other: 'content' }))

    expect(await lading.save(draft)).toMatchObject({ version: 'v2', created: true })
    expect(await (await lading.getArtifact('model')).verify()).toMatchObject({ ok: true })
  })

  test('of a version that was deleted, whose bytes are still there, is logged', async () => {
    const { lading } = openMemory(packBelowBytes)
    const draft = await draftOf(lading)
    await (await lading.getArtifact('model')).delete({ aliases: true })

    expect(await lading.save(draft)).toMatchObject({ version: 'v1', created: true })
    expect(await (await lading.getArtifact('model')).verify()).toMatchObject({ ok: true })
  })
})

describe('the manifest of the latest version', () => {
  const damages: Readonly<Record<string, (shared: MemoryData, digest: string) => void>> = {
    missing: (shared, digest) => remove(shared, blobKeys(shared, digest)),
    damaged: (shared, digest) => write(shared, blobKeys(shared, digest)[0]!, bytesOf('damage')),
    'beside a damaged layout': (shared, digest) => write(shared, `p/demo/layouts/${digest}`, bytesOf('damage')),
  }

  test.each(Object.keys(damages))(
    '%s does not keep anybody from logging where blobs travel in packs',
    async (damage) => {
      const { lading, shared } = openMemory(64 * 1024)
      const { digest } = await lading.save(artifactOf('model', { a: KEPT, b: 'b' }))
      damages[damage]!(shared, digest)

      expect(await lading.save(artifactOf('model', { a: KEPT, b: 'new' }))).toMatchObject({ version: 'v1' })
      expect(await (await lading.getArtifact('model')).verify()).toMatchObject({ ok: true })
    },
  )

  test('damaged fails the draft that was made from it', async () => {
    const { lading, shared } = openMemory(64 * 1024)
    const draft = await draftOf(lading)
    const { digest } = await lading.getArtifact('model')
    write(shared, blobKeys(shared, digest)[0]!, bytesOf('damage'))

    await refusal('CORRUPT', () => lading.save(draft))
  })
})

/** A draft of v0 with one file more. */
async function draftOf(lading: Lading): Promise<Artifact> {
  await lading.save(artifactOf('model', { a: KEPT, b: 'more bytes' }))
  return (await (await lading.getArtifact('model')).newDraft()).addFile(bytesOf('new'), 'c')
}

function openMemory(packBelowBytes: number): { lading: Lading; shared: MemoryData } {
  const shared = createMemoryData()
  const ports = createPorts(createMemoryObjectStore({ shared, packBelowBytes }))
  const lading = createStore(ports, { project: 'demo' })
  onTestFinished(() => lading.close())
  return { lading, shared }
}

function blobKeys(shared: MemoryData, digest = ''): string[] {
  const keys: string[] = []
  for (let key = shared.seek('', shared.generation); key !== null; key = shared.seek(`${key}\0`, shared.generation)) {
    if (/^p\/demo\/(?:blobs|packs)\//.test(key) && key.includes(digest)) keys.push(key)
  }
  return keys
}

function condemn(shared: MemoryData, keys: readonly string[]): void {
  const names = keys.map((key) => key.slice('p/demo/'.length))
  write(shared, 'p/demo/gc-lists/1', encodeDocument({ names }))
  const at = '2026-01-01T00:00:00.000Z'
  write(shared, 'p/demo/gc', encodeDocument({ epoch: 1, state: 'condemned', at, list: '1' }))
}

function write(shared: MemoryData, key: string, bytes: Uint8Array): void {
  shared.write([[key, bytes]], sha256(bytes))
}

function remove(shared: MemoryData, keys: readonly string[]): void {
  shared.write(
    keys.map((key) => [key, null]),
    'removal',
  )
}
