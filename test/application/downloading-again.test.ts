import * as nodeFs from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { createPorts, createStore } from '../../src/index.ts'
import type { Lading } from '../../src/index.ts'
import type { Files, TargetFile, TargetFolder } from '../../src/ports/files.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { artifactOf, refusal } from './world.ts'

/** Enough to be read and written together, in several folders. */
const COUNT = 30
const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`d${index % 7}/f${index}`, `content of ${index}`]),
)

interface Desk {
  readonly lading: Lading
  readonly store: string
  readonly cache: string
  readonly out: string
  /** Paths of files in target folders that were read since the last call, sorted. */
  read(): string[]
}

async function createDesk(): Promise<Desk> {
  const root = temporaryFolder()
  const [store, cache, out] = ['store', 'cache', 'out'].map((name) => join(root, name)) as [string, string, string]
  const opened = new Set<string>()
  const ports = createPorts(createFsObjectStore({ root: store, durability: 'none' }))
  const lading = createStore(ports, { project: 'demo', files: watchedFiles(opened), cache })
  onTestFinished(() => lading.close())
  await lading.save(artifactOf('data', FILES))
  const read = () => {
    const paths = [...opened].toSorted()
    opened.clear()
    return paths
  }
  return { lading, store, cache, out, read }
}

/** Files of this disk that note which files in target folders somebody hashes. */
function watchedFiles(opened: Set<string>): Files {
  const files = createFiles()
  return { ...files, target: (root) => watchedTarget(files.target(root), opened) }
}

