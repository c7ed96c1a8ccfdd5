import * as nodeFs from 'node:fs'
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import type { UserFileSystem } from '../../src/adapters/fs/user-file-system.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore } from '../../src/index.ts'
import type { ErrorCode, Lading } from '../../src/index.ts'
import { errno } from '../support/faulty-fs.ts'
import { listingOf } from '../support/folder-listing.ts'
import { failureOf } from '../support/failure-of.ts'
import { temporaryFolder } from '../support/temporary.ts'

const BAD_NAMES = ['', '.', '..', 'a/b', 'a b', 'ä', 'a:b', 'a@b', 'x'.repeat(129), 'a\0', `x-${'0'.repeat(32)}`]
const BAD_ALIASES = [...BAD_NAMES.slice(0, -1), 'v1', 'latest']
const BAD_PATHS = [
  '',
  '/etc/passwd',
  '../up',
  'a/../b',
  './a',
  'a//b',
  'a\\b',
  'C:/x',
  'a\nb',
  '\uD800',
  'x'.repeat(1_025),
]
const BAD_REFS = ['', ':', 'model:', 'model@', 'model@abc', 'a/b/c', 'model:a b', 'model:v0:v1', 'mo del']

type Call = (lading: Lading) => Promise<unknown>

/** What is wrong, and what it is answered with. */
const REFUSED: readonly (readonly [what: string, code: ErrorCode, call: Call])[] = [
  ...BAD_NAMES.flatMap((name): (readonly [string, ErrorCode, Call])[] => [
    [`the artifact name ${show(name)}`, 'INVALID', async (lading) => lading.save(draft(name))],
    [`the project name ${show(name)}`, 'INVALID', (lading) => lading.save(draft('model'), { project: name })],
    [`the run id ${show(name)}`, 'INVALID', (lading) => lading.init({ id: name })],
  ]),
  ...BAD_ALIASES.flatMap((alias): (readonly [string, ErrorCode, Call])[] => [
    [`moving the alias ${show(alias)}`, 'INVALID', (lading) => lading.setAlias('model', alias)],
  ]),
  ...BAD_ALIASES.slice(0, -1).map((alias): readonly [string, ErrorCode, Call] => [
    `logging with the alias ${show(alias)}`,
    'INVALID',
    (lading) => lading.save(draft('model'), { aliases: [alias] }),
  ]),
  ...BAD_PATHS.map((path): readonly [string, ErrorCode, Call] => [
    `the path ${show(path).slice(0, 40)}`,
    'INVALID',
    async (lading) => lading.save(new Artifact('model').addFile(Buffer.from('x'), path)),
  ]),
  ...BAD_REFS.map((ref): readonly [string, ErrorCode, Call] => [
    `the ref ${show(ref)}`,
    'INVALID',
    async (lading) => lading.getArtifact(ref),
  ]),
  ['a type with a control character', 'INVALID', async (lading) => lading.save(draft('model', { type: 'a\tb' }))],
  ['no entries', 'INVALID', (lading) => lading.save(new Artifact('model'))],
  ['another type', 'CONFLICT', (lading) => lading.save(draft('model', { type: 'dataset' }))],
  ['a group of 513 characters', 'INVALID', (lading) => lading.init({ group: 'x'.repeat(513) })],
  ['metadata that is no JSON', 'INVALID', async (lading) => lading.save(draft('model', { metadata: { a: Infinity } }))],
  [
    'metadata of more than 1 MiB',
    'INVALID',
    async (lading) => lading.save(draft('model', { metadata: 'x'.repeat(1 << 20) })),
  ],
  [
    'a description of more than 16 KiB',
    'INVALID',
    async (lading) => lading.save(draft('model', { description: 'x'.repeat(16_385) })),
  ],
  ['a version that is not there', 'NOT_FOUND', (lading) => lading.getArtifact('model:v7')],
  ['an artifact that is not there', 'NOT_FOUND', (lading) => lading.getArtifact('nobody')],
  ['an alias for a version that is not there', 'NOT_FOUND', (lading) => lading.setAlias('model:v7', 'prod')],
  ['an alias that is elsewhere', 'CONFLICT', (lading) => lading.setAlias('model:v0', 'prod', { expect: null })],
  ['deleting what an alias points at', 'CONFLICT', async (lading) => (await lading.getArtifact('model')).delete()],
]

describe('bad input', () => {
  let world: Awaited<ReturnType<typeof setUp>>

  // One for all: no test changes it.
  beforeAll(async () => {
    world = await setUp(mkdtempSync(join(tmpdir(), 'lading-test-')))
  })

  afterAll(() => rmSync(world.folder, { recursive: true, force: true }))

  test.each(REFUSED)('%s is %s with a next step, and changes nothing', async (_what, code, call) => {
    const before = listingOf(world.store)

    const error = await failureOf(call(world.lading))

    expect(error, error.message).toMatchObject({ code, next: expect.stringMatching(/\w/) })
    expect(listingOf(world.store)).toEqual(before)
  })
})

