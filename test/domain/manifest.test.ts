import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { sha256 } from '../../src/domain/digest.ts'
import {
  assertLoggable,
  blobDigests,
  contentOf,
  createManifest,
  decodeManifest,
  deferManifest,
  encodeManifest,
  fileCount,
  isFileEntry,
  isReference,
  manifestDigest,
  manifestSize,
} from '../../src/domain/manifest.ts'
import type { Entry, Manifest } from '../../src/domain/manifest.ts'

const INVALID = expect.objectContaining({ code: 'INVALID' })
const CORRUPT = expect.objectContaining({ code: 'CORRUPT' })
const [A, B] = [sha256('a'), sha256('b')]

const file = (path: string, size = 1): Entry => ({ path, digest: sha256(path), size })
const decode = (json: string) => decodeManifest(new TextEncoder().encode(json), sha256(json))

/** What a canonical manifest looks like, said in the plainest way. */
function expectedJson(entries: readonly Entry[]): string {
  const sorted = entries.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  return JSON.stringify(sorted.map(({ path, digest, ref, size }) => ({ digest, path, ...(ref && { ref }), size })))
}

const unit = fc.constantFrom('a', 'é', '\uff5e', '😀', '"', '}', ',', '{', ':', ' ')
const path = fc.string({ unit, minLength: 1, maxLength: 8 }).filter((path) => !path.startsWith('a:'))
const size = fc.oneof(fc.nat(), fc.maxSafeNat())
const fileEntry = fc.record({ path, digest: fc.stringMatching(/^[0-9a-f]{64}$/), size })
const reference = fc.record({
  path,
  ref: fc.webUrl(),
  digest: fc.constantFrom('"etag"', 'a\\b', '},{"digest":"'),
  size,
})
const entries = fc.uniqueArray<Entry, string>(fc.oneof(fileEntry, reference), { selector: ({ path }) => path })

describe('createManifest', () => {
  it('sorts, copies and freezes', () => {
    const given: Entry[] = [file('b'), file('a/c'), { path: 'a-ref', ref: 's3://b/k', digest: 'etag', size: 0 }]
    const manifest = createManifest(given)
    expect(manifest.entries.map((entry) => entry.path)).toEqual(['a-ref', 'a/c', 'b'])
    expect(manifest.entries.filter(isReference).map((entry) => entry.ref)).toEqual(['s3://b/k'])
    expect([manifest, manifest.entries, ...manifest.entries].every((part) => Object.isFrozen(part))).toBe(true)
    expect(given.every((entry) => !Object.isFrozen(entry))).toBe(true)
  })

  it.each<[string, unknown, string]>([
    ['a bad path', { path: '../x', digest: A, size: 1 }, '"../x" has a segment'],
    ['a bad digest', { path: 'x', digest: 'A'.repeat(64), size: 1 }, 'x: INVALID: "AAAA'],
    ['a negative size', { path: 'x', digest: A, size: -1 }, 'x: INVALID: its size is -1'],
    ['half a byte', { path: 'x', digest: A, size: 0.5 }, 'its size is 0.5'],
    ['a size of 2^53', { path: 'x', digest: A, size: 2 ** 53 }, 'its size is 9007199254740992'],
    ['a bigint', { path: 'x', digest: A, size: 1n }, 'its size is 1'],
    ['a size in a string', { path: 'x', digest: A, size: '1' }, 'its size is "1"'],
    ['no size', { path: 'x', digest: A }, 'its size is undefined'],
    ['a bad URI', { path: 'x', digest: A, size: 1, ref: 'nope' }, 'has no scheme'],
    ['no URI', { path: 'x', digest: A, size: 1, ref: null }, 'reference URI is null'],
    [
      'an empty digest of a reference',
      { path: 'x', digest: '', size: 1, ref: 's3://b' },
      'digest of a reference is ""',
    ],
    ['nothing', null, 'an entry is null'],
    ['no object', 'x', 'an entry is "x"'],
  ])('refuses %s', (_, entry, detail) => {
    expect(() => createManifest([entry as Entry])).toThrow(INVALID)
    expect(() => createManifest([entry as Entry])).toThrow(detail)
  })

  it('refuses paths that cannot stand beside each other, in any order', () => {
    expect(() => createManifest([file('a'), file('b'), file('a')])).toThrow(/"a" is there twice/)
    expect(() => createManifest([file('a/b'), file('a-b'), file('a')])).toThrow(/"a\/b" lies below "a"/)
  })
})

