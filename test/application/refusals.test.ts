import { mkdir, symlink } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { Artifact, isLadingError, openStore } from '../../src/index.ts'
import { all, artifactOf, bytesOf, createWorld, refusal } from './world.ts'
import type { World } from './world.ts'

type Refused = (world: World) => unknown

const model = (content = '1', options = {}) => artifactOf('model', { f: content }, options)
const stored = (world: World) => world.lading.getArtifact('model')

/** Every way to be refused that needs no broken machine, as a user meets it. */
const CASES: Readonly<Record<string, Refused>> = {
  'open an unknown scheme': () => openStore('ftp://host/path'),
  'open nothing': () => openStore(''),
  'open memory with a path': () => openStore('memory:somewhere'),
  'name an artifact badly': () => new Artifact('a b'),
  'name an artifact by a reserved name': () => new Artifact(`x-${'0'.repeat(32)}`),
  'give a bad type': () => new Artifact('model', { type: '' }),
  'give metadata that is no JSON': () => new Artifact('model', { metadata: { loss: Infinity } }),
  'give metadata that is no object': () => new Artifact('model', { metadata: [1] }),
  'add a bad path': () => new Artifact('model').addFile(bytesOf('1'), '../f'),
  'add bytes without a path': () => new Artifact('model').addFile(bytesOf('1')),
  'add a bad reference': () => new Artifact('model').addReference('not a uri'),
  'log nothing': ({ lading }) => lading.save(new Artifact('model')),
  'log a missing file': ({ lading, at }) => lading.save(new Artifact('new').addFile(at('absent'))),
  'log a file as a folder': async ({ lading, file }) => lading.save(new Artifact('new').addDir(await file('f', '1'))),
  'log a link that leaves its folder': async ({ lading, at, file }) => {
    await file('outside', '1')
    await mkdir(at('folder'))
    await symlink(at('outside'), at('folder/link'))
    return lading.save(new Artifact('new').addDir(at('folder')))
  },
  'log one path twice': ({ lading }) => lading.save(model().addFile(bytesOf('2'), 'f')),
  'log a path below a file': ({ lading }) => lading.save(model().addFile(bytesOf('2'), 'f/g')),
  'log another type': ({ lading }) => lading.save(model('1', { type: 'dataset' })),
  'log a bad alias': ({ lading }) => lading.save(model(), { aliases: ['v1'] }),
  'log into a bad project': ({ lading }) => lading.save(model(), { project: '..' }),
  'log a long description': ({ lading }) => lading.save(model('2', { description: 'x'.repeat(20_000) })),
  'log again what was logged': async ({ lading }) => {
    const draft = model('2')
    await lading.save(draft)
    return lading.save(draft)
  },
  'log with a signal that has fired': ({ lading }) => lading.save(model('2'), { signal: AbortSignal.abort() }),
  'read a bad ref': ({ lading }) => lading.getArtifact('model:v01'),
  'read an unknown artifact': ({ lading }) => lading.getArtifact('absent'),
  'read an unknown version': ({ lading }) => lading.getArtifact('model:v7'),
  'read an unknown alias': ({ lading }) => lading.getArtifact('model:nothing'),
  'read a deleted version': async (world) => {
    await (await stored(world)).delete({ aliases: true })
    return world.lading.getArtifact('model:v0')
  },
  'read a superseded version': async ({ lading }) => {
    await lading.save(model('2'), { supersede: true })
    return lading.getArtifact('model:v0')
  },
  'read another type': ({ lading }) => lading.getArtifact('model', { type: 'dataset' }),
  'read an unknown file': async (world) => (await stored(world)).file('absent'),
  'read a reference': async (world) => {
    await world.lading.save(model('2').addReference('s3://bucket/key', 'away'))
    return (await stored(world)).file('away')
  },
  'read a bad range': async (world) => (await (await stored(world)).file('f')).stream({ start: 2, end: 1 }),
  'read bytes as text': async (world) => {
    await world.lading.save(new Artifact('model').addFile(new Uint8Array([0xff]), 'f'))
    return (await (await stored(world)).file('f')).text()
  },
  'read text as JSON': async (world) => {
    await world.lading.save(model('no JSON'))
    return (await (await stored(world)).file('f')).json()
  },
  'read damaged bytes': async (world) => {
    const file = await (await stored(world)).file('f')
    await world.damage(file.digest)
    return file.bytes()
  },
  'download damaged bytes': async (world) => {
    const version = await stored(world)
    await world.damage((await version.file('f')).digest)
    return version.download({ root: world.at('out') })
  },
  'download through a link': async (world) => {
    await world.file('outside', '1')
    await mkdir(world.at('out'))
    await symlink(world.at('outside'), world.at('out/f'))
    return (await stored(world)).download({ root: world.at('out') })
  },
  'set latest': ({ lading }) => lading.setAlias('model:v0', 'latest'),
  'set an alias to what is not there': ({ lading }) => lading.setAlias('model:v7', 'prod'),
  'set an alias by an unknown alias': ({ lading }) => lading.setAlias('model:nothing', 'prod'),
  'set an alias of an unknown artifact': ({ lading }) => lading.setAlias('absent:v0', 'prod'),
  'set an alias that must not exist': async ({ lading }) => {
    await lading.setAlias('model:v0', 'prod')
    return lading.setAlias('model:v0', 'prod', { expect: null })
  },
  'set an alias from elsewhere': ({ lading }) => lading.setAlias('model:v0', 'prod', { expect: 'v3' }),
  'expect what is no version': ({ lading }) => lading.setAlias('model:v0', 'prod', { expect: 'prod' }),
  'delete the latest version': async (world) => (await stored(world)).delete(),
  'delete an unknown artifact': ({ lading }) => lading.artifact('absent').delete(),
  'describe an unknown artifact': ({ lading }) => lading.artifact('absent').update({ description: 'x' }),
  'start a run with a bad id': ({ lading }) => lading.init({ id: 'a/b' }),
  'start a run with a bad group': ({ lading }) => lading.init({ group: '' }),
  'log into a finished run': async ({ lading }) => {
    const run = await lading.init({ id: 'r1' })
    await run.finish()
    return run.logArtifact(model())
  },
  'use another type': async ({ lading }) => (await lading.init({ id: 'r1' })).useArtifact('model', { type: 'dataset' }),
  'name no project': async () => (await openStore('memory:')).save(model()),
  'use a closed store': async ({ open }) => {
    const lading = await open()
    await lading.close()
    return lading.getArtifact('model')
  },
}

