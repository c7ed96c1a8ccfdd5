import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import type { MemoryData } from '../../src/adapters/memory/index.ts'
import { systemClock } from '../../src/adapters/system/index.ts'
import { encodeDocument } from '../../src/domain/canonical-json.ts'
import { sha256 } from '../../src/domain/digest.ts'
import { createManifest } from '../../src/domain/manifest.ts'
import { Artifact, createPorts, createStore, isLadingError, LadingError } from '../../src/index.ts'
import type { Lading, StorePorts } from '../../src/index.ts'
import { createInProcessTransport } from '../../src/application/service/in-process.ts'
import { systemIds } from '../../src/adapters/system/ids.ts'
import { deniedDrafts } from '../../src/ports/denied.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import type { Transport, Upload } from '../../src/ports/transport.ts'
import { all, artifactOf, bytesOf, refusal } from './world.ts'

const ID = { distributedId: 'night' }

/** Nobody waits here: repetitions follow each other at once. */
const CLOCK = { ...systemClock, pause: async () => undefined }

describe('a process that dies in a finish', () => {
  test('at any of its writes: whoever finishes next makes the one version, with every acknowledged part', async () => {
    let step = 1
    for (let died = true; died; step++) {
      const shared = createMemoryData()
      const ann = await open(shared).init({ id: 'ann' })
      await ann.upsertArtifact(artifactOf('model', { a: '1' }, { type: 'model' }), ID)
      const doomed = await open(shared, dyingAt(step)).init({ id: 'doomed' })

      died = await failed(doomed.finishArtifact(artifactOf('model', { b: '2' }), { ...ID, aliases: ['prod'] }))
      const state = await all(open(shared).drafts('model'))
      const finished = await ann.finishArtifact('model', ID)

      expect(finished, `step ${step}`).toMatchObject({ version: 'v0', round: 0, created: true })
      const lading = open(shared)
      const version = await lading.getArtifact('model')
      const paths = (await version.entries()).map(({ path }) => path)
      // Its own part was acknowledged before it could close the round.
      const mustHold = state[0]?.closing === true || !died
      expect(paths, `step ${step}`).toEqual(expect.arrayContaining(mustHold ? ['a', 'b'] : ['a']))
      expect(await version.verify(), `step ${step}`).toMatchObject({ ok: true })
      if (mustHold) expect(version.aliases, `step ${step}`).toEqual(['latest', 'prod'])
      expect((await all(lading.artifact('model').versions())).length, `step ${step}`).toBe(1)
      expect(await all(lading.drafts('model')), `step ${step}`).toEqual([])
    }
    expect(step).toBeGreaterThan(12)
  })

  test('between closing and result: an upsert waits for the next round, says so in the end, and a finish goes on', async () => {
    const shared = createMemoryData()
    const ann = await open(shared).init({ id: 'ann' })
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    const doomed = await open(shared, refusing(/\/result$/)).init({ id: 'doomed' })
    expect(await failed(doomed.finishArtifact('model', { ...ID, aliases: ['prod'] }))).toBe(true)
    const ben = await open(shared).init({ id: 'ben' })
    const late = artifactOf('model', { b: '2' })

    const error = await refusal('ALREADY_FINISHED', () => ben.upsertArtifact(late, ID))
    expect(await all(open(shared).drafts('model'))).toMatchObject([{ closing: true }])
    const finished = await ben.finishArtifact('model', ID)

    expect(error).toMatchObject({ detail: expect.stringContaining('round 0'), next: expect.stringContaining('finish') })
    expect(finished).toMatchObject({ version: 'v0', aliases: ['latest', 'prod'], fileCount: 1 })
    expect(await ben.upsertArtifact(late, ID)).toMatchObject({ round: 1 })
  })

  test('between closing and result of an abandonment: the next upsert completes it, and is in the next round', async () => {
    const shared = createMemoryData()
    const ann = await open(shared).init({ id: 'ann' })
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    expect(await failed(open(shared, refusing(/\/result$/)).abandon('model', ID))).toBe(true)
    const ben = await open(shared).init({ id: 'ben' })

    const part = await ben.upsertArtifact(artifactOf('model', { b: '2' }), ID)

    expect(part).toMatchObject({ round: 1 })
    expect(await ben.finishArtifact('model', ID)).toMatchObject({ version: 'v0', round: 1, fileCount: 1 })
  })

  test('between closing and result: it cannot be abandoned any more', async () => {
    const shared = createMemoryData()
    const ann = await open(shared).init({ id: 'ann' })
    await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    const doomed = await open(shared, refusing(/\/closed$/)).init({ id: 'doomed' })
    expect(await failed(doomed.finishArtifact('model', ID))).toBe(true)

    const error = await refusal('CONFLICT', () => open(shared).abandon('model', ID))

    expect(error).toMatchObject({ next: expect.stringContaining('finish') })
    expect(await ann.finishArtifact('model', ID)).toMatchObject({ version: 'v0' })
  })
})