describe('a file that cannot be logged', () => {
  test.each<readonly [string, ErrorCode, (path: string) => void]>([
    ['is missing', 'NOT_FOUND', (path) => rmSync(path)],
    ['is a link to nothing', 'NOT_FOUND', (path) => (rmSync(path), symlinkSync('nowhere', path))],
    ['is a link to itself', 'INVALID', (path) => (rmSync(path), symlinkSync(path, path))],
    ['lies below a file', 'NOT_FOUND', () => undefined],
  ])('because it %s is %s, named, and nothing is logged', async (what, code, spoil) => {
    const { lading, store, file } = await setUp()
    const before = listingOf(store)
    spoil(file)
    const path = what === 'lies below a file' ? join(file, 'below') : file

    const error = await failureOf(lading.save(new Artifact('model').addFile(path, 'file')))

    expect(error).toMatchObject({ code, key: path, next: expect.stringMatching(/\w/) })
    expect(listingOf(store)).toEqual(before)
  })

  test.each<readonly [errno: string, code: ErrorCode]>([
    ['EACCES', 'UNAUTHORIZED'],
    ['EPERM', 'UNAUTHORIZED'],
    ['EIO', 'UNAVAILABLE'],
    ['EMFILE', 'UNAVAILABLE'],
  ])('because it answers %s is %s, named, and nothing is logged', async (code, expected) => {
    const { store, file, open } = await setUp()
    const before = listingOf(store)
    const lading = open(watchingReads({ open: () => Promise.reject(errno(code)) }))

    const error = await failureOf(lading.save(new Artifact('model').addFile(file, 'file')))

    expect(error).toMatchObject({ code: expected, key: file, next: expect.stringMatching(/\w/) })
    expect(listingOf(store)).toEqual(before)
  })

  test.each<readonly [string, (path: string) => void]>([
    ['grows', (path) => appendFileSync(path, 'more')],
    ['shrinks', (path) => truncateSync(path, 1_500_000)],
    ['is emptied', (path) => truncateSync(path, 0)],
    ['changes in place', (path) => overwrite(path, 10)],
    ['changes in place where it is still to be read', (path) => overwrite(path, 3_000_000)],
    ['vanishes', (path) => rmSync(path)],
    [
      'is replaced',
      (path) => (writeFileSync(`${path}.new`, Buffer.alloc(LARGE, 'b')), renameSync(`${path}.new`, path)),
    ],
  ])('because it %s while it is read is CONFLICT, named, and nothing is logged', async (_what, spoil) => {
    const { store, file, open } = await setUp()
    const before = listingOf(store)
    let reads = 0
    const lading = open(watchingReads({ read: () => void (++reads === 2 && spoil(file)) }))

    const error = await failureOf(lading.save(new Artifact('model').addFile(file, 'file')))

    expect(error).toMatchObject({ code: 'CONFLICT', key: file, next: expect.stringMatching(/\w/) })
    expect(listingOf(store)).toEqual(before)
  })
})

/** Several chunks, so that something can happen between them. */
const LARGE = 3 * 1024 * 1024 + 5

/** A store with v0, and a file of several chunks. */
async function setUp(folder = temporaryFolder()) {
  const [store, file] = [join(folder, 'store'), join(folder, 'file')]
  writeFileSync(file, Buffer.alloc(LARGE, 'a'))
  const open = (fs: UserFileSystem = nodeFs): Lading => {
    const environment = { files: createFiles(fs), project: 'demo' }
    return createStore(createPorts(createFsObjectStore({ root: store, durability: 'none' })), environment)
  }
  const lading = open()
  await lading.save(draft('model'), { aliases: ['prod'] })
  return { folder, store, file, open, lading }
}

/** The real file system, with something done before each open or read of a file. */
function watchingReads(before: { open?: () => Promise<never>; read?: () => void }): UserFileSystem {
  const { open } = nodeFs.promises
  const opening = async (...args: Parameters<typeof open>): Promise<FileHandle> => {
    await before.open?.()
    const handle = await open(...args)
    const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<unknown>
    return Object.assign(handle, {
      read: (...args: unknown[]) => {
        before.read?.()
        return read(...args)
      },
    })
  }
  return { constants: nodeFs.constants, promises: { ...nodeFs.promises, open: opening } }
}

function overwrite(path: string, position: number): void {
  const file = nodeFs.openSync(path, 'r+')
  try {
    nodeFs.writeSync(file, 'changed', position)
  } finally {
    nodeFs.closeSync(file)
  }
}

function draft(name: string, options: ConstructorParameters<typeof Artifact>[1] = {}): Artifact {
  return new Artifact(name, options).addFile(Buffer.from('one'), 'weights')
}

function show(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 10)}… of ${name.length}` : name)
}
