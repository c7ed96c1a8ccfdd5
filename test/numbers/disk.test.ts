import * as nodeFs from 'node:fs'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFiles } from '../../src/adapters/fs/files.ts'
import type { UserFileSystem } from '../../src/adapters/fs/user-file-system.ts'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore } from '../../src/index.ts'
import { watchedFs } from '../support/faulty-fs.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** Issue 3, "Numbers": fsyncs beside those of files and folders. */
const FSYNCS_BESIDE = 24

const FILES = 60

describe('logging a folder to the local store', () => {
  test('reads each source byte once, whatever the sizes', async () => {
    const { log, sourceBytes } = setUp()

    const first = await log()

    expect(first.bytesRead).toBe(sourceBytes)
  })

  test('reads back nothing of what it has stored', async () => {
    const { log, sourceBytes } = setUp()

    const first = await log()

    expect(first.bytesWritten).toBeGreaterThanOrEqual(sourceBytes)
    expect(first.storeBytesRead).toBeLessThan(10_000)
  })

  test('syncs no more than its files, the folders written to or made, and 24', async () => {
    const { log } = setUp()

    const first = await log()

    expect(first.fileSyncs).toBeGreaterThan(FILES)
    expect(first.fsyncs).toBeLessThanOrEqual(FILES + first.foldersWritten + FSYNCS_BESIDE)
  })

  // Names that are there already may be another process's, which has not synced them yet: their folders are synced.
  test.each(['by the same process', 'by another one'])(
    'syncs no content again for a second version, %s',
    async (by) => {
      const { log, change } = setUp()
      await log()
      change()

      const second = await log({ anew: by === 'by another one' })

      expect(second.version).toBe('v1')
      expect(second.fileSyncs).toBeLessThan(10)
      expect(second.fsyncs).toBeLessThanOrEqual(FILES + second.foldersWritten + FSYNCS_BESIDE)
    },
  )

  test('syncs no content at all, and writes nothing that stays, for an unchanged log', async () => {
    const { log } = setUp()
    await log()

    const again = await log()

    expect(again).toMatchObject({ version: 'v0', fileSyncs: 0, foldersWritten: 0 })
    expect(again.fsyncs).toBeLessThanOrEqual(FILES + FSYNCS_BESIDE)
  })
})

/** What one log did to the disk. */
interface Costs {
  readonly version: string
  /** Of the source. */
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly storeBytesRead: number
  readonly fsyncs: number
  readonly fileSyncs: number
  /** Folders in which a name appeared, staging apart. */
  readonly foldersWritten: number
}

function setUp() {
  const root = temporaryFolder()
  const [source, store] = [join(root, 'source'), join(root, 'store')]
  const sourceBytes = plantSource(source)
  const meter = createMeter(store)
  const open = () => createStore(createPorts(createFsObjectStore({ root: store, fs: meter.storeFs })), meter.options)
  let lading = open()
  return {
    sourceBytes,
    change: () => writeFileSync(join(source, 'f0'), 'changed'),
    async log({ anew = false } = {}): Promise<Costs> {
      if (anew) lading = open()
      meter.reset()
      const { version } = await lading.save(new Artifact('model').addDir(source))
      return { version, ...meter.costs() }
    },
  }
}

/** Small files in several folders, one that is empty, one of several chunks. Answers their size. */
function plantSource(source: string): number {
  let sizeBytes = 0
  const plant = (path: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(source, path)), { recursive: true })
    writeFileSync(join(source, path), bytes)
    sizeBytes += bytes.length
  }
  for (let index = 0; index < FILES - 2; index++) {
    plant(index % 3 === 0 ? `f${index}` : `d${index % 5}/f${index}`, Buffer.from(`content ${index} `.repeat(index + 1)))
  }
  plant('empty', Buffer.alloc(0))
  plant('large', Buffer.alloc(5 * 1024 * 1024 + 7, 'several chunks '))
  return sizeBytes
}

function createMeter(store: string) {
  let [bytesRead, bytesWritten, storeBytesRead, fsyncs, fileSyncs] = [0, 0, 0, 0, 0]
  const folders = new Set<string>()
  const staging = join(store, 'staging')
  const storeFs = watchedFs(({ name, path, bytes }) => {
    if (name === 'handle.read') storeBytesRead += bytes
    if (name === 'handle.write') bytesWritten += bytes
    if (name === 'handle.sync') fsyncs++
    if (name === 'handle.sync' && path.startsWith(staging + sep)) fileSyncs++
    if (name === 'mkdir' && path !== staging) folders.add(path)
    if (name === 'link' || name === 'mkdir') folders.add(dirname(path))
  })
  const files = createFiles(countedReads((count) => (bytesRead += count)))
  return {
    storeFs,
    options: { files, project: 'demo' },
    reset() {
      ;[bytesRead, bytesWritten, storeBytesRead, fsyncs, fileSyncs] = [0, 0, 0, 0, 0]
      folders.clear()
    },
    costs: () => ({ bytesRead, bytesWritten, storeBytesRead, fsyncs, fileSyncs, foldersWritten: folders.size }),
  }
}

/** The real file system, which tells how many bytes each read of a file brought. */
function countedReads(onBytes: (count: number) => void): UserFileSystem {
  const counted = (handle: FileHandle): FileHandle => {
    const read = handle.read.bind(handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>
    const counting = async (...args: unknown[]) => {
      const answer = await read(...args)
      onBytes(answer.bytesRead)
      return answer
    }
    return Object.assign(handle, { read: counting })
  }
  const { open } = nodeFs.promises
  const promises = {
    ...nodeFs.promises,
    open: async (...args: Parameters<typeof open>) => counted(await open(...args)),
  }
  return { constants: nodeFs.constants, promises }
}
