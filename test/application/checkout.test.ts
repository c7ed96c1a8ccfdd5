import { spawnSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import type { UserFileSystem } from '../../src/adapters/fs/user-file-system.ts'
import { Artifact, openStore } from '../../src/index.ts'
import { sha256 } from '../../src/ports/index.ts'
import { FOLDS, foldingFs } from '../support/folding-fs.ts'
import { artifactOf, bytesOf, createWorld, KINDS, refusal } from './world.ts'
import type { Kind, World } from './world.ts'

const FILES = { 'a.txt': 'alpha', 'data/b.txt': 'beta', 'data/deep/c.txt': 'gamma', empty: '' }
const isWindows = process.platform === 'win32'

async function logged(kind: Kind): Promise<World> {
  const world = await createWorld(kind)
  await world.lading.save(artifactOf('model', FILES))
  return world
}

async function checkout({ lading, at }: World, root = 'out') {
  return (await lading.getArtifact('model')).checkout(at(root))
}

/** Everything below a folder: folders with a `/`, links with where they lead. */
async function everything(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .map((entry) => `${entry.parentPath}/${entry.name}${entry.isDirectory() ? '/' : ''}`.slice(folder.length + 1))
    .toSorted()
}

const EQUAL = ['a.txt', 'data/', 'data/b.txt', 'data/deep/', 'data/deep/c.txt', 'empty']

describe.each(KINDS)('a checkout from %s', (kind) => {
  test('makes an empty folder, or none, equal to the version', async () => {
    const world = await logged(kind)

    const result = await checkout(world)

    expect(result).toEqual({
      root: world.at('out'),
      written: Object.keys(FILES),
      replaced: [],
      kept: [],
      references: [],
      unverified: [],
      removed: [],
      bytes: 14,
    })
    expect(await world.tree('out')).toEqual(FILES)
  })

  test('keeps what is intact, writes what is missing or modified, removes the rest and empty folders', async () => {
    const world = await logged(kind)
    await checkout(world)
    await world.file('out/a.txt', 'ALPHA')
    await world.file('out/data/foreign.txt', 'mine')
    await world.file('out/old/deep/x', 'mine')
    await world.file('out/.hidden', 'mine')
    await mkdir(world.at('out/void/void'), { recursive: true })

    const { written, kept, removed } = await checkout(world)

    expect(written).toEqual(['a.txt'])
    expect(kept).toEqual(['data/b.txt', 'data/deep/c.txt', 'empty'])
    const old = ['old/', 'old/deep/', 'old/deep/x']
    expect(removed).toEqual(['.hidden', 'data/foreign.txt', ...old, 'void/', 'void/void/'])
    expect(await everything(world.at('out'))).toEqual(EQUAL)
    expect(await checkout(world)).toMatchObject({ written: [], removed: [] })
  })

  test('that is told what may be removed removes nothing else, and names what it left', async () => {
    const world = await logged(kind)
    const version = await world.lading.getArtifact('model')
    await world.file('out/listed', 'l')
    const removable = await version.foreignFiles(world.at('out'))
    await world.file('out/since/b', 'mine')
    await world.file('out/since/a', 'mine')

    const error = await refusal('CONFLICT', () => version.checkout(world.at('out'), { removable }))

    expect(error.key).toBe(`${world.at('out')}/since/a`)
    expect(error.detail).toBe('it and 1 more are not in the version, and not among what may be removed')
    expect(await world.tree('out')).toEqual({ ...FILES, 'since/a': 'mine', 'since/b': 'mine' })
    const again = await version.foreignFiles(world.at('out'))
    expect(await version.checkout(world.at('out'), { removable: again })).toMatchObject({
      removed: ['since/', 'since/a', 'since/b'],
    })
  })

  test.each([
    ['a folder in the place of a file', 'a.txt/listed', 'a.txt/since', 'a.txt'],
    ['a file in the place of a folder', 'listed', 'data', 'data'],
  ])('that is told what may be removed keeps %s that it was not told of', async (_what, listed, since, key) => {
    const world = await logged(kind)
    const version = await world.lading.getArtifact('model')
    await world.file(`out/${listed}`, 'l')
    const removable = await version.foreignFiles(world.at('out'))
    await world.file(`out/${since}`, 'mine')

    const error = await refusal('CONFLICT', () => version.checkout(world.at('out'), { removable }))

    expect(error.key).toBe(world.at(`out/${key}`))
    expect(await world.tree('out')).toMatchObject({ [since]: 'mine' })
    const again = await version.foreignFiles(world.at('out'))
    await version.checkout(world.at('out'), { removable: again })
    expect(await world.tree('out')).toEqual(FILES)
  })

  test.skipIf(isWindows)('that is told what may be removed still replaces a link in the place of a file', async () => {
    const world = await logged(kind)
    await world.file('outside', 'theirs')
    await mkdir(world.at('out'))
    await symlink(world.at('outside'), world.at('out/a.txt'))

    const { removed } = await (await world.lading.getArtifact('model')).checkout(world.at('out'), { removable: [] })

    expect(removed).toEqual(['a.txt'])
    expect(await world.tree('out')).toEqual(FILES)
  })

  test('goes from one version to another', async () => {
    const world = await logged(kind)
    await world.lading.save(artifactOf('model', { 'a.txt': 'alpha', data: 'a file now' }))
    const [v0, v1] = [await world.lading.getArtifact('model:v0'), await world.lading.getArtifact('model:v1')]

    for (const [version, files] of [
      [v0, FILES],
      [v1, { 'a.txt': 'alpha', data: 'a file now' }],
      [v0, FILES],
    ] as const) {
      await version.checkout(world.at('out'))
      expect(await world.tree('out')).toEqual(files)
    }
  })

  test.skipIf(isWindows)('removes what stands in the way: a folder, a link, a file, a FIFO', async () => {
    const world = await logged(kind)
    await world.file('out/a.txt/deep/mine', 'm')
    await world.file('outside/b.txt', 'theirs')
    await symlink(world.at('outside'), world.at('out/data'))
    spawnSync('mkfifo', [world.at('out/empty')])

    const { removed } = await checkout(world)

    expect(removed).toEqual(['a.txt/', 'a.txt/deep/', 'a.txt/deep/mine', 'data', 'empty'])
    expect(await everything(world.at('out'))).toEqual(EQUAL)
    expect(await world.tree('outside')).toEqual({ 'b.txt': 'theirs' })
  })

  test.skipIf(isWindows)('removes links as links, and FIFOs and sockets by name, without opening them', async () => {
    const world = await logged(kind)
    await world.file('outside/deep/mine', 'm')
    await mkdir(world.at('out/data'), { recursive: true })
    await symlink(world.at('outside'), world.at('out/folder'))
    await symlink(world.at('outside/deep/mine'), world.at('out/data/file'))
    await symlink(world.at('out'), world.at('out/data/loop'))
    await symlink('nowhere', world.at('out/dangling'))
    spawnSync('mkfifo', [world.at('out/fifo')])
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(world.at('out/socket'), resolve))
    onTestFinished(() => void server.close())

    const { removed } = await checkout(world)

    expect(removed).toEqual(['dangling', 'data/file', 'data/loop', 'fifo', 'folder', 'socket'])
    expect(await everything(world.at('out'))).toEqual(EQUAL)
    expect(await world.tree('outside')).toEqual({ 'deep/mine': 'm' })
  })

  test.skipIf(isWindows)('goes through a root that is a link', async () => {
    const world = await logged(kind)
    await world.file('real/foreign', 'f')
    await symlink(world.at('real'), world.at('out'))

    await checkout(world)

    expect((await lstat(world.at('out'))).isSymbolicLink()).toBe(true)
    expect(await world.tree('real')).toEqual(FILES)
  })

  test('leaves a file where a reference belongs, and fetches it when asked to', async () => {
    const world = await logged(kind)
    const uri = new URL(`file://${await world.file('elsewhere', 'bytes')}`).href
    const artifact = artifactOf('model', { here: 'here' }).addReference(uri, 'ref/away')
    await world.lading.save(artifact.addReference('s3://b/k', 'ref/skipped'))
    await world.file('out/ref/away', 'something')
    await world.file('out/ref/foreign', 'f')
    const version = await world.lading.getArtifact('model')

    const skipped = await version.checkout(world.at('out'))

    expect(skipped).toMatchObject({ written: ['here'], removed: ['ref/foreign'] })
    expect(skipped.references.map(({ path }) => path)).toEqual(['ref/away', 'ref/skipped'])
    expect(await world.tree('out')).toEqual({ here: 'here', 'ref/away': 'something' })

    await refusal('UNSUPPORTED', () => version.checkout(world.at('out'), { references: 'fetch' }))
    await world.lading.save(new Artifact('model').addReference(uri, 'ref/away', { sha256: sha256('bytes') }))
    const fetched = await (await world.lading.getArtifact('model')).checkout(world.at('out'), { references: 'fetch' })
    expect(fetched).toMatchObject({ written: ['ref/away'], unverified: [], removed: ['here'] })
    expect(await world.tree('out')).toEqual({ 'ref/away': 'bytes' })
  })

  test('removes nothing foreign while anything is missing, and can be run again', async () => {
    const world = await logged(kind)
    const version = await world.lading.getArtifact('model')
    await world.file('out/foreign', 'f')
    await world.damage((await version.file('data/b.txt')).digest)

    await refusal('CORRUPT', () => checkout(world))

    expect(await world.tree('out')).toMatchObject({ foreign: 'f' })
    await world.file('out/data/b.txt', 'beta')
    expect(await checkout(world)).toMatchObject({ removed: ['foreign'] })
    expect(await world.tree('out')).toEqual(FILES)
  })

  test('on a disk that folds case and normalisation keeps what the disk spells otherwise', async () => {
    const fs = foldingFs(FOLDS['folds case and normalises'])
    const { lading } = await createWorld(kind, { files: createFiles(fs) })
    await lading.save(artifactOf('model', { 'Caf\u00e9/ReadMe': '1', 'Caf\u00e9/new': '2' }))
    await fs.promises.mkdir('/out/cafe\u0301', { recursive: true })
    await fs.promises.writeFile('/out/cafe\u0301/README', '1')
    await fs.promises.writeFile('/out/foreign', 'f')

    const { removed, kept } = await (await lading.getArtifact('model')).checkout('/out')

    expect([removed, kept]).toEqual([['foreign'], ['Caf\u00e9/ReadMe']])
    expect(await fs.promises.readdir('/out/cafe\u0301')).toEqual(['README', 'new'])
  })
})

