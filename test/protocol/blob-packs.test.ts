import { describe, expect, test } from 'vitest'
import { parsePack } from '../../src/domain/pack.ts'
import type { StoredBlob } from '../../src/ports/blob-store.ts'
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

const OPTIONS = { collection: NOTHING_CONDEMNED }

describe('packs', () => {
  test('carry the small blobs of a batch, the others are objects of their own', async () => {
    const { blobs, objects, calls } = openBlobs({ packBelowBytes: 1_000 })
    const contents = [bytesOf(1, 1_000), bytesOf(2, 1_001), bytesOf(3, 0), bytesOf(4, 10)]
    const sources = contents.map((bytes) => sourceOf(bytes))

    const stored = await blobs.ingest(sources, OPTIONS)

    const [first, loose, empty, last] = stored
    const pack = first!.location!.pack
    expect(loose!.location).toBeNull()
    expect(empty!.location).toEqual({ pack, offset: 1_000, sizeBytes: 0 })
    expect(last!.location).toEqual({ pack, offset: 1_000, sizeBytes: 10 })
    expect(calls.filter((call) => /^(put|publish)/.test(call))).toHaveLength(2)
    expect(sources.map(({ reads }) => reads)).toEqual([1, 1, 1, 1])
    expect(await readAll(blobs, stored)).toEqual(contents)
    const bytes = (await objects.get(`p/demo/${pack}`, {}))!.bytes
    expect(pack).toBe(`packs/${digestOf(bytes)}`)
    expect(parsePack(bytes).map(({ digest }) => digest)).toEqual([first, empty, last].map((blob) => blob!.digest))
  })

  test('of the same batch are the same, so that a repetition changes nothing', async () => {
    const { blobs, objects } = openBlobs({ packBelowBytes: 1_000 })
    const ingest = () => blobs.ingest([sourceOf(bytesOf(1, 10)), sourceOf(bytesOf(2, 20))], OPTIONS)
    const first = await ingest()

    const second = await ingest()

    expect(second).toEqual(first)
    expect(await keysOf(objects)).toHaveLength(1)
  })

  test('hold each blob once, and none that is known', async () => {
    const { blobs } = openBlobs({ packBelowBytes: 1_000 })
    const known = new Map([[digestOf(bytesOf(9, 5)), { pack: `packs/${'a'.repeat(64)}`, offset: 7, sizeBytes: 5 }]])
    const contents = [bytesOf(1, 10), bytesOf(9, 5), bytesOf(1, 10), bytesOf(2, 10)]

    const stored = await blobs.ingest(
      contents.map((bytes) => sourceOf(bytes)),
      { ...OPTIONS, known },
    )

    const offsets = stored.map(({ location }) => location!.offset)
    expect(offsets).toEqual([0, 7, 0, 10])
  })

  test('are not made for a single blob, also when all others turn out to be known', async () => {
    const { blobs, objects } = openBlobs({ packBelowBytes: 1_000 })
    const known = new Map([[digestOf(bytesOf(9, 5)), null]])

    const alone = await blobs.ingest([sourceOf(bytesOf(1, 10))], OPTIONS)
    const left = await blobs.ingest([sourceOf(bytesOf(2, 10)), sourceOf(bytesOf(9, 5))], { ...OPTIONS, known })

    expect([...alone, ...left].map(({ location }) => location)).toEqual([null, null, null])
    expect((await keysOf(objects)).every((key) => key.startsWith('p/demo/blobs/'))).toBe(true)
  })

  test('are left out where `write` is told so, and where a size is not known', async () => {
    const { blobs, objects } = openBlobs({ packBelowBytes: 1_000 })
    const items = [1, 2].map((seed) => {
      return { digest: digestOf(bytesOf(seed, 10)), sizeBytes: 10, source: sourceOf(bytesOf(seed, 10)) }
    })

    const written = await blobs.write(items, { ...OPTIONS, pack: false })
    const unsized = [3, 4].map((seed) => sourceOf(bytesOf(seed, 10), { sizeBytes: null }))
    const ingested = await blobs.ingest(unsized, OPTIONS)

    expect([...written, ...ingested.map(({ location }) => location)]).toEqual([null, null, null, null])
    expect(await keysOf(objects)).toHaveLength(4)
  })

  test('carry what `write` is told to pack', async () => {
    const { blobs } = openBlobs({ packBelowBytes: 1_000 })
    const items = [1, 2].map((seed) => {
      return { digest: digestOf(bytesOf(seed, 10)), sizeBytes: 10, source: sourceOf(bytesOf(seed, 10)) }
    })

    const locations = await blobs.write(items, { ...OPTIONS, pack: true })

    expect(locations.map((location) => location!.offset)).toEqual([0, 10])
    const wants = items.map((item, index) => ({ ...item, location: locations[index] }))
    expect(await readAll(blobs, wants)).toEqual([bytesOf(1, 10), bytesOf(2, 10)])
  })

  test('hold nothing of a source that is not what it should be', async () => {
    const { blobs, objects } = openBlobs({ packBelowBytes: 1_000 })
    const items = [1, 2].map((seed) => {
      return { digest: digestOf(bytesOf(1, 10)), sizeBytes: 10, source: sourceOf(bytesOf(seed, 10)) }
    })
    const other = { digest: digestOf(bytesOf(3, 10)), sizeBytes: 10, source: sourceOf(bytesOf(4, 10)) }

    const written = blobs.write([...items, other], { ...OPTIONS, pack: true })

    await expect(written).rejects.toMatchObject({ code: 'CORRUPT', key: other.digest })
    expect(await keysOf(objects)).toEqual([])
  })

  test('have another name while theirs is condemned, and a known blob in a condemned pack is stored anew', async () => {
    const { blobs, objects } = openBlobs({ packBelowBytes: 1_000 })
    const sources = () => [sourceOf(bytesOf(1, 10)), sourceOf(bytesOf(2, 20))]
    const first = await blobs.ingest(sources(), OPTIONS)
    const pack = first[0]!.location!.pack
    const known = new Map(first.map(({ digest, location }) => [digest, location]))

    const second = await blobs.ingest(sources(), { collection: condemning(pack), known })

    expect(second.map(({ location }) => location!.pack)).toEqual([`${pack}.3`, `${pack}.3`])
    expect(await keysOf(objects)).toEqual([`p/demo/${pack}`, `p/demo/${pack}.3`])
    expect(await readAll(blobs, second)).toEqual([bytesOf(1, 10), bytesOf(2, 20)])
  })
})

