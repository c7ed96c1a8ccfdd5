import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFsObjectStore } from '../../src/adapters/fs/index.ts'
import { Artifact, createPorts, createStore } from '../../src/index.ts'
import type { Lading, Progress } from '../../src/index.ts'
import type { IngestOptions } from '../../src/ports/bulk-objects.ts'
import type { BulkSource } from '../../src/ports/bytes.ts'
import { checkedObjectStore } from '../../src/ports/facade/object-store.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { temporaryFolder } from '../support/temporary.ts'

const COUNT = 40
const LARGE_BYTES = 48 * 1024 * 1024

interface Desk {
  readonly root: string
  readonly data: string
  readonly lading: Lading
  /** What became of each source that the driver was given in bulk. */
  readonly taken: (object | null)[]
}

/** A store on this disk. `slowly`: its driver tells progress before it begins. */
function createDesk({ slowly = false } = {}): Desk {
  const root = temporaryFolder()
  const data = join(root, 'data')
  nodeFs.mkdirSync(data)
  const driver = createFsObjectStore({ root: join(root, 'store') })
  const taken: (object | null)[] = []
  const ingestAll = async (sources: readonly BulkSource[], options: IngestOptions) => {
    if (slowly) options.onBytes?.(1)
    const found = await driver.bulk.ingestAll(sources, options)
    taken.push(...found)
    return found
  }
  const watched: ObjectStore = { ...driver, bulk: { ...driver.bulk, ingestAll } }
  const lading = createStore(createPorts(checkedObjectStore(watched)), { project: 'demo', cache: false })
  onTestFinished(() => lading.close())
  return { root, data, lading, taken }
}

function plantSmall({ data }: Desk): void {
  for (let index = 0; index < COUNT; index++) nodeFs.writeFileSync(join(data, `f${index}`), `content ${index}`)
}

function plantLarge({ data }: Desk): void {
  nodeFs.writeFileSync(join(data, 'large'), Buffer.alloc(LARGE_BYTES, 'large'))
}

describe('progress of what moves in bulk', () => {
  test('is told of each file of a log that the driver takes', async () => {
    const desk = createDesk()
    plantSmall(desk)
    const told: Progress[] = []

    await desk.lading.save(new Artifact('data').addDir(desk.data), { onProgress: (progress) => told.push(progress) })

    expect(desk.taken).toHaveLength(COUNT)
    expect(desk.taken).not.toContain(null)
    expect(told.at(-1)).toMatchObject({ files: COUNT, filesTotal: COUNT })
    expect(told.at(-1)!.bytes).toBe(told.at(-1)!.bytesTotal)
  })

  test('never goes back, nor beyond the whole, in a log and a download of a large file', async () => {
    const desk = createDesk()
    plantLarge(desk)
    const told: Progress[] = []
    const onProgress = (progress: Progress) => void told.push(progress)

    await desk.lading.save(new Artifact('data').addDir(desk.data), { onProgress })
    const version = await desk.lading.getArtifact('data')
    await version.download({ root: join(desk.root, 'target'), onProgress })

    expect(desk.taken).not.toContain(null)
    for (const phase of ['log', 'download'] as const) {
      const bytes = told.filter((progress) => progress.phase === phase).map((progress) => progress.bytes)
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b))
      expect(bytes.at(-1)).toBe(LARGE_BYTES)
    }
  })

  test('stops the work when it throws, and the next log goes on', async () => {
    const desk = createDesk({ slowly: true })
    plantLarge(desk)
    const onProgress = ({ bytes }: Progress) => {
      if (bytes > 0) throw new Error('enough')
    }

    const stopped = desk.lading.save(new Artifact('data').addDir(desk.data), { onProgress })

    await expect(stopped).rejects.toMatchObject({ code: 'ABORTED', detail: expect.stringContaining('enough') })
    expect(await desk.lading.save(new Artifact('data').addDir(desk.data))).toMatchObject({ n: 0, created: true })
  })
})
