import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  PATH_BYTES_MAX,
  assertPath,
  assertPathSet,
  collisions,
  comparePaths,
  foldPath,
} from '../../src/domain/paths.ts'

const INVALID = expect.objectContaining({ code: 'INVALID' })

/** Few characters, so that paths meet: some sort before the slash, some beyond the surrogates. */
const segment = fc.string({
  unit: fc.constantFrom('a', 'A', '-', '0', 'é', '\uff5e', '😀'),
  minLength: 1,
  maxLength: 3,
})
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
const paths = fc.array(path, { maxLength: 12 })

describe('assertPath', () => {
  it('takes no path for plain that has something refused in it', () => {
    const pieces = fc.constantFrom('a', '0', '_', '.', '..', ' ', '-', '/', '//', '\\', ':', '\n', '\0', 'é', '\ud800')
    const text = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''))
    const isBad = (value: string): boolean =>
      value === '' ||
      /^[A-Za-z]:|[\\\p{Cc}\p{Cs}]/u.test(value) ||
      value.split('/').some((part) => ['', '.', '..'].includes(part))

    fc.assert(
      fc.property(text, (value) => {
        if (isBad(value)) expect(() => assertPath(value)).toThrow(INVALID)
        else expect(assertPath(value)).toBe(value)
      }),
    )
  })

  it.each([
    'a',
    'a/b/c.txt',
    'dir with space/f',
    '文件.txt',
    'cafe\u0301',
    '...',
    '..a',
    '~',
    'CON',
    'a/b ',
    'ab:c',
    '1:x',
    '\u2028',
    '\u00a0',
  ])('takes %j as it is', (value) => {
    expect(assertPath(value)).toBe(value)
  })

  it.each([
    ['', 'is empty'],
    ['/a', 'is absolute'],
    ['C:/x', 'begins with a drive letter'],
    ['c:x', 'begins with a drive letter'],
    ['a\\b', 'holds a backslash'],
    ['a\nb', 'holds a control character'],
    ['a\u0000', 'holds a control character'],
    ['a\u007f', 'holds a control character'],
    ['a\u0085', 'holds a control character'],
    ['a\ud800', 'holds an unpaired surrogate'],
    ['\udc00a', 'holds an unpaired surrogate'],
    ['.', 'has a segment'],
    ['..', 'has a segment'],
    ['a/../b', 'has a segment'],
    ['a/./b', 'has a segment'],
    ['a//b', 'has a segment'],
    ['a/', 'has a segment'],
    ['a/..', 'has a segment'],
  ])('refuses %j: it %s', (value, what) => {
    expect(() => assertPath(value)).toThrow(INVALID)
    expect(() => assertPath(value)).toThrow(what)
  })

  it('counts bytes, not characters', () => {
    const longest = 'é'.repeat(PATH_BYTES_MAX / 2)
    expect(assertPath(longest)).toBe(longest)
    expect(assertPath('a'.repeat(PATH_BYTES_MAX))).toHaveLength(PATH_BYTES_MAX)
    expect(() => assertPath(`${longest}a`)).toThrow(/has 1025 bytes/)
  })

  it('refuses what is no string', () => {
    for (const value of [undefined, null, 7, ['a'], {}]) expect(() => assertPath(value)).toThrow(INVALID)
  })
})