describe('reading from packs', () => {
  test('merges neighbours into one request, and skips what lies far between', async () => {
    const { blobs, calls } = openBlobs({ packBelowBytes: 200_000 })
    const stored = await ingestContents(blobs, [10, 20, 150_000, 30, 40])
    calls.length = 0

    const wants = [3, 1, 4, 0].map((index) => stored[index]!)
    const contents = await readAll(blobs, wants)

    expect(contents.map(({ length }) => length)).toEqual([30, 20, 40, 10])
    expect(contents.map(digestOf)).toEqual(wants.map(({ digest }) => digest))
    const pack = `p/demo/${stored[0]!.location!.pack}`
    expect(calls).toEqual([`read ${pack} {"from":0,"to":30}`, `read ${pack} {"from":150030,"to":150100}`])
  })

  test('reads along a gap that is cheaper than a request', async () => {
    const { blobs, calls } = openBlobs({ packBelowBytes: 200_000 })
    const stored = await ingestContents(blobs, [10, 65_536, 20])
    calls.length = 0

    await readAll(blobs, [stored[0]!, stored[2]!])

    expect(calls).toHaveLength(1)
  })

  test('merges no more than a few MiB', async () => {
    const { blobs, calls } = openBlobs({ packBelowBytes: 1_500_000 })
    const stored = await ingestContents(blobs, [1_400_000, 1_400_001, 1_400_002, 1_400_003])
    calls.length = 0

    const contents = await readAll(blobs, stored)

    expect(calls).toHaveLength(2)
    expect(contents.map(digestOf)).toEqual(stored.map(({ digest }) => digest))
  })

  test('answers ranges inside a blob, overlapping ones and equal wants too', async () => {
    const { blobs, calls } = openBlobs({ packBelowBytes: 1_000 })
    const stored = await ingestContents(blobs, [100, 200, 300])
    const second = stored[1]!
    const content = bytesOf(1, 200)
    calls.length = 0

    const contents = await readAll(blobs, [
      { ...second, range: { from: 10, to: 20 } },
      { ...second, range: { from: 15 } },
      { ...second, range: { last: 5 } },
      { ...second, range: { last: 500 } },
      { ...second, range: { from: 190, to: 999 } },
      { ...second, range: { from: 200 } },
      second,
      second,
    ])

    expect(contents).toEqual([
      content.subarray(10, 20),
      content.subarray(15),
      content.subarray(195),
      content,
      content.subarray(190),
      new Uint8Array(),
      content,
      content,
    ])
    expect(calls).toHaveLength(1)
  })

  test('asks nothing for an empty blob', async () => {
    const { blobs, calls } = openBlobs({ packBelowBytes: 1_000 })
    const stored = await ingestContents(blobs, [0, 10])
    calls.length = 0

    expect(await readAll(blobs, [stored[0]!])).toEqual([new Uint8Array()])
    expect(calls).toEqual([])
  })

  test('rejects NOT_FOUND, naming the blob, when the pack is gone', async () => {
    const { blobs } = openBlobs({ packBelowBytes: 1_000 })
    const stored = await ingestContents(blobs, [10, 20])
    await blobs.delete([stored[0]!.location!.pack], {})

    await expect(readAll(blobs, [stored[0]!])).rejects.toMatchObject({ code: 'NOT_FOUND', key: stored[0]!.digest })
    await expect(readAll(blobs, stored)).rejects.toMatchObject({ code: 'NOT_FOUND', operation: 'read' })
  })

  test.each([
    ['another place of the pack', { offset: 1, sizeBytes: 10 }],
    ['a place past its end', { offset: 100_000, sizeBytes: 10 }],
  ])('rejects CORRUPT, naming the blob, when its layout tells of %s', async (_, place) => {
    const { blobs } = openBlobs({ packBelowBytes: 1_000 })
    const [first, second] = await ingestContents(blobs, [10, 20])
    const location = { ...first!.location!, ...place }

    const alone = readAll(blobs, [{ ...first!, location }])
    const merged = readAll(blobs, [{ ...first!, location }, { ...first!, location }, second!])

    await expect(alone).rejects.toMatchObject({ code: 'CORRUPT', key: first!.digest })
    await expect(merged).rejects.toMatchObject({ code: 'CORRUPT', key: first!.digest })
  })
})

function ingestContents(
  blobs: ReturnType<typeof openBlobs>['blobs'],
  lengths: readonly number[],
): Promise<readonly StoredBlob[]> {
  return blobs.ingest(
    lengths.map((length, seed) => sourceOf(bytesOf(seed, length))),
    OPTIONS,
  )
}
