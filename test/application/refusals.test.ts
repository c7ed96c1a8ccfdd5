import { appendFile, mkdir, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { Artifact, createPorts, createStore, isLadingError, openStore } from '../../src/index.ts'
import type { Version } from '../../src/index.ts'
import { FOLDS, foldingFs } from '../support/folding-fs.ts'
import { all, artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

type Refused = (world: World) => unknown

const BAD_PATHS = {
  'is empty': '',
  'is absolute': '/f',
  'holds a backslash': 'a\\f',
  'holds a control character': 'a\nf',
  'holds an unpaired surrogate': 'a\ud800',
  'begins with a drive letter': 'C:f',
  'is too long': 'é'.repeat(513),
}

const model = (content = '1', options = {}) => artifactOf('model', { f: content }, options)
const stored = (world: World) => world.lading.getArtifact('model')

const inGroup = ({ lading }: World, id = 'r1') => lading.init({ id, group: 'night' })

function circle(): object {
  const metadata: { self?: object } = {}
  metadata.self = metadata
  return metadata
}

/** A version of these paths, whose folders lie on a disk in memory that folds names. */
async function modelOnto(fold: keyof typeof FOLDS, paths: readonly string[]): Promise<Version> {
  const files = createFiles(foldingFs(FOLDS[fold]))
  const lading = createStore(createPorts(createMemoryObjectStore()), { project: 'demo', files })
  await lading.save(artifactOf('model', Object.fromEntries(paths.map((path) => [path, path]))))
  return lading.getArtifact('model')
}

/** Every way to be refused that needs no broken machine, as a user meets it. */
const CASES: Readonly<Record<string, Refused>> = {
  'open an unknown scheme': () => openStore('ftp://host/path'),
  'open nothing': () => openStore(''),
  'open memory with a path': () => openStore('memory:somewhere'),
  'open a host as a file': () => openStore('sqlite://host/models.db'),
  'open a store of a newer format': async ({ file, at }) => {
    await file('newer/lading.json', '{"format":9,"minReader":9,"storeId":"x"}')
    return openStore(at('newer'))
  },
  'open a damaged store': async ({ file, at }) => {
    await file('damaged/lading.json', '{"format":')
    return openStore(at('damaged'))
  },
  'name an artifact badly': () => new Artifact('a b'),
  'name an artifact by a reserved name': () => new Artifact(`x-${'0'.repeat(32)}`),
  'give a bad type': () => new Artifact('model', { type: '' }),
  'give metadata that is no JSON': () => new Artifact('model', { metadata: { loss: Infinity } }),
  'give metadata that is a function': () => new Artifact('model', { metadata: { loss: () => 1 } }),
  'give metadata that goes in circles': () => new Artifact('model', { metadata: circle() }),
  'give too much metadata': () => new Artifact('model', { metadata: { notes: 'x'.repeat(1024 * 1024) } }),
  'give metadata that is no object': () => new Artifact('model', { metadata: [1] }),
  'add a bad path': () => new Artifact('model').addFile(bytesOf('1'), '../f'),
  ...Object.fromEntries(
    Object.entries(BAD_PATHS).map(([what, path]): [string, Refused] => [
      `add a path that ${what}`,
      () => new Artifact('model').addFile(bytesOf('1'), path),
    ]),
  ),
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
  'log a link that leads to itself': async ({ lading, at }) => {
    await mkdir(at('folder'), { recursive: true })
    await symlink('link', at('folder/link'))
    return lading.save(new Artifact('new').addDir(at('folder')))
  },
  'log a link to nothing': async ({ lading, at }) => {
    await mkdir(at('folder'), { recursive: true })
    await symlink('nothing', at('folder/link'))
    return lading.save(new Artifact('new').addDir(at('folder')))
  },
  'log a socket': async ({ lading, at }) => {
    await mkdir(at('folder'), { recursive: true })
    const server = createServer()
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(at('folder/socket'), resolve))
    return lading.save(new Artifact('new').addDir(at('folder')))
  },
  'log a file that grows meanwhile': async ({ lading, at, file }) => {
    await file('grows', Buffer.alloc(8 * 1024 * 1024, 7))
    let grown: Promise<void> | undefined
    const onProgress = () => void (grown ??= appendFile(at('grows'), 'more'))
    return lading.save(new Artifact('new').addFile(at('grows')), { onProgress })
  },
  'log one path twice': ({ lading }) => lading.save(model().addFile(bytesOf('2'), 'f')),
  'log a path below a file': ({ lading }) => lading.save(model().addFile(bytesOf('2'), 'f/g')),
  'log another type': ({ lading }) => lading.save(model('1', { type: 'dataset' })),
  'log under a name that differs only in case': async () => {
    const fs = foldingFs(FOLDS['folds case'])
    const ports = createPorts(createFsObjectStore({ root: '/store', fs, durability: 'none' }))
    const lading = createStore(ports, { project: 'demo' })
    await lading.save(model())
    return lading.save(artifactOf('Model', { f: '1' }))
  },
  'log an artifact under another name': async ({ lading }) =>
    (await lading.init({ id: 'r1' })).logArtifact(model(), { name: 'other' }),
  'log more aliases than an artifact can have': ({ lading }) =>
    lading.save(model(), { aliases: Array.from({ length: 10_001 }, (_, n) => `a${n}`) }),
  'log a bad alias': ({ lading }) => lading.save(model(), { aliases: ['v1'] }),
  'log into a bad project': ({ lading }) => lading.save(model(), { project: '..' }),
  'log a long description': ({ lading }) => lading.save(model('2', { description: 'x'.repeat(20_000) })),
  'log again what was logged': async ({ lading }) => {
    const draft = model('2')
    await lading.save(draft)
    return lading.save(draft)
  },
  'log what is being logged': async ({ lading }) => {
    const draft = model('2')
    const first = lading.save(draft)
    try {
      return await lading.save(draft)
    } finally {
      await first
    }
  },
  'change what was logged': async ({ lading }) => {
    const draft = model('2')
    await lading.save(draft)
    return draft.remove('f')
  },
  'log a draft of another project': async (world) =>
    world.lading.save(await (await stored(world)).newDraft(), { project: 'other' }),
  'log other content into a draft': async (world) =>
    world.lading.save((await (await stored(world)).newDraft()).addFile(bytesOf('2'), 'f')),
  'log with a signal that has fired': ({ lading }) => lading.save(model('2'), { signal: AbortSignal.abort() }),
  'read a bad ref': ({ lading }) => lading.getArtifact('model:v01'),
  'read an unknown artifact': ({ lading }) => lading.getArtifact('absent'),
  'read an unknown digest': ({ lading }) => lading.getArtifact(`model@${'0'.repeat(64)}`),
  'read a pending version': ({ lading }) => lading.getArtifact('model:pending-1'),
  'read an unknown version': ({ lading }) => lading.getArtifact('model:v7'),
  'read an unknown alias': ({ lading }) => lading.getArtifact('model:nothing'),
  'read a deleted version': async (world) => {
    await (await stored(world)).delete({ aliases: true })
    return world.lading.getArtifact('model:v0')
  },
  'read a version of a deleted artifact': async ({ lading }) => {
    await lading.artifact('model').delete()
    return lading.getArtifact('model:v0')
  },
  'set an alias in a deleted artifact': async ({ lading }) => {
    await lading.artifact('model').delete()
    return lading.setAlias('model:v0', 'prod')
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
  'download into a file': async (world) =>
    (await stored(world)).download({ root: await world.file('place', 'a file') }),
  'download onto a folder': async (world) => {
    await world.file('out/f/mine', '1')
    return (await stored(world)).download({ root: world.at('out') })
  },
  'download with a signal that has fired': async (world) =>
    (await stored(world)).download({ root: world.at('out'), signal: AbortSignal.abort() }),
  'download paths that differ only in case': async () =>
    (await modelOnto('folds case', ['README', 'readme'])).download({ root: '/out' }),
  'download paths that differ only in normalisation': async () =>
    (await modelOnto('folds case and normalises', ['caf\u00e9', 'cafe\u0301'])).download({ root: '/out' }),
  'read a damaged manifest': async (world) => {
    const { digest } = await stored(world)
    await world.damage(digest)
    return (await (await world.open()).getArtifact('model')).entries()
  },
  'verify a folder that is a file': async (world) => (await stored(world)).verify(await world.file('place', '1')),
  'repair from a folder that is not there': async (world) => (await stored(world)).repair(world.at('absent')),
  'repair from a file': async (world) => (await stored(world)).repair(await world.file('place', '1')),
  'download through a link': async (world) => {
    await world.file('outside', '1')
    await mkdir(world.at('out'))
    await symlink(world.at('outside'), world.at('out/f'))
    return (await stored(world)).download({ root: world.at('out') })
  },
  'fetch a reference that nobody reads': async (world) => {
    await world.lading.save(model('2').addReference('s3://bucket/key?token=secret', 'away'))
    return (await stored(world)).download({ root: world.at('out'), references: 'fetch' })
  },
  'fetch a reference to nothing': async (world) => {
    await world.lading.save(model('2').addReference('file:///absent-lading-file', 'away'))
    return (await stored(world)).download({ root: world.at('out'), references: 'fetch' })
  },
  'fetch a reference to other bytes': async (world) => {
    const uri = pathToFileURL(await world.file('away', 'other')).href
    const reference = new Artifact('model').addReference(uri, 'away', { sha256: '0'.repeat(64) })
    await world.lading.save(reference)
    return (await stored(world)).download({ root: world.at('out'), references: 'fetch' })
  },
  'fetch a reference to another size': async (world) => {
    const uri = pathToFileURL(await world.file('away', 'other')).href
    await world.lading.save(new Artifact('model').addReference(uri, 'away', { size: 7 }))
    return (await stored(world)).download({ root: world.at('out'), references: 'fetch' })
  },
  'fetch references in a way that there is not': async (world) =>
    (await stored(world)).download({ root: world.at('out'), references: wrong('all') }),
  // Of a disk in memory: were the guard ever to fail, this is what would be emptied.
  'check out into a whole disk': async () => (await modelOnto('folds case', ['f'])).checkout('/'),
  'check out into a store': async (world) => {
    await world.file('place/lading.json', '{"minReader":1}')
    return (await stored(world)).checkout(world.at('place'))
  },
  'check out without a root': async (world) => (await stored(world)).checkout(wrong(undefined)),
  'compare with an unknown version': ({ lading }) => lading.diff('model', 'model:v7'),
  'compare with what is no version': async (world) => (await stored(world)).diff(wrong('model')),
  'open with a handler that is none': () => openStore('memory:', { references: [wrong({ schemes: ['s3'] })] }),
  'set latest': ({ lading }) => lading.setAlias('model:v0', 'latest'),
  'set an alias to what is not there': ({ lading }) => lading.setAlias('model:v7', 'prod'),
  'set an alias by an unknown alias': ({ lading }) => lading.setAlias('model:nothing', 'prod'),
  'set an alias of an unknown artifact': ({ lading }) => lading.setAlias('absent:v0', 'prod'),
  'set an alias that must not exist': async ({ lading }) => {
    await lading.setAlias('model:v0', 'prod')
    return lading.setAlias('model:v0', 'prod', { expect: null })
  },
  'set an alias from elsewhere': ({ lading }) => lading.setAlias('model:v0', 'prod', { expect: 'v3' }),
  'set an alias to a deleted version': async (world) => {
    await world.lading.save(model('2'))
    await (await world.lading.getArtifact('model:v0')).delete()
    return world.lading.setAlias('model:v0', 'prod')
  },
  'remove an alias from elsewhere': async ({ lading }) => {
    await lading.setAlias('model:v0', 'prod')
    return lading.removeAlias('model', 'prod', { expect: 'v3' })
  },
  'remove an alias of one version': ({ lading }) => lading.removeAlias('model:v0', 'prod'),
  'expect what is no version': ({ lading }) => lading.setAlias('model:v0', 'prod', { expect: 'prod' }),
  'delete the latest version': async (world) => (await stored(world)).delete(),
  'delete an unknown artifact': ({ lading }) => lading.artifact('absent').delete(),
  'delete an unknown project': ({ lading }) => lading.deleteProject('absent'),
  'update a version without metadata': async (world) => (await stored(world)).update(wrong({})),
  'describe an unknown artifact': ({ lading }) => lading.artifact('absent').update({ description: 'x' }),
  'upsert without an id': async ({ lading }) => (await lading.init({ id: 'r1' })).upsertArtifact(model()),
  'upsert nothing': async (world) => (await inGroup(world)).upsertArtifact(new Artifact('model')),
  'upsert another type': async (world) => (await inGroup(world)).upsertArtifact(model('1', { type: 'dataset' })),
  'upsert another type than the first part': async (world) => {
    await (await inGroup(world, 'r1')).upsertArtifact(artifactOf('new', { a: '1' }, { type: 'model' }))
    return (await inGroup(world, 'r2')).upsertArtifact(artifactOf('new', { b: '1' }, { type: 'dataset' }))
  },
  'upsert into a round that another run has finished': async (world) => {
    const [first, second] = [await inGroup(world, 'r1'), await inGroup(world, 'r2')]
    await second.upsertArtifact(artifactOf('new', { a: '1' }))
    await first.finishArtifact('new')
    return second.upsertArtifact(artifactOf('new', { b: '1' }))
  },
  'finish what nobody has begun': async (world) => (await inGroup(world)).finishArtifact('new'),
  'finish parts that differ': async (world) => {
    const [first, second] = [await inGroup(world, 'r1'), await inGroup(world, 'r2')]
    await first.upsertArtifact(artifactOf('new', { a: '1' }))
    await second.upsertArtifact(artifactOf('new', { a: '2' }))
    return first.finishArtifact('new')
  },
  'finish as another type': async (world) => {
    const run = await inGroup(world)
    await run.upsertArtifact(artifactOf('new', { a: '1' }, { type: 'model' }))
    return run.finishArtifact(new Artifact('new', { type: 'dataset' }))
  },
  'finish in a way that there is not': async (world) =>
    (await inGroup(world)).finishArtifact('new', { onConflict: wrong('first') }),
  'finish what was abandoned': async (world) => {
    const run = await inGroup(world)
    await run.upsertArtifact(artifactOf('new', { a: '1' }))
    await world.lading.abandon('new', { distributedId: 'night' })
    return run.finishArtifact('new')
  },
  'abandon what nobody has begun': ({ lading }) => lading.abandon('new', { distributedId: 'night' }),
  'abandon without an id': ({ lading }) => lading.abandon('new', wrong({})),
  'list the drafts of one version': ({ lading }) => lading.drafts('model:v0'),
  'start a run with a bad id': ({ lading }) => lading.init({ id: 'a/b' }),
  'start a run with a config that is no object': ({ lading }) => lading.init({ config: wrong([1]) }),
  'start a run with a bad group': ({ lading }) => lading.init({ group: '' }),
  'log into a finished run': async ({ lading }) => {
    const run = await lading.init({ id: 'r1' })
    await run.finish()
    return run.logArtifact(model())
  },
  'use in a finished run': async ({ lading }) => {
    const run = await lading.init({ id: 'r1' })
    await run.finish()
    return run.useArtifact('model')
  },
  'upsert into a finished run': async (world) => {
    const run = await inGroup(world)
    await run.finish()
    return run.upsertArtifact(model())
  },
  'ask for lineage of a negative depth': async (world) => (await stored(world)).lineage({ depth: -1 }),
  'use another type': async ({ lading }) => (await lading.init({ id: 'r1' })).useArtifact('model', { type: 'dataset' }),
  'name no project': async () => (await openStore('memory:')).save(model()),
  'ask for a version of no project': async () => (await openStore('memory:')).getArtifact('model'),
  'open a cache whose name is none': () => openStore('memory:', { cache: 'a\0b' }),
  'use a closed store': async ({ open }) => {
    const lading = await open()
    await lading.close()
    return lading.getArtifact('model')
  },
}

/** The refusal as people read it, without what differs from store to store: its name, and where it lies. */
async function messageOf(kind: Kind, refused: Refused): Promise<string> {
  const world = await createWorld(kind)
  await world.lading.save(model())
  try {
    await refused(world)
  } catch (error) {
    if (!isLadingError(error)) throw error
    const told = error.message.replaceAll(world.at(''), '<folder>')
    return error.adapter === undefined ? told : told.replaceAll(`(${error.adapter})`, '(<store>)')
  }
  return 'it succeeded'
}

test.each(KINDS)('every refusal has its code, says what was asked, and what to do next: %s', async (kind) => {
  const lines: string[] = []
  for (const [name, refused] of Object.entries(CASES)) lines.push(`${name}\n  ${await messageOf(kind, refused)}\n`)

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
  () => new Artifact('model').addReference('s3://b/k', 'k', { size: 2 ** 53 }),
  () => new Artifact('model').addFile(bytesOf('1'), 'f', { overwrite: wrong('no') }),
  () => new Artifact('model').add('f', { overwrite: wrong(1) }),
  () => new Artifact('model').addDir('f', '', { overwrite: wrong(null) }),
  () => openStore(wrong(5)),
  () => openStore('memory:', wrong(null)),
  () => openStore('memory:', { onWarning: wrong(5) }),
  () => openStore('memory:', { project: wrong(5) }),
  () => openStore('memory:', { references: wrong(5) }),
  () => createStore(wrong(undefined)),
  () => createStore(wrong({ metadata: {} })),
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
  ({ lading }) => all(lading.artifact('model').versions({ newestFirst: wrong('yes') })),
  ({ lading }) => lading.deleteProject(wrong(null)),
  ({ lading }) => lading.deleteProject('demo', wrong(null)),
  ({ lading }) => lading.diff(wrong(5), 'model'),
  ({ lading }) => lading.diff('model', wrong(null)),
  ({ lading }) => lading.drafts(wrong(5)),
  ({ lading }) => lading.drafts('model', wrong(null)),
  ({ lading }) => lading.drafts('model', { signal: wrong(5) }),
  ({ lading }) => lading.abandon(wrong(5), { distributedId: 'night' }),
  ({ lading }) => lading.abandon('model', wrong(undefined)),
  ({ lading }) => lading.abandon('model', { distributedId: wrong(5) }),
  ({ lading }) => lading.abandon('model', { distributedId: 'x'.repeat(513) }),
  async (world) => (await inGroup(world)).upsertArtifact(wrong(5)),
  async (world) => (await inGroup(world)).upsertArtifact(''),
  async (world) => (await inGroup(world)).upsertArtifact(model(), wrong(null)),
  async (world) => (await inGroup(world)).upsertArtifact(model(), { distributedId: wrong(5) }),
  async (world) => (await inGroup(world)).upsertArtifact(model(), { distributedId: '' }),
  async (world) => (await inGroup(world)).upsertArtifact('f', { name: wrong(5) }),
  async (world) => (await inGroup(world)).upsertArtifact('f', { name: 'new', type: wrong(5) }),
  async (world) => (await inGroup(world)).finishArtifact(wrong(null)),
  async (world) => (await inGroup(world)).finishArtifact('a b'),
  async (world) => (await inGroup(world)).finishArtifact('model', wrong(null)),
  async (world) => (await inGroup(world)).finishArtifact('model', { distributedId: wrong(5) }),
  async (world) => (await inGroup(world)).finishArtifact('model', { aliases: wrong('prod') }),
  async (world) => (await inGroup(world)).finishArtifact('model', { aliases: ['v1'] }),
  async (world) => (await inGroup(world)).finishArtifact('model', { onConflict: wrong('first') }),
  async (world) => (await inGroup(world)).finishArtifact('model', { onConflict: wrong(null) }),
  async (world) => (await inGroup(world)).abandonArtifact(wrong(5)),
  async (world) => (await inGroup(world)).abandonArtifact('model', wrong(null)),
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
  async (world) => (await stored(world)).download({ root: world.at('out'), references: wrong(true) }),
  async (world) => (await stored(world)).checkout(wrong(5)),
  async (world) => (await stored(world)).checkout(''),
  async (world) => (await stored(world)).checkout(world.at('out'), wrong(null)),
  async (world) => (await stored(world)).checkout(world.at('out'), { references: wrong('all') }),
  async (world) => (await stored(world)).diff(wrong({})),
  async (world) => (await stored(world)).repair(wrong(undefined)),
  async (world) => (await stored(world)).repair(''),
  async (world) => (await stored(world)).repair(world.at('out'), { onProgress: wrong(5) }),
  async (world) => (await stored(world)).update(wrong({})),
  async (world) => (await stored(world)).verify(wrong(5)),
  async (world) => (await stored(world)).lineage({ direction: wrong(5) }),
  async (world) => (await stored(world)).lineage({ depth: wrong('5') }),
  async (world) => (await stored(world)).delete({ aliases: wrong('yes') }),
  async (world) => (await (await stored(world)).file('f')).stream({ start: wrong('1') }),
]

test.each(KINDS)(
  'a value of the wrong kind is INVALID wherever it is given, and nothing is stored: %s',
  async (kind) => {
    const world = await createWorld(kind)
    await world.lading.save(model())
    await world.file('f', '1')
    await world.lading.init({ id: 'r1', group: 'night' })
    const before = await world.keys()

    for (const call of WRONG)
      await refusal('INVALID', () => call(world)).catch((cause: unknown) => {
        throw new Error(String(call), { cause })
      })

    expect(await world.keys()).toEqual(before)
    expect((await all(world.lading.artifact('model').versions())).length).toBe(1)
  },
)
