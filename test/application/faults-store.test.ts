import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore, openStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import { filesBelow, listingOf } from '../support/folder-listing.ts'
import { failureOf } from '../support/failure-of.ts'
import { temporaryFolder } from '../support/temporary.ts'

let template = ''

beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), 'lading-test-'))
  await fillStore(template)
})

afterAll(() => rmSync(template, { recursive: true, force: true }))

describe('a store of a newer format', () => {
  const NEWER = '{"format":2,"minReader":2,"storeId":"x"}'

  test('is UNSUPPORTED and not touched, however it is opened', async () => {
    const { store } = filledStore()
    replace(join(store, 'lading.json'), NEWER)
    const before = listingOf(store)
    const calls: readonly ((lading: Lading) => Promise<unknown>)[] = [
      (lading) => lading.save(model('two')),
      (lading) => lading.setAlias('model:v0', 'best'),
      (lading) => lading.init({}),
    ]

    const errors = [await failureOf(openStore(store))]
    for (const call of calls) errors.push(await failureOf(call(unopened(store))))

    for (const error of errors) {
      expect(error).toMatchObject({ code: 'UNSUPPORTED', key: 'lading.json', next: 'update lading' })
    }
    expect(listingOf(store)).toEqual(before)
  })

  test('is used when it says that this reader will do', async () => {
    const { store } = filledStore()
    replace(join(store, 'lading.json'), '{"format":2,"minReader":1,"storeId":"x","more":true}')

    await using lading = await openStore(store, { project: 'demo' })

    expect(await lading.save(model('two'))).toMatchObject({ version: 'v3' })
  })
})

const DAMAGE: Readonly<Record<string, (bytes: Buffer) => string | Buffer>> = {
  'cut off': (bytes) => bytes.subarray(0, bytes.length / 2),
  empty: () => '',
  'no text': () => Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  'another document': () => '{"some":"thing"}',
}

/** What reads a document, by the folder that it lies in. */
const READERS: Readonly<Record<string, (lading: Lading) => Promise<unknown>>> = {
  'projects/': (lading) => Array.fromAsync(lading.projects()),
  'p/demo/heads/': (lading) => lading.getArtifact('model'),
  'p/demo/a/model/versions/': (lading) => lading.getArtifact('model:v2'),
  'p/demo/a/model/meta/': async (lading) => (await lading.getArtifact('model:v0')).metadata(),
  'p/demo/a/model/history/': (lading) => lading.artifact('model').history(),
  'p/demo/a/model/links/': async (lading) => (await lading.getArtifact('model:v0')).usedBy(),
  'p/demo/runs/': (lading) => Array.fromAsync(lading.runs()),
  'p/demo/gc/': (lading) => lading.save(model('two')),
}

describe.each(Object.keys(DAMAGE))('a document that is %s', (damage) => {
  test.each(Object.keys(READERS))('in %s is CORRUPT, named by its key, and nothing is changed', async (folder) => {
    const { store } = filledStore()
    const path = newestIn(join(store, folder))
    replace(path, DAMAGE[damage]!(readFileSync(path)))
    const before = listingOf(store)
    await using lading = await openStore(store, { project: 'demo' })

    const error = await failureOf(READERS[folder]!(lading))

    expect(error, error.message).toMatchObject({ code: 'CORRUPT', next: expect.stringMatching(/restore it/) })
    expect(relative(store, path)).toContain(error.key)
    expect(listingOf(store)).toEqual(before)
  })

  test('as lading.json is CORRUPT when the store is opened', async () => {
    const { store } = filledStore()
    const path = join(store, 'lading.json')
    replace(path, DAMAGE[damage]!(readFileSync(path)))

    expect(await failureOf(openStore(store))).toMatchObject({ code: 'CORRUPT', key: 'lading.json' })
  })

  test('as head is not written over by a log, an alias or a deletion', async () => {
    const { store } = filledStore()
    const path = newestIn(join(store, 'p/demo/heads/'))
    replace(path, DAMAGE[damage]!(readFileSync(path)))
    const before = listingOf(store)
    await using lading = await openStore(store, { project: 'demo' })

    const calls = [
      () => lading.save(model('two')),
      () => lading.setAlias('model:v0', 'best'),
      () => lading.removeAlias('model', 'prod'),
      () => lading.artifact('model').delete(),
    ]

    for (const call of calls) expect(await failureOf(call())).toMatchObject({ code: 'CORRUPT' })
    expect(listingOf(store)).toEqual(before)
  })
})

