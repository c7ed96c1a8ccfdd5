import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createFiles } from '../../../../src/adapters/fs/files.ts'
import { createFsObjectStore } from '../../../../src/adapters/fs/index.ts'
import { sha256 } from '../../../../src/domain/digest.ts'
import type { BulkSource } from '../../../../src/ports/bytes.ts'
import { ingestedKey } from '../../../../src/ports/bulk-objects.ts'
import type { ObjectStore } from '../../../../src/ports/object-store.ts'
import { plant, temporaryFolder, treeOf } from '../user-files-kit.ts'

const LARGE_BYTES = 64 * 1024 * 1024
const PREFIX = 'p/demo/blobs/'

describe('a large file, all zeros,', () => {
  test('tells how far it is, on its way in and out, and never that it is further than its end', async () => {
    const { store, at, folder } = setUp()
    writeFileSync(at('large'), '')
    truncateSync(at('large'), LARGE_BYTES + 1)
    const source = await sourceAt(at('large'))
    const [inwards, outwards] = [new Progress(), new Progress()]

    const [stored] = await inwards.during((onBytes) => store.bulk.ingestAll([source], { prefix: PREFIX, onBytes }))
    const places = await createFiles().target(join(folder, 'out')).places(['large'], {})
    const object = { ...stored!, key: ingestedKey(PREFIX, stored!.digest), place: places.of(0) }
    const put = await outwards.during((onBytes) => store.bulk.deliverAll([object], { maker: places.maker, onBytes }))

    expect([stored!.sizeBytes, put]).toEqual([LARGE_BYTES + 1, [true]])
    for (const { told } of [inwards, outwards]) {
      expect(told).toEqual(told.toSorted((a, b) => a - b))
      expect(told.some((count) => count > 0 && count <= LARGE_BYTES)).toBe(true)
      expect(told.at(-1)).toBeLessThanOrEqual(LARGE_BYTES + 1)
    }
  })

  test('is stopped on its way, and leaves nothing', async () => {
    const { store, at, folder } = setUp()
    writeFileSync(at('large'), '')
    truncateSync(at('large'), LARGE_BYTES)
    const source = await sourceAt(at('large'))
    const controller = new AbortController()
    const { signal } = controller
    const progress = new Progress((count) => count > 0 && controller.abort())

    const call = progress.during((onBytes) => store.bulk.ingestAll([source], { prefix: PREFIX, signal, onBytes }))

    await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    expect(treeOf(folder).filter((path) => /staging.|blobs.../.test(path))).toEqual([])
  })
})

describe('files of the user in bulk', () => {
  test('are not answered when somebody has read them in another state before', async () => {
    const { store, at } = setUp()
    plant(at('.'), { a: 'alpha', b: 'beta' })
    const sources = [(await createFiles().file(at('a'))).source, (await createFiles().file(at('b'))).source]
    for (const source of sources) for await (const _ of source.read({}));
    writeFileSync(at('a'), 'ALPHA')

    const found = await store.bulk.ingestAll(
      sources.map(({ bulk }) => bulk!),
      { prefix: PREFIX },
    )

    expect(found).toEqual([null, { digest: sha256('beta'), sizeBytes: 4 }])
  })

  test('say in which state they were read', async () => {
    const { store, at } = setUp()
    plant(at('.'), { a: 'alpha' })
    const { source, state } = await createFiles().file(at('a'))

    await store.bulk.ingestAll([source.bulk!], { prefix: PREFIX })

    const { dev, ino, sizeBytes, mtimeNs, ctimeNs } = source.stateRead!
    expect({ dev, ino, sizeBytes, mtimeNs, ctimeNs }).toEqual({ ...state })
  })
})

/** What was told of a call, whose timers run as fast as they can. */
class Progress {
  readonly told: number[] = []
  readonly #onTold: (count: number) => unknown

  constructor(onTold: (count: number) => unknown = () => undefined) {
    this.#onTold = onTold
  }

  async during<T>(act: (onBytes: (count: number) => void) => Promise<T>): Promise<T> {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      let hasEnded = false
      const call = act((count) => {
        this.told.push(count)
        this.#onTold(count)
      }).finally(() => (hasEnded = true))
      const watching = (async () => {
        for (; !hasEnded; await setImmediate()) vi.advanceTimersByTime(100)
      })()
      const [settled] = await Promise.allSettled([call, watching])
      expect(vi.getTimerCount()).toBe(0)
      if (settled.status === 'rejected') throw settled.reason
      return settled.value
    } finally {
      vi.useRealTimers()
    }
  }
}

function setUp(): { readonly store: ObjectStore; readonly folder: string; at(name: string): string } {
  const folder = temporaryFolder()
  const store = createFsObjectStore({ root: join(folder, 'store'), durability: 'none' })
  onTestFinished(() => store.close())
  return { store, folder, at: (name) => join(folder, name) }
}

async function sourceAt(path: string): Promise<BulkSource> {
  return (await createFiles().file(path)).source.bulk!
}
