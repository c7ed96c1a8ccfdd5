import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { systemClock, systemIds } from '../../src/adapters/system/index.ts'
import { createInProcessTransport } from '../../src/application/service/in-process.ts'
import { Artifact, createPorts, createStore, openStore } from '../../src/index.ts'
import type { Lading, Progress, StoreOptions, Warning } from '../../src/index.ts'
import { checkedBlobStore } from '../../src/ports/facade/blob-store.ts'
import { checkedMetadataStore } from '../../src/ports/facade/metadata-store.ts'
import type { Files, FoundFile } from '../../src/ports/files.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { refusal } from './world.ts'

const FILES = { 'a.bin': 'alpha', 'deep/b.bin': 'beta', 'deep/same.bin': 'alpha' }

/** Ways for bytes: into a store of this process, or to a service that wants digests first. */
const WAYS = ['in one pass', 'digests first'] as const

interface Desk {
  readonly lading: Lading
  readonly data: string
  readonly store: string
  readonly cache: string
  /** Paths of files whose bytes were asked for since the last call, sorted. */
  read(): string[]
  write(path: string, content: string): void
}

/** A store on this disk and a folder of files that have been there for a while. */
function createDesk(way: (typeof WAYS)[number] = 'in one pass', options: StoreOptions = {}): Desk {
  const root = temporaryFolder()
  const [data, store, cache] = ['data', 'store', 'cache'].map((name) => join(root, name)) as [string, string, string]
  const write = (path: string, content: string) => {
    nodeFs.mkdirSync(join(data, path, '..'), { recursive: true })
    nodeFs.writeFileSync(join(data, path), content)
  }
  for (const [path, content] of Object.entries(FILES)) write(path, content)
  const clock = vi
    .spyOn(Date, 'now')
    .mockImplementation(() => Math.floor(performance.timeOrigin + performance.now()) + 10_000)
  onTestFinished(() => clock.mockRestore())
  const opened = new Set<string>()
  const ports = createPorts(createFsObjectStore({ root: store }))
  const lading = createStore(way === 'in one pass' ? ports : { transport: digestsFirst(ports) }, {
    project: 'demo',
    files: watchedFiles(opened),
    cache,
    ...options,
  })
  onTestFinished(() => lading.close())
  const read = () => {
    const paths = [...opened].toSorted()
    opened.clear()
    return paths
  }
  return { lading, data, store, cache, read, write }
}

function digestsFirst(ports: ReturnType<typeof createPorts>) {
  const transport = createInProcessTransport({
    metadata: checkedMetadataStore(ports.metadata),
    blobs: checkedBlobStore(ports.blobs),
    clock: systemClock,
    ids: systemIds,
  })
  return { ...transport, capabilities: { ...transport.capabilities, onePass: false } }
}

/** Files of this disk that note whose bytes somebody asks for. */
function watchedFiles(opened: Set<string>): Files {
  const files = createFiles()
  const watched = (file: FoundFile): FoundFile => ({
    path: file.path,
    sizeBytes: file.sizeBytes,
    state: file.state,
    get source() {
      opened.add(file.path)
      return file.source
    },
  })
  return {
    ...files,
    file: async (path) => watched(await files.file(path)),
    async *walk(folder, options) {
      for await (const found of files.walk(folder, options)) yield Array.from(found, watched)
    },
  }
}

const dataset = ({ data }: Desk) => new Artifact('data', { type: 'dataset' }).addDir(data)
const model = ({ data }: Desk) =>
  new Artifact('model', { type: 'model' }).addFile(join(data, 'a.bin')).addFile(join(data, 'deep/b.bin'), 'b')

describe.each(WAYS)('logging again, %s', (way) => {
  test.each([
    ['a folder', dataset, ['a.bin', 'deep/b.bin', 'deep/same.bin']],
    ['files one by one', model, ['a.bin', 'b.bin']],
  ])('%s that has not changed reads nothing', async (_, draft, all) => {
    const desk = createDesk(way)
    const first = await desk.lading.save(draft(desk))
    expect(desk.read()).toEqual(all)

    const again = await desk.lading.save(draft(desk))

    expect(desk.read()).toEqual([])
    expect(again).toMatchObject({ created: false, digest: first.digest, sizeBytes: first.sizeBytes })
  })

  test('a folder reads the file that changed, and the one that is new', async () => {
    const desk = createDesk(way)
    await desk.lading.save(dataset(desk))
    desk.read()
    desk.write('deep/b.bin', 'BETA')
    desk.write('new.bin', 'new')

    const { version } = await desk.lading.save(dataset(desk))

    expect(desk.read()).toEqual(['deep/b.bin', 'new.bin'])
    const logged = await desk.lading.getArtifact(`data:${version}`)
    expect(await (await logged.file('deep/b.bin')).text()).toBe('BETA')
    expect(await logged.verify()).toMatchObject({ ok: true })
  })

  test('into another project reads what that one does not have', async () => {
    const desk = createDesk(way)
    await desk.lading.save(dataset(desk))
    desk.read()
    await desk.lading.save(model(desk), { project: 'other' })
    expect(desk.read()).toEqual(['a.bin', 'b.bin'])

    await desk.lading.save(dataset(desk), { project: 'other' })

    expect(desk.read()).toEqual([])
  })

  test('rehash reads everything', async () => {
    const desk = createDesk(way)
    await desk.lading.save(dataset(desk))
    desk.read()

    await desk.lading.save(dataset(desk), { rehash: true })

    expect(desk.read()).toEqual(['a.bin', 'deep/b.bin', 'deep/same.bin'])
  })

  test('a blob that somebody has damaged or deleted is stored anew from its file', async () => {
    const desk = createDesk(way)
    const { digest } = await desk.lading.save(dataset(desk))
    desk.read()
    const [damaged, deleted] = [blobOf(desk.store, 'beta'), blobOf(desk.store, 'alpha')]
    nodeFs.chmodSync(damaged, 0o644)
    nodeFs.writeFileSync(damaged, 'bEta')
    nodeFs.rmSync(deleted)

    const again = await desk.lading.save(dataset(desk))

    expect(desk.read()).toEqual(['a.bin', 'deep/b.bin', 'deep/same.bin'])
    expect(again).toMatchObject({ created: false, digest })
    expect(await (await desk.lading.getArtifact('data')).verify()).toMatchObject({ ok: true })
  })

  test('tells progress up to all files, also of those that are not read', async () => {
    const desk = createDesk(way)
    await desk.lading.save(dataset(desk))
    desk.write('new.bin', 'new')
    const seen: Progress[] = []

    await desk.lading.save(dataset(desk), { onProgress: (progress) => void seen.push(progress) })

    expect(seen[0]).toMatchObject({ phase: 'log', files: 3, bytes: 14, filesTotal: 4, bytesTotal: 17 })
    expect(seen.at(-1)).toMatchObject({ files: 4, bytes: 17 })
  })
})