const SPOILT: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'a flipped bit': flipBit,
  'a missing end': (bytes) => bytes.subarray(0, bytes.length - 1),
  'more than there was': (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
  'no bytes': () => Buffer.alloc(0),
}

describe.each(Object.keys(SPOILT))('a blob with %s', (spoiling) => {
  test('is CORRUPT wherever it is read, and no file appears', async () => {
    const { store, folder } = filledStore()
    const path = blobPath(store, 'one')
    replace(path, SPOILT[spoiling]!(readFileSync(path)))
    await using lading = await openStore(store, { project: 'demo' })
    const version = await lading.getArtifact('model:v0')

    const errors = [
      await failureOf((await version.file('weights')).bytes()),
      await failureOf(version.download({ root: join(folder, 'target') })),
    ]

    for (const error of errors) expect(error).toMatchObject({ code: 'CORRUPT', next: expect.stringMatching(/\w/) })
    // The other file may have been there before the download stopped; nothing else, and no piece of anything.
    expect(filesBelow(join(folder, 'target')).map((path) => basename(path))).toBeOneOf([[], ['config']])
    expect((await version.verify()).differences).toEqual([
      expect.objectContaining({ path: 'weights', problem: 'corrupt' }),
    ])
  })

  test('is whole again when it was removed and its file was logged again', async () => {
    const { store } = filledStore()
    const path = blobPath(store, 'one')
    replace(path, SPOILT[spoiling]!(readFileSync(path)))
    await using lading = await openStore(store, { project: 'demo' })

    rmSync(path)
    await lading.save(model('one'))

    expect(await (await lading.getArtifact('model:v0')).verify()).toMatchObject({ ok: true })
  })

  test('is CORRUPT when it is a manifest', async () => {
    const { store } = filledStore()
    await using lading = await openStore(store, { project: 'demo' })
    const { digest } = await lading.getArtifact('model:v0')
    const path = join(store, 'p/demo/blobs', digest.slice(0, 2), digest)
    replace(path, SPOILT[spoiling]!(readFileSync(path)))

    const error = await failureOf((await lading.getArtifact('model:v0')).entries())

    expect(error.detail).toContain(digest)
    expect(error).toMatchObject({
      code: 'CORRUPT',
      key: 'the manifest of demo/model:v0',
      next: expect.stringMatching(/\w/),
    })
  })
})

describe('a missing blob', () => {
  test('is NOT_FOUND when it is read, missing when it is verified, and there again once it is logged', async () => {
    const { store } = filledStore()
    rmSync(blobPath(store, 'one'))
    await using lading = await openStore(store, { project: 'demo' })
    const version = await lading.getArtifact('model:v0')

    const error = await failureOf((await version.file('weights')).bytes())
    const { differences } = await version.verify()
    await lading.save(model('one'))

    expect(error).toMatchObject({ code: 'NOT_FOUND', next: expect.stringMatching(/log/) })
    expect(differences).toEqual([expect.objectContaining({ path: 'weights', problem: 'missing' })])
    expect(await version.verify()).toMatchObject({ ok: true })
  })
})

describe('what killed processes and other programs leave in the folder', () => {
  test('harms nobody', async () => {
    const { store } = filledStore()
    const half = readFileSync(blobPath(store, 'one')).subarray(0, 1)
    plant(join(store, 'staging/4711-0123456789abcdef-0'), half)
    plant(join(store, 'staging/4711-0123456789abcdef-1'), '')
    plant(join(store, 'lost+found/#123'), half)
    plant(join(store, 'p/demo/heads/model/0000000000/0000000002~'), 'of an editor')
    plant(join(store, 'p/demo/a/model/versions/0000000000/0000000003.tmp'), '{')
    plant(join(store, 'p/demo/blobs/.nfs000000000000'), half)
    mkdirSync(join(store, 'p/demo/a/empty/versions/0000000000'), { recursive: true })
    await using lading = await openStore(store, { project: 'demo' })

    expect(await lading.save(model('two'))).toMatchObject({ version: 'v3' })
    expect((await Array.fromAsync(lading.artifacts())).map(({ name }) => name)).toEqual(['model'])
    expect(await (await lading.getArtifact('model')).verify()).toMatchObject({ ok: true })
  })
})