describe('a checkout that ends early', () => {
  const kind = 'memory'

  test('stopped at any point has whole files only, and is finished by the next one', async () => {
    const world = await createWorld(kind)
    const files = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`d${i % 3}/f${i}`, `${i}`.repeat(1_000)]))
    await world.lading.save(artifactOf('model', files))
    const version = await world.lading.getArtifact('model')
    const foreign = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`out/foreign${i}/x`, 'f']))

    for (let polls = 1; ; polls += 7) {
      for (const path of ['out/d0/f0', 'out/d1/f1']) await world.file(path, 'modified')
      for (const [path, content] of Object.entries(foreign)) await world.file(path, content)
      const stopped = await version.checkout(world.at('out'), { signal: firingAt(polls) }).then(
        () => false,
        () => true,
      )
      for (const [path, content] of Object.entries(await world.tree('out'))) {
        if (path in files) expect([files[path], 'modified']).toContain(content)
        else expect(content).toBe('f')
      }
      await version.checkout(world.at('out'))
      expect(await world.tree('out')).toEqual(files)
      if (!stopped) break
      expect(polls).toBeLessThan(500)
    }
  })

  test('after one that was killed at any call of the system makes the folder equal', async () => {
    const world = await createWorld(kind)
    await world.lading.save(artifactOf('model', FILES))
    let isDone = false
    for (let calls = 0; !isDone; calls += 3) {
      for (const path of ['a.txt', 'foreign/deep/x', 'data/deep/foreign']) await world.file(`out/${path}`, 'foreign')
      const dying = await createWorld(kind, { files: createFiles(dyingAfter(calls)) })
      await dying.lading.save(artifactOf('model', FILES))
      isDone = await (await dying.lading.getArtifact('model')).checkout(world.at('out')).then(
        () => true,
        () => false,
      )
      await checkout(world)
      expect(await world.tree('out'), `after ${calls} calls`).toEqual(FILES)
      expect(calls).toBeLessThan(2_000)
    }
  })
})