describe('comparePaths', () => {
  it('orders as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('assertPathSet', () => {
  it('takes neighbours that only begin alike', () => {
    expect(() => assertPathSet(['a', 'a-b', 'a.b', 'a0', 'ab/c', 'ab/d'])).not.toThrow()
  })

  it('finds a file above a folder with others in between', () => {
    expect(() => assertPathSet(['a', 'a-b', 'a-b-c', 'a/b'])).toThrow(/"a\/b" lies below "a"/)
    expect(() => assertPathSet(['a', 'a-', 'a-/x', 'a.'])).toThrow(/"a-\/x" lies below "a-"/)
  })

  it('finds a path that is there twice', () => {
    expect(() => assertPathSet(['a', 'b', 'b'])).toThrow(/"b" is there twice/)
  })

  it('is asked with sorted paths', () => {
    expect(() => assertPathSet(['b', 'a'])).toThrow('the paths are not sorted')
  })

  it('agrees with looking at every pair', () => {
    fc.assert(
      fc.property(paths, (paths) => {
        const valid = paths.every((a, i) => paths.every((b, j) => i === j || (a !== b && !b.startsWith(`${a}/`))))
        const check = () => assertPathSet(paths.toSorted(comparePaths))
        if (valid) expect(check).not.toThrow()
        else expect(check).toThrow(INVALID)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('collisions', () => {
  const windows = { caseSensitive: false, normalises: false }
  const mac = { caseSensitive: false, normalises: true }
  const normalising = { caseSensitive: true, normalises: true }

  it('finds none where the disk keeps all apart', () => {
    expect(collisions(['A', 'a', 'caf\u00e9', 'cafe\u0301'], { caseSensitive: true, normalises: false })).toEqual([])
  })

  it.each([
    ['the same file in another case', ['A', 'a'], [['A', 'a']]],
    ['a file where another path needs a folder', ['A/x', 'a'], [['a', 'A/x']]],
    ['not folders that become one', ['A/x', 'a/y'], []],
    ['files below folders that become one', ['A/x', 'a/X'], [['A/x', 'a/X']]],
    ['a file and a folder with others between', ['A/b', 'a', 'a-b'], [['a', 'A/b']]],
    [
      'every path once',
      ['A', 'a', 'a/x'].toSorted(),
      [
        ['A', 'a'],
        ['A', 'a/x'],
      ],
    ],
    [
      'both sigmas',
      ['ΟΔΟΣ', 'οδος', 'οδοσ'],
      [
        ['ΟΔΟΣ', 'οδος'],
        ['ΟΔΟΣ', 'οδοσ'],
      ],
    ],
    [
      'the Kelvin sign and the long s',
      ['K', '\u212a', 's', '\u017f'],
      [
        ['K', '\u212a'],
        ['s', '\u017f'],
      ],
    ],
  ])('on a disk that folds case: %s', (_, paths, expected) => {
    expect(collisions(paths, windows)).toEqual(expected)
    expect(collisions(paths, mac)).toEqual(expected)
    expect(collisions(paths, normalising).length).toBeLessThanOrEqual(expected.length)
  })

  it('tells normalisation from case', () => {
    const names = ['cafe\u0301', 'caf\u00e9', 'CAF\u00c9']
    expect(collisions(names, normalising)).toEqual([['cafe\u0301', 'caf\u00e9']])
    expect(collisions(names, windows)).toEqual([['CAF\u00c9', 'caf\u00e9']])
    expect(collisions(names, mac)).toEqual([
      ['CAF\u00c9', 'cafe\u0301'],
      ['CAF\u00c9', 'caf\u00e9'],
    ])
  })

  it('finds something exactly when two paths meet', () => {
    const fold = (text: string) => text.normalize('NFC').toUpperCase()
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 10 }), (paths) => {
        const keys = paths.map(fold)
        const meets = keys.filter((key, i) =>
          keys.some((other, j) => i !== j && (other === key || key.startsWith(`${other}/`))),
        )
        expect(collisions(paths, mac).length > 0).toBe(meets.length > 0)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('foldPath', () => {
  it.each([
    [{ caseSensitive: true, normalises: false }, false, false],
    [{ caseSensitive: false, normalises: false }, true, false],
    [{ caseSensitive: true, normalises: true }, false, true],
    [{ caseSensitive: false, normalises: true }, true, true],
  ])('on a disk with %j joins case: %s, normalisation: %s', (naming, joinsCase, joinsForms) => {
    const isSame = (a: string, b: string) => foldPath(a, naming) === foldPath(b, naming)
    expect([isSame('A/b', 'a/B'), isSame('caf\u00e9', 'cafe\u0301'), isSame('a', 'b')]).toEqual([
      joinsCase,
      joinsForms,
      false,
    ])
  })
})
