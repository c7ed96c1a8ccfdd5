import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/domain/digest.ts'
import { formatPack, parsePack } from '../../src/domain/pack.ts'

const GOLDEN = new Uint8Array(readFileSync(new URL('../golden/pack-v1.bin', import.meta.url)))

const BLOBS = [new TextEncoder().encode('hello world'), new Uint8Array(), Uint8Array.from({ length: 256 }, (_, i) => i)]

describe('a pack', () => {
  test('of known blobs has the bytes of the golden file', () => {
    const pack = formatPack(BLOBS.map(blobOf))

    expect(Buffer.compare(pack.bytes, GOLDEN)).toBe(0)
  })

  test('tells where each of its blobs lies, an empty one included', () => {
    const entries = parsePack(GOLDEN)

    expect(entries).toEqual(formatPack(BLOBS.map(blobOf)).entries)
    expect(entries.map(({ offset, sizeBytes }) => [offset, sizeBytes])).toEqual([
      [0, 11],
      [11, 0],
      [11, 256],
    ])
    for (const [index, { digest, offset, sizeBytes }] of entries.entries()) {
      const bytes = GOLDEN.subarray(offset, offset + sizeBytes)
      expect(digestOf(bytes)).toBe(digest)
      expect(bytes).toEqual(BLOBS[index])
    }
  })

  test('of no blobs is valid', () => {
    expect(parsePack(formatPack([]).bytes)).toEqual([])
  })

  test('is read from the middle of a larger buffer', () => {
    const buffer = new Uint8Array(GOLDEN.length + 5)
    buffer.set(GOLDEN, 5)

    expect(parsePack(buffer.subarray(5))).toEqual(parsePack(GOLDEN))
  })
})

describe('a pack is CORRUPT', () => {
  const cases: Record<string, Uint8Array> = {
    'when it is empty': new Uint8Array(),
    'when it is the magic alone': GOLDEN.subarray(-8),
    'when its end is missing': GOLDEN.subarray(0, -1),
    'when its beginning is missing': GOLDEN.subarray(1),
    'when it is of another version': withText('LADPACK2', GOLDEN.length - 8),
    'when its index is longer than it is': withText('\xff', GOLDEN.length - 16),
    'when its index is no JSON': withText('{', indexBegin()),
    'when its index is no list': packWithIndex('{}', 0),
    'when an entry has no digest': packWithIndex('[{"digest":"x","offset":0,"sizeBytes":0}]', 0),
    'when an entry is null': packWithIndex('[null]', 0),
    'when a size is negative': packWithIndex(`[${entry(0, -1)}]`, 0),
    'when blobs overlap': packWithIndex(`[${entry(0, 4)},${entry(2, 4)}]`, 6),
    'when the first blob does not begin at 0': packWithIndex(`[${entry(1, 4)}]`, 5),
    'when bytes belong to no blob': packWithIndex(`[${entry(0, 4)}]`, 5),
  }

  test.each(Object.entries(cases))('%s', (_, bytes) => {
    expect(() => parsePack(bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT' }))
  })
})

function blobOf(bytes: Uint8Array) {
  return { digest: digestOf(bytes), bytes }
}

function digestOf(bytes: Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest
}

function indexBegin(): number {
  return BLOBS.reduce((sum, { length }) => sum + length, 0)
}

function withText(text: string, offset: number): Uint8Array {
  const bytes = GOLDEN.slice()
  bytes.set(Buffer.from(text, 'latin1'), offset)
  return bytes
}

function entry(offset: number, sizeBytes: number): string {
  return JSON.stringify({ digest: 'a'.repeat(64), offset, sizeBytes })
}

function packWithIndex(index: string, blobBytes: number): Uint8Array {
  const trailer = Buffer.alloc(16)
  trailer.writeBigUInt64BE(BigInt(index.length))
  trailer.write('LADPACK1', 8)
  return new Uint8Array(Buffer.concat([Buffer.alloc(blobBytes), Buffer.from(index), trailer]))
}