describe.each(KINDS)('a checkout from %s is refused, and nothing is touched,', (kind) => {
  test.each(['', undefined, 5])('without a root: %j', async (root) => {
    const { lading } = await logged(kind)
    const version = await lading.getArtifact('model')
    await refusal('INVALID', () => version.checkout(root as never))
  })

  test.each(['listed', [5], null, {}])('with %j as what may be removed', async (removable) => {
    const { lading, at, file, tree } = await logged(kind)
    await file('out/mine', 'm')
    const version = await lading.getArtifact('model')
    await refusal('INVALID', () => version.checkout(at('out'), { removable: removable as never }))
    expect(await tree('out')).toEqual({ mine: 'm' })
  })

  test('into a whole disk', async () => {
    // A disk in memory: were the guard ever to fail, this is what would be emptied.
    const { lading } = await createWorld(kind, { files: createFiles(foldingFs(FOLDS['folds case'])) })
    await lading.save(artifactOf('model', FILES))
    const version = await lading.getArtifact('model')
    const error = await refusal('INVALID', () => version.checkout('/'))
    expect(error.message).toMatch(
      /it is a whole disk; .* or download into this one, which removes nothing; nothing was changed/,
    )
  })

  test('into the home folder, or one above it', async () => {
    const world = await logged(kind)
    await world.file('homes/ann/mine', 'm')
    const before = process.env['HOME']
    onTestFinished(() => void (before === undefined ? delete process.env['HOME'] : (process.env['HOME'] = before)))
    process.env['HOME'] = world.at('homes/ann')

    for (const root of ['homes/ann', 'homes']) {
      const error = await refusal('INVALID', () => checkout(world, root))
      expect(error.message).toMatch(/(is|holds) your home folder/)
    }

    expect(await world.tree('homes')).toEqual({ 'ann/mine': 'm' })
    expect(await checkout(world, 'homes/ann/model')).toMatchObject({ written: Object.keys(FILES) })
  })

  test.skipIf(isWindows)('into the working folder, or one above it, by whichever name', async () => {
    const world = await logged(kind)
    await world.file('work/here/mine', 'm')
    await symlink(world.at('work'), world.at('link'))
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(world.at('work/here'))

    const version = await world.lading.getArtifact('model')
    for (const root of ['.', '..', world.at('work/here/../here/'), world.at('link'), world.at('link/here')]) {
      const error = await refusal('INVALID', () => version.checkout(root))
      expect(error.message).toMatch(/(is|holds) the working folder/)
    }

    expect(await world.tree('work')).toEqual({ 'here/mine': 'm' })
  })

  test('into a store, above or inside one', async () => {
    const world = await logged(kind)
    const mark = { format: 1, minReader: 1, storeId: 'x' }
    await world.file('place/.lading/lading.json', JSON.stringify(mark))
    await world.file('place/.lading/projects/demo/x', 'x')
    const before = await world.tree('place')

    for (const root of ['place', 'place/.lading', 'place/.lading/projects/demo', 'place/.lading/new/folder']) {
      const error = await refusal('CONFLICT', () => checkout(world, root))
      expect(error.message).toContain(`a lading store lies at ${world.at('place/.lading')}`)
    }

    expect(await world.tree('place')).toEqual(before)
    await world.file('place/.lading/lading.json', 'damaged')
    await refusal('CONFLICT', () => checkout(world, 'place'))
    await world.file('other/lading.json', '{"project":"demo"}')
    expect(await checkout(world, 'other')).toMatchObject({ removed: ['lading.json'] })
  })

  test('when a reference is to be fetched and nobody reads it, or paths collide', async () => {
    const fs = foldingFs(FOLDS['folds case'])
    const { lading } = await createWorld(kind, { files: createFiles(fs) })
    await lading.save(artifactOf('model', { A: '1', a: '2' }))
    await lading.save(new Artifact('away').addReference('s3://b/k', 'k'))
    await fs.promises.mkdir('/out/A/foreign', { recursive: true })
    const [model, away] = [await lading.getArtifact('model'), await lading.getArtifact('away')]

    await refusal('CONFLICT', () => model.checkout('/out'))
    await refusal('UNSUPPORTED', () => away.checkout('/out', { references: 'fetch' }))

    expect(await fs.promises.readdir('/out/A')).toEqual(['foreign'])
  })

  test.skipIf(process.platform !== 'linux')('when a name could not be told by any path', async () => {
    const world = await logged(kind)
    await world.file('out/foreign', 'f')
    await writeFile(Buffer.concat([bytesOf(`${world.at('out')}/`), Uint8Array.of(0xff)]), 'f')

    const error = await refusal('INVALID', () => checkout(world))

    expect(dirname(error.key!)).toBe(world.at('out'))
    expect((await readdir(world.at('out'))).length).toBe(2)
  })

  test('when the root is a file', async () => {
    const world = await logged(kind)
    await world.file('out', 'f')
    await refusal('CONFLICT', () => checkout(world))
    expect(await readFile(world.at('out'), 'utf8')).toBe('f')
  })
})