describe('an entry', () => {
  it('is a file or a reference', () => {
    const { entries } = createManifest([file('a'), { path: 'b', ref: 's3://b/b', digest: 'etag', size: 0 }])

    expect(entries.map(isFileEntry)).toEqual([true, false])
    expect(entries.map(isReference)).toEqual([false, true])
  })
})

describe('encodeManifest', () => {
  it('is the canonical form, its digest the manifest digest, and it is read back', () => {
    fc.assert(
      fc.property(entries, (entries) => {
        const manifest = createManifest(entries)
        const bytes = encodeManifest(manifest)
        expect(new TextDecoder().decode(bytes)).toBe(expectedJson(entries))
        expect(manifestDigest(manifest)).toBe(sha256(bytes))
        expect(decodeManifest(bytes, sha256(bytes))).toEqual(manifest)
      }),
    )
  })

  it('does not depend on the order of entries or members', () => {
    const one = createManifest([file('a'), file('b')])
    const other = createManifest([{ size: 1, digest: sha256('b'), path: 'b' }, Object.assign({ extra: 1 }, file('a'))])
    expect(manifestDigest(one)).toBe(manifestDigest(other))
    expect(manifestDigest(one)).toBe(manifestDigest(one))
  })

  it('works in pieces, whatever the pieces hold', () => {
    const deceiving = '},{"digest":"'
    const many = Array.from({ length: 3_000 }, (_, index): Entry => {
      const path = `${deceiving}${index % 2 === 0 ? '😀' : 'x'.repeat(index % 700)}/${String(index)}`
      return index % 3 === 0
        ? { path, ref: `s3://b/${deceiving}`, digest: deceiving, size: index }
        : { path, digest: A, size: index }
    })
    const manifest = createManifest(many)
    const bytes = encodeManifest(manifest)
    expect(bytes.length).toBeGreaterThan(10 * 64 * 1024)
    expect(new TextDecoder().decode(bytes)).toBe(expectedJson(many))
    expect(decodeManifest(bytes, manifestDigest(manifest))).toEqual(manifest)
  })
})

describe('the encoding of a manifest', () => {
  const many = (count: number) =>
    createManifest(Array.from({ length: count }, (_, index) => file(String(index).padStart(6, '0'))))

  it('is made once for one of up to 20,000 entries', () => {
    const manifest = many(20_000)

    expect(encodeManifest(manifest)).toBe(encodeManifest(manifest))
    expect(sha256(encodeManifest(manifest))).toBe(manifestDigest(manifest))
  })

  it('is made anew for a larger one, and holds all of it', () => {
    const manifest = many(20_001)
    const bytes = encodeManifest(manifest)

    expect(encodeManifest(manifest)).not.toBe(bytes)
    expect(Buffer.from(bytes).equals(Buffer.from(expectedJson(manifest.entries)))).toBe(true)
    expect(sha256(bytes)).toBe(manifestDigest(manifest))
  })
})

