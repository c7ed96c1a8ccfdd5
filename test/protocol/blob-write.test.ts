import { describe, expect, test } from 'vitest'
import type { BlobItem } from '../../src/ports/blob-store.ts'
import {
  NOTHING_CONDEMNED,
  bytesOf,
  condemning,
  digestOf,
  keysOf,
  openBlobs,
  readAll,
  sourceOf,
} from './blob-fixtures.ts'
import type { TestSource } from './blob-fixtures.ts'

const OPTIONS = { collection: NOTHING_CONDEMNED, pack: false }

describe.each([{ staging: true }, { staging: false }])('write, staging: $staging', ({ staging }) => {
  test('stores blobs of known digests, reading each source once', async () => {
    const { blobs } = openBlobs({ staging })
    const items = [itemOf(bytesOf(1, 100_000)), itemOf(bytesOf(2, 0)), itemOf(bytesOf(3, 5))]

    const locations = await blobs.write(items, OPTIONS)

    expect(locations).toEqual([null, null, null])
    expect(items.map(({ source }) => source.reads)).toEqual([1, 1, 1])
    expect(await readAll(blobs, items)).toEqual([bytesOf(1, 100_000), bytesOf(2, 0), bytesOf(3, 5)])
  })

  test.each([
    ['other bytes', { content: bytesOf(2, 100_000) }],
    ['too few bytes', { content: bytesOf(1, 99_999) }],
    ['too many bytes', { content: bytesOf(1, 100_001) }],
    ['no bytes', { content: bytesOf(1, 0) }],
  ])('rejects CORRUPT when a source has %s, and shows no blob', async (_, { content }) => {
    const { blobs, objects } = openBlobs({ staging })
    const item = { ...itemOf(bytesOf(1, 100_000)), source: sourceOf(content, { sizeBytes: null }) }

    const written = blobs.write([item], OPTIONS)

    await expect(written).rejects.toMatchObject({ code: 'CORRUPT', key: item.digest, adapter: 'memory' })
    expect(await keysOf(objects)).toEqual([])
  })

  test('says which SHA-256 it expected and which it found', async () => {
    const { blobs } = openBlobs({ staging })
    const item = { ...itemOf(bytesOf(1, 10)), source: sourceOf(bytesOf(2, 10)) }

    const written = blobs.write([item], OPTIONS)

    await expect(written).rejects.toThrow(
      `CORRUPT: expected SHA-256 ${item.digest}, found ${digestOf(bytesOf(2, 10))}; give the bytes`,
    )
  })

  test('does not read what is known to be present, nor the second of two equal blobs', async () => {
    const { blobs } = openBlobs({ staging })
    const counts: number[] = []
    const known = itemOf(bytesOf(1, 1_000))
    const [first, second] = [itemOf(bytesOf(2, 2_000)), itemOf(bytesOf(2, 2_000))]

    await blobs.write([known, first, second], {
      ...OPTIONS,
      known: new Map([[known.digest, null]]),
      onBytes: (count) => counts.push(count),
    })

    expect([known, first, second].map(({ source }) => source.reads)).toEqual([0, 1, 0])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5_000)
  })

  test('changes nothing when it is repeated', async () => {
    const { blobs, objects } = openBlobs({ staging })
    const item = itemOf(bytesOf(1, 1_000))
    await blobs.write([item], OPTIONS)
    const before = await objects.list('', { depth: 'all', limit: 10 })

    const locations = await blobs.write([item], OPTIONS)

    expect(locations).toEqual([null])
    expect(await objects.list('', { depth: 'all', limit: 10 })).toEqual(before)
  })

  test('writes, and looks for, another name while the plain one is condemned', async () => {
    const { blobs, objects } = openBlobs({ staging })
    const item = itemOf(bytesOf(1, 1_000))
    const name = `blobs/${item.digest.slice(0, 2)}/${item.digest}`
    await blobs.write([item], OPTIONS)
    const before = await blobs.present([item.digest], { collection: condemning(name) })

    await blobs.write([item], { ...OPTIONS, collection: condemning(name) })

    expect(before).toEqual(new Set())
    expect(await keysOf(objects)).toEqual([`p/demo/${name}`, `p/demo/${name}.3`])
    expect(await blobs.present([item.digest], { collection: condemning(name) })).toEqual(new Set([item.digest]))
  })
})

describe('present', () => {
  test('costs one request a distinct digest', async () => {
    const { blobs, calls } = openBlobs()
    const item = itemOf(bytesOf(1, 10))
    await blobs.write([item], OPTIONS)
    calls.length = 0

    const present = await blobs.present([item.digest, digestOf(bytesOf(2, 10)), item.digest], OPTIONS)

    expect(present).toEqual(new Set([item.digest]))
    expect(calls).toHaveLength(2)
  })
})

describe('list and delete', () => {
  test('list names all blobs, then all packs, page by page, and delete removes them', async () => {
    const { blobs, objects } = openBlobs({ packBelowBytes: 100 })
    const collection = NOTHING_CONDEMNED
    await blobs.ingest([sourceOf(bytesOf(1, 10)), sourceOf(bytesOf(2, 20)), sourceOf(bytesOf(3, 200))], { collection })
    await blobs.write([itemOf(bytesOf(4, 10))], OPTIONS)
    await objects.putIfAbsent('p/demo/blobs/ab/stray', new Uint8Array(1), {})

    const listed: { name: string; sizeBytes: number }[] = []
    let cursor: string | undefined
    do {
      const page = await blobs.list(cursor === undefined ? { limit: 1 } : { limit: 1, cursor })
      listed.push(...page.blobs)
      cursor = page.cursor
    } while (cursor !== undefined)
    await blobs.delete([...listed.map(({ name }) => name), `packs/${'0'.repeat(64)}`], {})

    const [first, second, pack] = listed
    expect(listed).toHaveLength(3)
    expect([first!.sizeBytes, second!.sizeBytes].toSorted()).toEqual([10, 200])
    expect(pack!.name).toMatch(/^packs\/[0-9a-f]{64}$/)
    expect(await keysOf(objects)).toEqual(['p/demo/blobs/ab/stray'])
  })

  test('a cursor that no page gave is INVALID', async () => {
    const { blobs } = openBlobs()

    await expect(blobs.list({ limit: 1, cursor: 'elsewhere' })).rejects.toMatchObject({ code: 'INVALID' })
  })
})

function itemOf(bytes: Uint8Array): BlobItem & { source: TestSource } {
  return { digest: digestOf(bytes), sizeBytes: bytes.length, source: sourceOf(bytes) }
}