describe('logging again', () => {
  test('an upsert and a finish read no more than a log does', async () => {
    const desk = createDesk()
    await desk.lading.save(dataset(desk))
    desk.read()
    await using run = await desk.lading.init({ group: 'together' })

    await run.upsertArtifact(dataset(desk))
    expect(desk.read()).toEqual([])
    const result = await run.finishArtifact(new Artifact('data').addDir(desk.data, 'more'), { rehash: true })

    expect(desk.read()).toEqual(['a.bin', 'deep/b.bin', 'deep/same.bin'])
    expect(result.fileCount).toBe(6)
  })

  test('a file that was made just now is read again, once it is older no more', async () => {
    const desk = createDesk()
    vi.mocked(Date.now).mockRestore()
    desk.write('young.bin', 'young')
    await desk.lading.save(dataset(desk))
    desk.read()

    await desk.lading.save(dataset(desk))

    expect(desk.read()).toContain('young.bin')
  })

  test('bytes and streams are never taken for files', async () => {
    const desk = createDesk()
    const draft = () => new Artifact('b').addFile(new TextEncoder().encode('alpha'), 'a.bin')
    await desk.lading.save(draft())

    await desk.lading.save(draft())

    expect(nodeFs.existsSync(desk.cache)).toBe(false)
  })

  test('a filter leaves what is remembered of other files as it is', async () => {
    const desk = createDesk()
    await desk.lading.save(dataset(desk))
    desk.write('deep/c.bin', 'c')
    await desk.lading.save(new Artifact('part').addDir(desk.data, '', { include: 'deep/**' }))
    desk.read()

    await desk.lading.save(dataset(desk))

    expect(desk.read()).toEqual([])
  })

  test('what was read for a log that failed is remembered, and nothing of a file that changed while it was read', async () => {
    const desk = createDesk()
    const failing = dataset(desk).addFile(failingStream(), 'stream')

    await expect(desk.lading.save(failing)).rejects.toThrow('planted')

    await desk.lading.save(dataset(desk))
    expect(await (await desk.lading.getArtifact('data')).verify()).toMatchObject({ ok: true })
  })

  test('without a cache, or with one that cannot be written, everything is read; that is told once', async () => {
    const warnings: Warning[] = []
    const onWarning = (warning: Warning) => void warnings.push(warning)
    const blocked = join(temporaryFolder(), 'file')
    nodeFs.writeFileSync(blocked, '')

    for (const cache of [false, join(blocked, 'cache')] as const) {
      const desk = createDesk('in one pass', { cache, onWarning })
      await desk.lading.save(dataset(desk))
      desk.read()
      await desk.lading.save(dataset(desk))
      expect(desk.read()).toEqual(['a.bin', 'deep/b.bin', 'deep/same.bin'])
    }

    expect(warnings).toHaveLength(1)
    expect(warnings[0]!.message).toContain('not remembered')
  })

  test('LADING_CACHE names the folder, and off is none', async () => {
    const desk = createDesk()
    const folder = join(temporaryFolder(), 'named')
    onTestFinished(() => void vi.unstubAllEnvs())

    for (const value of ['off', folder]) {
      vi.stubEnv('LADING_CACHE', value)
      const lading = await openStore(desk.store, { project: 'demo' })
      await lading.save(dataset(desk))
      await lading.close()
      expect(nodeFs.existsSync(folder)).toBe(value === folder)
    }
  })

  test('a cache that is no folder is INVALID, as is a rehash that is neither true nor false', async () => {
    for (const cache of ['', 7, true]) {
      await refusal('INVALID', () => openStore('memory:', { cache: cache as string }))
    }
    const desk = createDesk()
    await refusal('INVALID', () => desk.lading.save(dataset(desk), { rehash: 'yes' as unknown as boolean }))
  })
})

async function* failingStream(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1)
  throw new Error('planted')
}

/** The stored file with these bytes. */
function blobOf(store: string, content: string): string {
  const paths = nodeFs.readdirSync(store, { recursive: true, encoding: 'utf8' }).map((path) => join(store, path))
  const found = paths.find((path) => nodeFs.statSync(path).isFile() && nodeFs.readFileSync(path, 'utf8') === content)
  if (found === undefined) throw new Error(`nothing in the store has the bytes of ${content}`)
  return found
}