test.each(['', 'sqlite:'])('the store that is open is known, before it has a mark too: %s', async (scheme) => {
  const world = await createWorld('memory')
  const store = world.at('place/store')
  await using lading = await openStore(`${scheme}${store}`, { project: 'demo' })
  await lading.save(artifactOf('model', FILES))
  if (scheme === '') await rm(`${store}/lading.json`)
  // SQLite makes and removes files beside its own as it likes.
  const contents = async () => (await everything(world.at('place'))).filter((path) => !/-(?:wal|shm)$/.test(path))
  const before = await contents()
  const version = await lading.getArtifact('model')

  for (const root of ['place', 'place/store', ...(scheme === '' ? [] : ['place/store-blobs/x'])]) {
    await refusal('CONFLICT', () => version.checkout(world.at(root)))
  }

  expect(await contents()).toEqual(before)
  expect(await version.checkout(world.at('place/other'))).toMatchObject({ written: Object.keys(FILES) })
})

test.each(['that nobody has open', 'that was made just now'])(
  'another database of lading %s is a store',
  async (open) => {
    const world = await logged('memory')
    await mkdir(world.at('place'), { recursive: true })
    const database = await openStore(`sqlite:${world.at('place/other.db')}`, { project: 'demo' })
    await using _closed = database
    await database.save(artifactOf('model', { precious: '1' }))
    if (open === 'that nobody has open') await database.close()

    for (const root of ['place', 'place/other.db-blobs', 'place/other.db-blobs/p']) {
      const error = await refusal('CONFLICT', () => checkout(world, root))
      expect(error.message).toContain(`a lading store lies at ${world.at('place/other.db')}`)
    }

    expect(await everything(world.at('place'))).toContain('other.db')
  },
)