describe('processes whose clocks are years apart', () => {
  test('agree on numbers, aliases and the order of moves', async () => {
    const store = join(temporaryFolder(), 'store')
    const past = withClock(store, '1990-01-01T00:00:00.000Z')
    const future = withClock(store, '2090-01-01T00:00:00.000Z')

    await future.save(model('one'), { aliases: ['prod'] })
    await past.save(model('two'), { aliases: ['prod'] })
    await future.save(model('three'))
    await past.setAlias('model:v0', 'prod', { expect: 'v1' })
    await (await past.init({ id: 'run' })).useArtifact('model')
    await (await future.init({ id: 'run' })).useArtifact('model')

    const fresh = withClock(store, '2000-01-01T00:00:00.000Z')
    expect(await fresh.artifact('model').aliases()).toEqual({ latest: 'v2', prod: 'v0' })
    const moves = (await fresh.artifact('model').history()).filter(({ alias }) => alias === 'prod')
    expect(moves.map(({ from, to, at }) => [from, to, at.slice(0, 4)])).toEqual([
      [null, 0, '2090'],
      [0, 1, '1990'],
      [1, 0, '1990'],
    ])
    expect(await (await fresh.getArtifact('model')).usedBy()).toHaveLength(1)
    expect(await past.save(model('one'))).toMatchObject({ version: 'v0', created: false })
  })
})

/** A copy of the filled store, in a folder of its own. */
function filledStore() {
  const folder = temporaryFolder()
  const store = join(folder, 'store')
  cpSync(template, store, { recursive: true })
  return { folder, store }
}

/** A store with every kind of document: three versions, a run that used v0, edited metadata, many alias moves. */
async function fillStore(store: string): Promise<void> {
  const lading = unopened(store)
  await lading.save(model('one'), { aliases: ['prod'] })
  await lading.save(model('more'), { aliases: ['prod'] })
  await (await lading.init({ id: 'run' })).useArtifact('model:v0')
  await (await lading.getArtifact('model:v0')).update({ metadata: { reviewed: true } })
  for (let move = 0; move < 34; move++) await lading.setAlias(`model:v${move % 2}`, 'moves')
  await lading.save(model('last'))
  plant(join(store, 'p/demo/gc/0000000000/0000000000'), '{"epoch":0,"state":"swept","at":"2026-01-01","list":null}')
}

/** A handle that has not looked at the format yet. */
function unopened(store: string): Lading {
  return createStore(createPorts(createFsObjectStore({ root: store, durability: 'none' })), { project: 'demo' })
}

function withClock(store: string, now: string): Lading {
  const clock = { now: () => now, monotonicMs: () => Date.parse(now), pause: async () => undefined }
  return createStore(createPorts(createFsObjectStore({ root: store }), { clock }), { clock, project: 'demo' })
}

function newestIn(folder: string): string {
  return filesBelow(folder).at(-1)!
}

/** What is stored is read-only; somebody with enough rights changes it nevertheless. */
function replace(path: string, bytes: string | Buffer): void {
  chmodSync(path, 0o644)
  writeFileSync(path, bytes)
}

function plant(path: string, bytes: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

function blobPath(store: string, content: string): string {
  const digest = createHash('sha256').update(content).digest('hex')
  return join(store, 'p/demo/blobs', digest.slice(0, 2), digest)
}

function flipBit(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes)
  flipped[0]! ^= 1
  return flipped
}

function model(content: string): Artifact {
  return new Artifact('model').addFile(Buffer.from(content), 'weights').addFile(Buffer.from('{}'), 'config')
}