describe('decodeManifest', () => {
  const line = (path: string) => `{"digest":"${A}","path":"${path}","size":1}`

  it('reads the canonical form from any part of a buffer', () => {
    const json = `[${line('a')},${line('b')}]`
    const bytes = Buffer.from(`xx${json}yy`).subarray(2, -2)
    expect(decodeManifest(bytes, sha256(json)).entries).toEqual([
      { path: 'a', digest: A, size: 1 },
      { path: 'b', digest: A, size: 1 },
    ])
    expect(decode('[]').entries).toEqual([])
  })

  it('refuses bytes of another digest', () => {
    expect(() => decodeManifest(new TextEncoder().encode('[]'), A)).toThrow(CORRUPT)
  })

  it.each([
    ['', 'nothing'],
    ['{}', 'no list'],
    ['"abc"', 'a string'],
    ['null', 'null'],
    ['[', 'half a list'],
    ['[null]', 'no entry'],
    ['[] ', 'white space'],
    ['\ufeff[]', 'a byte order mark'],
    [`[${line('b')},${line('a')}]`, 'another order'],
    [`[${line('a')},${line('a')}]`, 'a path twice'],
    [`[${line('a')},${line('a/b')}]`, 'a file above a folder'],
    [`[${line('../a')}]`, 'a path that leaves'],
    [`[${line('\\u0061')}]`, 'an escape that is not needed'],
    [`[{"path":"a","digest":"${A}","size":1}]`, 'keys in another order'],
    [`[{"digest":"${A}","path":"a","size":1,"x":1}]`, 'another key'],
    [`[{"digest":"${B}","digest":"${A}","path":"a","size":1}]`, 'a key twice'],
    [`[{"digest":"${A}","path":"a","size":1.0}]`, 'a size with a fraction'],
    [`[{"digest":"${A}","path":"a","size":-0}]`, 'a negative zero'],
    [`[{"digest":"${A}","path":"a","size":9007199254740993}]`, 'a size beyond 2^53'],
    [`[${line('a')},${`${line('b')},`.repeat(2_000)}${line('c')}]`, 'a large one with a path twice'],
    [`[${`${line('b')}, `.repeat(2_000)}${line('c')}]`, 'a large one with white space'],
  ])('refuses %.80j: %s', (json) => {
    expect(() => decode(json)).toThrow(CORRUPT)
  })

  it('refuses bytes that are no UTF-8', () => {
    const bytes = Buffer.from(`[${line('\u00ff')}]`, 'latin1')
    expect(() => decodeManifest(bytes, sha256(bytes))).toThrow(CORRUPT)
  })
})

describe('what a manifest tells', () => {
  it('counts and measures entries, references too', () => {
    const manifest = createManifest([file('a', 5), file('b', 0), { path: 'r', ref: 's3://b/k', digest: 'e', size: 7 }])
    expect(manifestSize(manifest)).toBe(12)
    expect(fileCount(manifest)).toBe(3)
  })

  it('lists each blob once', () => {
    const shared = { digest: A, size: 3 }
    const manifest = createManifest([
      { path: 'x', ...shared },
      { path: 'y', ...shared },
      { path: 'z', digest: B, size: 4 },
      { path: 'r', ref: 's3://b/k', digest: sha256('r'), size: 7 },
    ])
    expect([...blobDigests(manifest)]).toEqual([
      [A, 3],
      [B, 4],
    ])
  })

  it('refuses one digest with two sizes', () => {
    const manifest = createManifest([
      { path: 'x', digest: A, size: 3 },
      { path: 'y', digest: A, size: 4 },
    ])
    expect(() => blobDigests(manifest)).toThrow(INVALID)
  })

  it('cannot be logged when it is empty, or larger than can be counted', () => {
    const huge = createManifest([file('a', Number.MAX_SAFE_INTEGER), file('b', 1)])
    expect(() => assertLoggable(createManifest([]))).toThrow(/has no entries/)
    expect(() => assertLoggable(huge)).toThrow(INVALID)
    expect(() => manifestSize(huge)).toThrow(INVALID)
    expect(() => assertLoggable(createManifest([file('a', Number.MAX_SAFE_INTEGER)]))).not.toThrow()
  })
})

describe('deferManifest', () => {
  const made = createManifest([file('a'), file('b', 2)])

  it('tells what is known without making entries', () => {
    const make = vi.fn<() => Manifest>(() => made)

    const manifest = deferManifest(contentOf(made), make)

    expect(contentOf(manifest)).toEqual(contentOf(made))
    expect(() => assertLoggable(manifest)).not.toThrow()
    expect(make).not.toHaveBeenCalled()
  })

  it('makes its entries once, when somebody asks for them', () => {
    const make = vi.fn<() => Manifest>(() => made)
    const manifest = deferManifest(contentOf(made), make)

    expect(manifest.entries).toBe(made.entries)
    expect(encodeManifest(manifest)).toEqual(encodeManifest(made))
    expect(make).toHaveBeenCalledTimes(1)
  })

  it('throws CORRUPT when they are others than was said', () => {
    const manifest = deferManifest(contentOf(made), () => createManifest(made.entries.slice(1)))

    expect(() => manifest.entries).toThrow(
      expect.objectContaining({
        code: 'CORRUPT',
        key: manifestDigest(made),
        detail: expect.stringContaining(`but to ${manifestDigest(createManifest(made.entries.slice(1)))}`),
        next: expect.stringContaining('--rehash'),
      }),
    )
  })
})
