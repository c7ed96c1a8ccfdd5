import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/index.ts'
import { Artifact } from '../../src/application/client/artifact.ts'
import type { Lading } from '../../src/application/client/lading.ts'
import { createPorts } from '../../src/composition/create-ports.ts'
import { createStore } from '../../src/composition/create-store.ts'
import type { Clock, Ids } from '../../src/ports/environment.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

/** A store as files: key → bytes. */
export type StoreFiles = ReadonlyMap<string, Uint8Array>

/** The stores that are kept as golden files: their folder in `test/golden` → how they come about. */
export const GOLDEN_STORES: Readonly<Record<string, () => Promise<StoreFiles>>> = {
  /** What `ls` and `cat` show of a local store. */
  store: storeOnDisk,
  /** What a store with native registers and packs holds, with a page of history. */
  'native-store': storeWithPacks,
}

async function storeOnDisk(): Promise<StoreFiles> {
  const root = await mkdtemp(join(tmpdir(), 'lading-golden-'))
  try {
    const store = deterministic(createFsObjectStore({ root, durability: 'none' }))
    await logAndDelete(store)
    await store.lading.close()
    return await readFolder(root)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

async function storeWithPacks(): Promise<StoreFiles> {
  const driver = createMemoryObjectStore({ packBelowBytes: 1024 })
  const store = deterministic(driver)
  await logAndDelete(store)
  store.at('2026-01-03T08:00:00.000Z')
  for (let move = 0; move < 32; move++) await store.lading.setAlias(`resnet:v${1 + (move % 2)}`, 'candidate')
  const files = await readObjects(driver)
  await store.lading.close()
  return files
}

/** The files of a golden store as they are committed. */
export function readFolder(root: string): Promise<StoreFiles> {
  return readdir(root, { recursive: true, withFileTypes: true }).then(async (entries) => {
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const files = paths.map(async (path) => [keyOf(root, path), new Uint8Array(await readFile(path))] as const)
    return new Map((await Promise.all(files)).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** Replaces what lies in a folder by a store's files. */
export async function writeFolder(root: string, files: StoreFiles): Promise<void> {
  await rm(root, { recursive: true, force: true })
  for (const [key, bytes] of files) {
    await mkdir(dirname(join(root, key)), { recursive: true })
    await writeFile(join(root, key), bytes)
  }
}

interface DeterministicStore {
  readonly lading: Lading
  /** Sets the clock, which stands still otherwise, and starts the ids of this moment. */
  at(now: string): void
}

/** Neither a real clock nor chance, so that the same steps always make the same bytes. */
function deterministic(driver: ObjectStore): DeterministicStore {
  let now = '2026-01-02T08:00:00.000Z'
  let count = 0
  const clock: Clock = { now: () => now, monotonicMs: () => 0, pause: async () => {} }
  const ids: Ids = { next: () => idOf(now, ++count), random: () => 0 }
  return {
    lading: createStore(createPorts(driver, { clock, ids }), { project: 'demo', clock, ids }),
    at(moment) {
      now = moment
      count = 0
    },
  }
}

/** A UUIDv7 of this moment, with a count where chance would be. */
function idOf(now: string, count: number): string {
  const ms = Date.parse(now).toString(16).padStart(12, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-${String(count).padStart(12, '0')}`
}

/** The main job in small: two versions, an alias that moves, a use, a patch, other metadata, a deletion, a draft. */
async function logAndDelete({ lading, at }: DeterministicStore): Promise<void> {
  at('2026-01-02T08:00:00.000Z')
  const train = await lading.init({ id: 'train-1', name: 'train', config: { epochs: 3 } })
  at('2026-01-02T08:01:00.000Z')
  await train.logArtifact(checkpoint(18, { metadata: { accuracy: 0.91 } }), { aliases: ['prod'] })
  at('2026-01-02T08:02:00.000Z')
  await train.logArtifact(checkpoint(50))
  at('2026-01-02T08:03:00.000Z')
  await lading.setAlias('resnet:v1', 'prod', { expect: 'v0' })
  at('2026-01-02T08:04:00.000Z')
  const evaluate = await lading.init({ id: 'evaluate-1', name: 'evaluate' })
  at('2026-01-02T08:05:00.000Z')
  const used = await evaluate.useArtifact('resnet:prod')
  at('2026-01-02T08:06:00.000Z')
  const draft = await used.newDraft()
  await evaluate.logArtifact(draft.addFile(bytesOf('accuracy: 0.93\n'), 'report.txt'))
  at('2026-01-02T08:07:00.000Z')
  await evaluate.logArtifact(checkpoint(50))
  at('2026-01-02T08:08:00.000Z')
  await used.update({ metadata: { accuracy: 0.93 } })
  at('2026-01-02T08:09:00.000Z')
  await (await lading.getArtifact('resnet:v0')).delete()
  at('2026-01-02T08:10:00.000Z')
  await train.finish()
  await evaluate.finish()
  at('2026-01-02T08:11:00.000Z')
  await collaborate(lading)
}

/** A version of two runs, and a part that waits for the next one. */
async function collaborate(lading: Lading): Promise<void> {
  const group = 'nightly 2026-01-02'
  const gather = await lading.init({ id: 'gather-1', group })
  const clean = await lading.init({ id: 'clean-1', group })
  await gather.upsertArtifact(new Artifact('corpus').addFile(bytesOf('a line\n'), 'raw.txt'))
  await clean.upsertArtifact(new Artifact('corpus').addFile(bytesOf('A line.\n'), 'clean.txt'))
  await clean.finishArtifact('corpus', { aliases: ['nightly'] })
  await clean.upsertArtifact(new Artifact('corpus').addFile(bytesOf('more\n'), 'raw.txt'))
}

function checkpoint(layers: number, options: { metadata?: object } = {}): Artifact {
  return new Artifact('resnet', { type: 'model', description: 'an image classifier', ...options })
    .addFile(bytesOf(`{"layers": ${layers}}\n`), 'config.json')
    .addFile(bytesOf('cat\ndog\n'), 'labels.txt')
    .addFile(bytesOf('0123456789abcdef'.repeat(100)), 'weights.bin')
}

async function readObjects(driver: ObjectStore): Promise<StoreFiles> {
  const { entries } = await driver.list('', { depth: 'all', limit: 10_000 })
  const files = entries.map(async ({ key }) => [key, (await driver.get(key, {}))!.bytes] as const)
  return new Map(await Promise.all(files))
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function keyOf(root: string, path: string): string {
  return path.slice(root.length + 1).replaceAll('\\', '/')
}