test('another database than those of lading is removed like any file', async () => {
  const world = await logged('memory')
  await mkdir(world.at('out'), { recursive: true })
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(world.at('out/theirs.db'))
  database.exec('CREATE TABLE theirs (a)')
  database.close()

  expect(await checkout(world)).toMatchObject({ removed: ['theirs.db'] })
})

test('the store of a world lies where a checkout is not made', async () => {
  const world = await logged('folder')
  const version = await world.lading.getArtifact('model')
  await refusal('CONFLICT', () => version.checkout(world.at('..')))
  expect(await (await version.file('a.txt')).text()).toBe('alpha')
})

/** A disk of which a process sees no more than so many answers. */
function dyingAfter(calls: number): UserFileSystem {
  let count = 0
  const call =
    (name: keyof UserFileSystem['promises']) =>
    (...args: unknown[]) => {
      if (count++ >= calls) return Promise.reject(new Error('killed'))
      return (nodeFs.promises[name] as (...args: unknown[]) => unknown)(...args)
    }
  const names = ['mkdir', 'lstat', 'stat', 'realpath', 'open', 'rename', 'rm', 'readdir', 'unlink', 'rmdir'] as const
  const promises = { ...nodeFs.promises, ...Object.fromEntries(names.map((name) => [name, call(name)])) }
  return { constants: nodeFs.constants, promises }
}

/** A signal that has fired when it is asked for the nth time. */
function firingAt(polls: number): AbortSignal {
  const controller = new AbortController()
  let count = 0
  return new Proxy(controller.signal, {
    get(signal, name) {
      if (name === 'aborted' && ++count === polls) controller.abort()
      const value: unknown = Reflect.get(signal, name, signal)
      return typeof value === 'function' ? value.bind(signal) : value
    },
  })
}