async function messageOf(refused: Refused): Promise<string> {
  const world = await createWorld('memory')
  await world.lading.save(model())
  try {
    await refused(world)
  } catch (error) {
    if (isLadingError(error)) return error.message.replaceAll(world.at(''), '<folder>')
    throw error
  }
  return 'it succeeded'
}

test('every refusal has its code, says what was asked, and what to do next', async () => {
  const lines: string[] = []
  for (const [name, refused] of Object.entries(CASES)) lines.push(`${name}\n  ${await messageOf(refused)}\n`)

  await expect(lines.join('')).toMatchFileSnapshot('../golden/errors.txt')
})

/** A value that the types forbid and that JavaScript hands over all the same. */
const wrong = (value: unknown): never => value as never

const WRONG: readonly Refused[] = [
  () => new Artifact(wrong(5)),
  () => new Artifact('model', { type: wrong(5) }),
  () => new Artifact('model', { description: wrong(5) }),
  () => new Artifact('model', { description: '\ud800' }),
  () => new Artifact('model').addFile(wrong(null), 'f'),
  () => new Artifact('model').addFile(wrong(5), 'f'),
  () => new Artifact('model').addFile(wrong(new ArrayBuffer(1)), 'f'),
  () => new Artifact('model').addFile(bytesOf('1'), wrong(5)),
  () => new Artifact('model').addDir(wrong(undefined)),
  () => new Artifact('model').addDir('folder', wrong(5)),
  () => new Artifact('model').add(wrong(null)),
  () => new Artifact('model').add(''),
  () => new Artifact('model').remove(wrong(5)),
  () => new Artifact('model').addReference(wrong(5)),
  () => new Artifact('model').addReference('s3://b/k', 'k', { sha256: 'no digest' }),
  () => new Artifact('model').addReference('s3://b/k', 'k', { etag: wrong(5) }),
  () => new Artifact('model').addReference('s3://b/k', 'k', { size: wrong('5') }),
  ({ lading, at }) => lading.save(new Artifact('model').addDir(at(''), '', { include: wrong(5) })),
  ({ lading }) => lading.save(wrong(5)),
  ({ lading }) => lading.save(wrong(null)),
  ({ lading }) => lading.save(''),
  ({ lading }) => lading.save(model('2'), { project: wrong(5) }),
  ({ lading }) => lading.save(model('2'), { aliases: wrong('prod') }),
  ({ lading }) => lading.save(model('2'), { aliases: [wrong(null)] }),
  ({ lading }) => lading.save(model('2'), { supersede: wrong('no') }),
  ({ lading }) => lading.init({ project: wrong(5) }),
  ({ lading }) => lading.init({ id: wrong(5) }),
  ({ lading }) => lading.init({ group: wrong(5) }),
  ({ lading }) => lading.init({ config: 5 }),
  ...[5, null, '', 'a\nb', 'x'.repeat(513)].map(
    (name): Refused =>
      ({ lading }) =>
        lading.init({ name: wrong(name) }),
  ),
  ({ lading }) => lading.getArtifact(wrong(5)),
  ({ lading }) => lading.getArtifact('model', { type: wrong(5) }),
  ({ lading }) => lading.artifact(wrong(undefined)),
  ({ lading }) => lading.artifacts({ type: wrong(5) }),
  ({ lading }) => lading.setAlias(wrong(5), 'prod'),
  ({ lading }) => lading.setAlias('model:v0', wrong(null)),
  ({ lading }) => lading.setAlias('model:v0', 'prod', { expect: wrong(5) }),
  ({ lading }) => lading.removeAlias(wrong(null), 'prod'),
  ({ lading }) => lading.removeAlias('model', 'prod', { expect: wrong(5) }),
  ({ lading }) => lading.aliasHistory(wrong(5), 'prod'),
  ({ lading }) => lading.aliasHistory('model', wrong(null)),
  ...[5, null, undefined, 'é'.repeat(8_193)].map(
    (description): Refused =>
      ({ lading }) =>
        lading.artifact('model').update({ description: wrong(description) }),
  ),
  async ({ lading }) => (await lading.init({ id: 'r1' })).logArtifact(wrong(null)),
  async ({ lading }) => (await lading.init({ id: 'r1' })).useArtifact(wrong(5)),
  async ({ lading }) => (await lading.init({ id: 'r1' })).setAlias(wrong(5), 'prod'),
  async (world) => (await stored(world)).update({ metadata: 5 }),
  async (world) => (await stored(world)).file(wrong(5)),
  async (world) => (await stored(world)).download({ root: wrong(5) }),
  async (world) => (await stored(world)).download({ root: world.at('out'), include: wrong(5) }),
  async (world) => (await stored(world)).verify(wrong(5)),
  async (world) => (await stored(world)).lineage({ direction: wrong(5) }),
  async (world) => (await stored(world)).lineage({ depth: wrong('5') }),
  async (world) => (await stored(world)).delete({ aliases: wrong('yes') }),
  async (world) => (await (await stored(world)).file('f')).stream({ start: wrong('1') }),
]

test('a value of the wrong kind is INVALID wherever it is given, and nothing is stored', async () => {
  const world = await createWorld('memory')
  await world.lading.save(model())
  await world.file('f', '1')
  await world.lading.init({ id: 'r1' })
  const before = await world.keys()

  for (const call of WRONG)
    await refusal('INVALID', () => call(world)).catch((cause: unknown) => {
      throw new Error(String(call), { cause })
    })

  expect(await world.keys()).toEqual(before)
  expect((await all(world.lading.artifact('model').versions())).length).toBe(1)
})