describe('a store that fails', () => {
  test('at any write of an upsert: the part is in or out, and sent again it is in once', async () => {
    let step = 1
    for (let died = true; died; step++) {
      const shared = createMemoryData()
      const doomed = await open(shared, dyingAt(step)).init({ id: 'ann' })
      const artifact = artifactOf('model', { a: '1', b: '2' })

      died = await failed(doomed.upsertArtifact(artifact, ID))
      const again = await open(shared).init({ id: 'ann' })
      expect(await again.upsertArtifact(artifactOf('model', { a: '1', b: '2' }), ID)).toMatchObject({ round: 0 })
      expect(await again.finishArtifact('model', ID), `step ${step}`).toMatchObject({ version: 'v0', fileCount: 2 })
    }
    expect(step).toBeGreaterThan(5)
  })

  test('for a moment: an upsert whose answer was lost keeps its round, and is in once it was sent again', async () => {
    const shared = createMemoryData()
    const ann = await open(shared).init({ id: 'ann' })
    const faulty = await open(shared, losingAnswers(/\/parts\//)).init({ id: 'ben' })

    await faulty.upsertArtifact(artifactOf('model', { b: '2' }), ID)

    await ann.finishArtifact(artifactOf('model', { a: '1' }), ID)
    expect((await (await open(shared).getArtifact('model')).entries()).map(({ path }) => path)).toEqual(['a', 'b'])
  })

  test('after a part was written: the upsert is UNKNOWN_OUTCOME, and sent again it is that very part', async () => {
    const { faulty, ann, artifact } = await upsertUnknown(createMemoryData())

    const again = await ann.upsertArtifact(artifact, ID)

    expect(again).toMatchObject({ round: 0 })
    expect(await all(faulty.drafts('model'))).toMatchObject([{ parts: 1 }])
    expect(await ann.finishArtifact('model', ID)).toMatchObject({ version: 'v0', fileCount: 1 })
  })

  test('after a part was written: it is in the version that another run makes meanwhile, and repeating it says so', async () => {
    const shared = createMemoryData()
    const { faulty, ann, artifact } = await upsertUnknown(shared)
    const ben = await open(shared).init({ id: 'ben' })

    const finished = await ben.finishArtifact(artifactOf('model', { b: '2' }), ID)

    expect(finished).toMatchObject({ version: 'v0', fileCount: 2 })
    expect(await ann.upsertArtifact(artifact, ID)).toMatchObject({ round: 0 })
    expect(await all(faulty.drafts('model'))).toEqual([])
  })

  test.each([/\/parts\//, /\/drafts\/.*\/closing$/, /\/blobs\//])('refusing %s: nothing is half done', async (keys) => {
    const shared = createMemoryData()
    const refused = await open(shared, refusing(keys)).init({ id: 'ann' })
    const artifact = artifactOf('model', { a: '1' })

    const error = await refused.finishArtifact(artifact, ID).then(
      () => null,
      (reason: unknown) => reason,
    )

    expect(error).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(artifact.version).toBeNull()
    const allowed = await open(shared).init({ id: 'ann' })
    expect(await allowed.finishArtifact(artifactOf('model', { a: '1' }), ID)).toMatchObject({ version: 'v0' })
  })

  test('a manifest of a part that is damaged is CORRUPT, and the draft can be abandoned', async () => {
    const shared = createMemoryData()
    const ann = await open(shared).init({ id: 'ann' })
    const { digest } = await ann.upsertArtifact(artifactOf('model', { a: '1' }), ID)
    const key = blobKeys(shared, digest)[0]!
    shared.write([[key, bytesOf('damage')]], 'damage')

    const error = await refusal('CORRUPT', () => ann.finishArtifact('model', ID))

    expect(error.key).toContain(digest)
    await ann.abandonArtifact('model', ID)
    expect(await all(open(shared).drafts('model'))).toEqual([])
  })

  test('a store without collaborative drafts is UNSUPPORTED before any byte travels', async () => {
    const { metadata, blobs } = createPorts(createMemoryObjectStore())
    const capabilities = { ...metadata.capabilities, drafts: false }
    const lading = openPorts({ metadata: { ...metadata, capabilities, drafts: deniedDrafts() }, blobs })
    const run = await lading.init({ id: 'ann' })
    let isRead = false
    async function* content() {
      isRead = true
      yield bytesOf('1')
    }

    await refusal('UNSUPPORTED', () => run.upsertArtifact(new Artifact('model').addFile(content(), 'f'), ID))
    await refusal('UNSUPPORTED', () => run.finishArtifact('model', ID))
    await refusal('UNSUPPORTED', () => lading.abandon('model', ID))
    await refusal('UNSUPPORTED', () => all(lading.drafts('model')))

    expect(isRead).toBe(false)
  })
})

/** Blobs as objects of their own, and in packs. */
describe.each([0, 64 * 1024])('parts where packs take files up to %i bytes', (packBelowBytes) => {
  test('of three runs, one of which sends twice, are one version whose bytes can be read', async () => {
    const shared = createMemoryData()
    const lading = open(shared, packing(packBelowBytes))
    const [ann, ben] = [await lading.init({ id: 'ann' }), await lading.init({ id: 'ben' })]
    const artifact = artifactOf('model', { a: 'bytes of a', b: 'bytes of b' })
    await ann.upsertArtifact(artifact, ID)
    await ann.upsertArtifact(artifact.addFile(bytesOf('more'), 'c'), ID)

    await ben.finishArtifact(artifactOf('model', { 'd/1': 'bytes of d', 'd/2': 'bytes of a' }), ID)

    const version = await open(shared, packing(packBelowBytes)).getArtifact('model')
    expect([version.fileCount, await version.verify()]).toMatchObject([5, { ok: true }])
    expect(await (await version.file('d/2')).text()).toBe('bytes of a')
  })

  test('whose bytes are condemned are finished with copies of them', async () => {
    const shared = createMemoryData()
    const lading = open(shared, packing(packBelowBytes))
    const ann = await lading.init({ id: 'ann' })
    await ann.upsertArtifact(artifactOf('model', { a: 'bytes of a', b: 'bytes of b' }), ID)
    const condemned = blobKeys(shared)
    condemn(shared, condemned)

    await ann.finishArtifact('model', ID)
    shared.write(
      condemned.map((key) => [key, null]),
      'removal',
    )

    expect(await (await lading.getArtifact('model')).verify()).toMatchObject({ ok: true })
  })
})

describe('the service', () => {
  test('takes a part only with an upload for the artifact of its draft', async () => {
    const transport = openTransport()
    const upload = await transport.upload({ project: 'demo', artifact: 'other' }, { bases: [] })

    const error = await refusal('INVALID', () => transport.upsert(ROUND, partOf(upload), {}))

    expect(error.detail).toContain('demo/other')
  })

  test('takes no part with bytes that nobody has stored, and names the path', async () => {
    const transport = openTransport()
    const upload = await transport.upload(ROUND, { bases: [] })

    const error = await refusal('NOT_FOUND', () => transport.upsert(ROUND, partOf(upload), {}))

    expect(error.key).toBe('data/f')
    expect((await transport.drafts(ROUND, { limit: 1 })).items).toEqual([])
  })
})

const ROUND = { project: 'demo', artifact: 'model', id: 'night', round: 0 }

/** A part with one file, of which only the digest is known. */
function partOf(upload: Upload): Parameters<Transport['upsert']>[1] {
  const run = { project: 'demo', id: 'ann', name: 'ann' }
  const [opId, at] = [systemIds.next(), CLOCK.now()]
  const manifest = createManifest([{ path: 'data/f', digest: sha256('not stored'), size: 10 }])
  return { upload, manifest, intent: { opId, at, run, type: 'model', metadata: null, description: null } }
}

function openTransport(): Transport {
  const { metadata, blobs } = createPorts(createMemoryObjectStore())
  const transport = createInProcessTransport({ metadata, blobs, clock: CLOCK, ids: systemIds })
  onTestFinished(() => transport.close())
  return transport
}

type Decorate = (objects: ObjectStore) => ObjectStore

/** A store in memory, as another process would open it. */
function open(shared: MemoryData, decorate: Decorate | { readonly packBelowBytes: number } = (objects) => objects) {
  const packBelowBytes = typeof decorate === 'function' ? 0 : decorate.packBelowBytes
  const objects = createMemoryObjectStore({ shared, packBelowBytes })
  return openPorts(createPorts(typeof decorate === 'function' ? decorate(objects) : objects, { clock: CLOCK }))
}

function openPorts(ports: StorePorts): Lading {
  // What a dying process cannot record of its run is of no interest here.
  const lading = createStore(ports, { project: 'demo', clock: CLOCK, onWarning: () => undefined })
  onTestFinished(() => lading.close())
  return lading
}

function packing(packBelowBytes: number): { readonly packBelowBytes: number } {
  return { packBelowBytes }
}

/** A process that is gone from one of its writes to drafts, blobs and versions on: nothing that it asks is done. */
function dyingAt(step: number): Decorate {
  let steps = 0
  let isDead = false
  const alive = (key: string, isWrite: boolean): void => {
    if (isWrite && !key.includes('/runs/') && ++steps === step) isDead = true
    if (isDead) throw new LadingError('UNAUTHORIZED', { detail: 'the process is gone' })
  }
  return (objects) => ({
    ...objects,
    async get(key, options) {
      alive(key, false)
      return objects.get(key, options)
    },
    async list(prefix, options) {
      alive(prefix, false)
      return objects.list(prefix, options)
    },
    async putIfAbsent(key, body, options) {
      alive(key, true)
      return objects.putIfAbsent(key, body, options)
    },
    async compareAndSwap(key, bytes, ifMatch, options) {
      alive(key, true)
      return objects.compareAndSwap(key, bytes, ifMatch, options)
    },
    async stage(options) {
      alive('staging', true)
      return objects.stage(options)
    },
  })
}

function refusing(keys: RegExp): Decorate {
  const check = (key: string): void => {
    if (keys.test(key)) throw new LadingError('UNAUTHORIZED', { detail: `no right to write ${key}` })
  }
  return (objects) => ({
    ...objects,
    async putIfAbsent(key, body, options) {
      check(key)
      return objects.putIfAbsent(key, body, options)
    },
    async stage(options) {
      const staged = await objects.stage(options)
      return {
        write: (chunk) => staged.write(chunk),
        discard: () => staged.discard(),
        replace: (key) => staged.replace(key),
        async publish(key) {
          check(key)
          return staged.publish(key)
        },
      }
    },
  })
}

/** An upsert whose part is there, and whose run could not learn that: what closes rounds could not be read. */
async function upsertUnknown(shared: MemoryData) {
  let isBroken = true
  const faulty = open(shared, (objects) => ({
    ...objects,
    async get(key, options) {
      if (isBroken && key.endsWith('/closing')) throw new LadingError('UNAVAILABLE', { detail: 'no answer' })
      return objects.get(key, options)
    },
  }))
  const ann = await faulty.init({ id: 'ann' })
  const artifact = artifactOf('model', { a: '1' })
  await refusal('UNKNOWN_OUTCOME', () => ann.upsertArtifact(artifact, ID))
  isBroken = false
  return { faulty, ann, artifact }
}

/** The first write of each key is carried out, and nobody is told. */
function losingAnswers(keys: RegExp): Decorate {
  const lost = new Set<string>()
  return (objects) => ({
    ...objects,
    async putIfAbsent(key, body, options) {
      const answer = await objects.putIfAbsent(key, body, options)
      if (!keys.test(key) || lost.has(key)) return answer
      lost.add(key)
      throw new LadingError('UNKNOWN_OUTCOME', { detail: 'the answer was lost' })
    },
  })
}

/** Whether some work ended with an error of ours. */
async function failed(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return false
  } catch (error) {
    if (isLadingError(error)) return true
    throw error
  }
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
  const at = '2026-01-01T00:00:00.000Z'
  const list: [string, Uint8Array] = ['p/demo/gc-lists/1', encodeDocument({ names })]
  const gc: [string, Uint8Array] = ['p/demo/gc', encodeDocument({ epoch: 1, state: 'condemned', at, list: '1' })]
  shared.write([list, gc], sha256(encodeDocument({ names })))
}