function watchedTarget(target: TargetFolder, opened: Set<string>): TargetFolder {
  const watched = (path: string, { state, digest }: TargetFile): TargetFile => ({
    state,
    digest: (options) => {
      opened.add(path)
      return digest(options)
    },
  })
  const replaced: Partial<TargetFolder> = {
    inspect: async (path, options) => {
      const file = await target.inspect(path, options)
      return file && watched(path, file)
    },
    inspectAll: async (paths, options) => {
      const files = await target.inspectAll(paths, options)
      return files.map((file, index) => (file === null || file === 'unknown' ? file : watched(paths[index]!, file)))
    },
  }
  return new Proxy(target, {
    get: (_, name: keyof TargetFolder) => {
      const value = replaced[name] ?? target[name]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe('a download of many small files', () => {
  test('has them all, verified, and leaves nothing else', async () => {
    const { lading, out } = await createDesk()

    const { written, bytes } = await (await lading.getArtifact('data')).download({ root: out })

    expect(written.length).toBe(COUNT)
    expect(bytes).toBe(Object.values(FILES).join('').length)
    for (const [path, content] of Object.entries(FILES)) expect(await readFile(join(out, path), 'utf8')).toBe(content)
    const names = await readdir(out, { recursive: true })
    expect(names.length).toBe(COUNT + 7)
  })

  test('has no file with damaged bytes, and says which one it is', async () => {
    const { lading, out, store } = await createDesk()
    const version = await lading.getArtifact('data')
    const { digest } = await version.file('d3/f3')
    const [blob] = (await readdir(store, { recursive: true })).filter((name) => name.endsWith(digest))
    nodeFs.chmodSync(join(store, blob!), 0o600)
    await writeFile(join(store, blob!), 'Content of 3')

    const error = await refusal('CORRUPT', () => version.download({ root: out }))

    expect(error.key).toBe('d3/f3')
    expect(nodeFs.existsSync(join(out, 'd3/f3'))).toBe(false)
  })

  test('tells how far it has come, and stops when it is told to', async () => {
    const { lading, out } = await createDesk()
    const version = await lading.getArtifact('data')
    let last: unknown
    await version.download({ root: out, onProgress: (progress) => (last = progress) })
    expect(last).toMatchObject({ phase: 'download', files: COUNT, filesTotal: COUNT })
    await rm(out, { recursive: true })
    const stop = new AbortController()

    await refusal('ABORTED', () => version.download({ root: out, onProgress: () => stop.abort(), signal: stop.signal }))

    const names = await readdir(out, { recursive: true })
    expect(names.filter((name) => name.includes('.part'))).toEqual([])
    await version.download({ root: out })
    expect((await version.verify(out)).ok).toBe(true)
  })
})

describe('a download into a folder that has it all', () => {
  test('reads nothing, also in another handle on the store', async () => {
    const { lading, store, cache, out, read } = await createDesk()
    await (await lading.getArtifact('data')).download({ root: out })
    const opened = new Set<string>()
    const ports = createPorts(createFsObjectStore({ root: store, durability: 'none' }))
    const other = createStore(ports, { project: 'demo', files: watchedFiles(opened), cache })
    onTestFinished(() => other.close())

    const first = await (await lading.getArtifact('data')).download({ root: out })
    const second = await (await other.getArtifact('data')).download({ root: out })

    expect([first.kept.length, second.kept.length]).toEqual([COUNT, COUNT])
    expect([read(), [...opened]]).toEqual([[], []])
  })

  test('reads all of it with `rehash`, as a checkout does', async () => {
    const { lading, out, read } = await createDesk()
    const version = await lading.getArtifact('data')
    await version.checkout(out)

    await version.checkout(out)
    expect(read()).toEqual([])
    expect((await version.checkout(out, { rehash: true })).kept.length).toBe(COUNT)
    expect(read().length).toBe(COUNT)
    await version.download({ root: out, rehash: true })
    expect(read().length).toBe(COUNT)
    // A value that is none, as JavaScript can give it.
    await refusal('INVALID', () => version.download({ root: out, rehash: 1 as unknown as boolean }))
  })

  test('notices an edit whose time was put back, and a file that another has the place of', async () => {
    const { lading, out } = await createDesk()
    const version = await lading.getArtifact('data')
    await version.download({ root: out })
    const edited = join(out, 'd1/f1')
    const { atime, mtime } = await stat(edited)
    await writeFile(edited, 'CONTENT OF 1')
    await utimes(edited, atime, mtime)
    await writeFile(join(out, 'new'), 'content OF 2')
    await utimes(join(out, 'new'), atime, mtime)
    await rename(join(out, 'new'), join(out, 'd2/f2'))

    const { written, replaced } = await version.download({ root: out })

    expect([written, replaced]).toEqual([
      ['d1/f1', 'd2/f2'],
      ['d1/f1', 'd2/f2'],
    ])
    expect(await readFile(edited, 'utf8')).toBe(FILES['d1/f1'])
  })

  test.each([
    ['is damaged', 'no cache at all'],
    ['is empty', ''],
  ])('reads all of it where what was remembered %s', async (_, content) => {
    const { lading, cache, out, read } = await createDesk()
    const version = await lading.getArtifact('data')
    await version.download({ root: out })
    for (const name of await readdir(cache, { recursive: true, withFileTypes: true })) {
      if (name.isFile()) await writeFile(join(name.parentPath, name.name), content)
    }

    expect((await version.download({ root: out })).kept.length).toBe(COUNT)

    expect(read().length).toBe(COUNT)
  })

  test('reads all of it where what was remembered is of other files, as of another machine', async () => {
    const { lading, out, read } = await createDesk()
    const version = await lading.getArtifact('data')
    await version.download({ root: out })
    await mkdir(`${out}-copy`)
    nodeFs.cpSync(out, `${out}-copy`, { recursive: true, preserveTimestamps: true })
    await rm(out, { recursive: true })
    await rename(`${out}-copy`, out)

    expect((await version.download({ root: out })).kept.length).toBe(COUNT)

    expect(read().length).toBe(COUNT)
  })

  test('is not taken for right by a verification because something is remembered', async () => {
    const { lading, out, read } = await createDesk()
    const version = await lading.getArtifact('data')
    await version.download({ root: out })

    expect(await version.verify(out)).toMatchObject({ ok: true, verified: COUNT })

    expect(read().length).toBe(COUNT)
  })
})
