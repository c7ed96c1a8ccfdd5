import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Artifact } from '../../src/index.ts'
import { artifactOf, bytesOf, createWorld } from './world.ts'

test('what console.log prints of an object of ours is what a person wants to know of it', async () => {
  const { lading } = await createWorld('memory')
  const run = await lading.init({ id: 'train-1', group: 'night' })
  const draft = artifactOf('model', { f: 'x' }, { type: 'net' })
  const before = inspect(draft)
  await run.logArtifact(draft, { aliases: ['prod'] })
  const version = await lading.getArtifact('model')

  expect(before).toMatch(/^Artifact model \{/)
  expect(inspect(draft)).toMatch(/^Artifact model:v0 \{/)
  expect(inspect(version)).toMatch(/^Version demo\/model:v0 \{[^]*type: 'net',[^]*aliases: \[ 'latest', 'prod' \]/)
  expect(inspect(run)).toMatch(/^Run demo\/train-1 \{[^]*group: 'night'/)
  expect(inspect(lading)).toBe("Lading { project: 'demo' }")
  expect(inspect(lading.artifact('model'))).toBe("StoredArtifact { project: 'demo', name: 'model' }")
  expect(inspect(await version.file('f'))).toMatch(/^StoredFile f \{\s+size: 1,/)
  expect(inspect([version], { depth: 0 })).toBe('[ [Version demo/model:v0] ]')
})

test('removing what a draft does not hold names what was probably meant; of folders not yet read nobody knows', async () => {
  const { lading } = await createWorld('memory')
  await lading.save(artifactOf('model', { 'weights.bin': 'x', 'data/a': 'y' }))
  const draft = await (await lading.getArtifact('model')).newDraft()

  expect(() => draft.remove('wieghts.bin')).toThrow(
    expect.objectContaining({ code: 'NOT_FOUND', next: expect.stringMatching(/^did you mean "weights.bin"\?/) }),
  )
  expect(() => draft.remove('data/').remove('data/a')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  expect(draft.entries().map(({ path }) => path)).toEqual(['weights.bin'])
  expect(() => new Artifact('model').addFile(bytesOf('x'), 'f').addDir('.').remove('g')).not.toThrow()
})

test('a run is read by its id, and is not started by that', async () => {
  const { lading } = await createWorld('memory')
  await lading.init({ id: 'train-1', name: 'Training' })

  expect(await lading.getRun('train-1')).toMatchObject({ id: 'train-1', name: 'Training', project: 'demo' })
  await expect(lading.getRun('train-2')).rejects.toMatchObject({ code: 'NOT_FOUND', key: 'demo/train-2' })
  expect((await Array.fromAsync(lading.runs())).map(({ id }) => id)).toEqual(['train-1'])
})

test('a listing tells versions and aliases as they are written everywhere', async () => {
  const { lading } = await createWorld('memory')
  await lading.save(artifactOf('model', { f: '1' }, { type: 'net', description: 'ships' }), { aliases: ['b', 'a'] })
  await lading.save(artifactOf('model', { f: '2' }))

  const [row] = await Array.fromAsync(lading.artifacts())

  const { createdAt, ...facts } = row!
  expect(Date.parse(createdAt)).not.toBeNaN()
  const named = { project: 'demo', name: 'model', type: 'net', description: 'ships', latest: 'v1', versions: 2 }
  expect(facts).toEqual({ ...named, aliases: { a: 'v0', b: 'v0' } })
})

test('foreignFiles tells what a checkout would remove, and removes nothing', async () => {
  const { lading, file, at, tree } = await createWorld('folder')
  await lading.save(artifactOf('model', { f: 'x', 'd/g': 'y' }))
  await file('out/f', 'other')
  await file('out/z/mine', 'm')
  const version = await lading.getArtifact('model')

  expect(await version.foreignFiles(at('out'))).toEqual(['z/mine'])
  expect(await tree('out')).toEqual({ f: 'other', 'z/mine': 'm' })
  expect((await version.checkout(at('out'))).removed).toEqual(['z/', 'z/mine'])
  expect(await version.foreignFiles(at('out'))).toEqual([])
  expect(await version.foreignFiles(at('absent'))).toEqual([])
})

test('a part of a digest is refused as such', async () => {
  const { lading } = await createWorld('memory')

  await expect(lading.getArtifact('model@abcdef12')).rejects.toMatchObject({
    code: 'INVALID',
    detail: expect.stringContaining('"abcdef12" is a part of a digest'),
  })
})

test('a type that differs from one that nobody gave says how that came about', async () => {
  const { lading } = await createWorld('memory')
  const [ann, ben] = [await lading.init({ group: 'g' }), await lading.init({ group: 'g' })]
  await ann.upsertArtifact(artifactOf('model', { f: '1' }))

  await expect(ben.upsertArtifact(artifactOf('model', { g: '2' }, { type: 'net' }))).rejects.toMatchObject({
    code: 'CONFLICT',
    detail: 'the artifact has type "unspecified", not "net": it was begun without one, and a type never changes',
  })
})
