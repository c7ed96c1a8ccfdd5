import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { createMemoryData, createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { Artifact, createPorts, createStore, isLadingError } from '../../src/index.ts'
import { createSqliteMetadataStore } from '../../src/composition/sqlite.ts'
import { unsyncedSqlite } from '../contract/support/sqlite.ts'
import type { ArtifactOptions, Environment, ErrorCode, Lading, LadingError, OpenOptions } from '../../src/index.ts'

/** What the rows of docs/semantics.md run on. */
export const KINDS = ['memory', 'folder', 'sqlite'] as const
export type Kind = (typeof KINDS)[number]

/** A store, and a folder of somebody who uses it. Both are gone after the test. */
export interface World {
  readonly lading: Lading
  /** Another handle on the same store. */
  open(): Promise<Lading>
  /** A path in the user's folder. */
  at(path: string): string
  /** Writes a file into the user's folder; answers its path. */
  file(path: string, content: string | Uint8Array): Promise<string>
  /** Every file below a folder of the user, with its content. */
  tree(folder: string): Promise<Record<string, string>>
  /** Flips one bit of a stored blob. */
  damage(digest: string): Promise<void>
  /** Names of everything that the store holds. */
  keys(): Promise<string[]>
}

/** What a world's handles are opened with. */
export type WorldOptions = Environment & Pick<OpenOptions, 'references' | 'cache'>

export async function createWorld(kind: Kind, environment: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-application-'))
  const store = STORES[kind](folder, environment)
  const handles: Lading[] = []
  const open = async () => {
    const handle = await store.open()
    handles.push(handle)
    return handle
  }
  onTestFinished(async () => {
    await Promise.all(handles.map((handle) => handle.close()))
    await rm(folder, { recursive: true, force: true })
  })
  const at = (path: string) => join(folder, 'user', path)
  return {
    ...store,
    open,
    lading: await open(),
    at,
    async file(path, content) {
      await mkdir(dirname(at(path)), { recursive: true })
      await writeFile(at(path), content)
      return at(path)
    },
    tree: (path) => readTree(at(path)),
  }
}

interface Store extends Pick<World, 'damage' | 'keys'> {
  open(): Promise<Lading>
}

const STORES: Readonly<Record<Kind, (folder: string, environment: WorldOptions) => Store>> = {
  memory: (_folder, environment) => memoryStore(environment),
  folder: (folder, environment) => folderStore(join(folder, 'store'), environment),
  sqlite: (folder, environment) => sqliteStore(join(folder, 'store', 'lading.db'), environment),
}

function memoryStore(environment: WorldOptions): Store {
  const shared = createMemoryData()
  const keys = () => {
    const found: string[] = []
    for (let key = shared.seek('', shared.generation); key !== null; key = shared.seek(`${key}\0`, shared.generation)) {
      found.push(key)
    }
    return found
  }
  return {
    open: async () =>
      createStore(createPorts(createMemoryObjectStore({ shared })), { ...environment, project: 'demo' }),
    keys: async () => keys(),
    async damage(digest) {
      const key = keys().find((name) => isBlob(name, digest))!
      shared.write([[key, flipped(shared.object(key)!.bytes)]], 'damage')
    },
  }
}

function folderStore(root: string, environment: WorldOptions): Store {
  const keys = async () => Object.keys(await readTree(root))
  return {
    keys,
    // What is durable is tested elsewhere; fsyncs would take most of the time here.
    open: async () =>
      createStore(createPorts(createFsObjectStore({ root, durability: 'none' })), { ...environment, project: 'demo' }),
    damage: async (digest) =>
      flipFile(
        join(
          root,
          (await keys()).find((name) => isBlob(name, digest))!,
        ),
      ),
  }
}

function sqliteStore(file: string, environment: WorldOptions): Store {
  const root = dirname(file)
  const keys = async () => Object.keys(await readTree(root))
  return {
    keys,
    open: async () => {
      const objects = createFsObjectStore({ root: `${file}-blobs`, durability: 'none' })
      const metadata = createSqliteMetadataStore({ file, sqlite: unsyncedSqlite })
      return createStore({ metadata, blobs: createPorts(objects).blobs }, { ...environment, project: 'demo' })
    },
    damage: async (digest) =>
      flipFile(
        join(
          root,
          (await keys()).find((name) => isBlob(name, digest))!,
        ),
      ),
  }
}

async function flipFile(path: string): Promise<void> {
  const bytes = await readFile(path)
  await chmod(path, 0o600)
  await writeFile(path, flipped(bytes))
}

function isBlob(key: string, digest: string): boolean {
  return key.includes('/blobs/') && key.endsWith(`/${digest}`)
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length >> 1]! ^= 1
  return copy
}

async function readTree(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(
    files.sort().map(async (file) => [file.slice(root.length + 1), await readFile(file, 'utf8')]),
  )
  return Object.fromEntries(contents) as Record<string, string>
}

/** An artifact of small text files. */
export function artifactOf(
  name: string,
  files: Readonly<Record<string, string>>,
  options: ArtifactOptions = {},
): Artifact {
  const artifact = new Artifact(name, options)
  for (const [path, content] of Object.entries(files)) artifact.addFile(bytesOf(content), path)
  return artifact
}

export function bytesOf(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

/** All rows of a listing. */
export async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const row of rows) found.push(row)
  return found
}

/** The error that a call must end with, of this code. */
export async function refusal(code: ErrorCode, call: () => unknown): Promise<LadingError> {
  try {
    await call()
  } catch (error) {
    if (isLadingError(error, code)) return error
    throw error
  }
  return expect.fail(`it succeeded, and was to be refused with ${code}`)
}
