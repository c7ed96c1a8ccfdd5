import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { METADATA_BYTES_MAX, normaliseMetadata, sameMetadata } from '../../src/domain/metadata.ts'

const INVALID = expect.objectContaining({ code: 'INVALID' })

/** Any code point; fast-check's own table of them takes a second to build. */
const unit = fc
  .integer({ min: 0, max: 0x10_ffff })
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))

describe('normaliseMetadata', () => {
  it('is what JSON makes of it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit }), fc.jsonValue({ stringUnit: unit })), (value) => {
        const expected: unknown = JSON.parse(JSON.stringify(value))
        expect(normaliseMetadata(value)).toEqual(Object.keys(value).length === 0 ? null : expected)
      }),
    )
  })

  it('follows JSON where it changes values', () => {
    const at = new Date(0)
    const value = {
      nan: Number.NaN,
      gone: undefined,
      list: [undefined, at, -0],
      hole: Array(1),
      at,
      odd: { toJSON: (key: string) => [key] },
    }
    expect(normaliseMetadata(value)).toStrictEqual(JSON.parse(JSON.stringify(value)))
  })

  it.each([undefined, null, {}, { a: undefined }])('takes %j for none', (value) => {
    expect(normaliseMetadata(value)).toBeNull()
  })

  it.each([[[]], [[1]], ['a'], [1], [true], [new Date(0)], [() => 1]])('refuses %s, which is no object', (value) => {
    expect(() => normaliseMetadata(value)).toThrow(INVALID)
  })

  const cycle: { self?: unknown } = {}
  cycle.self = { again: cycle }
  class Endless {
    toJSON() {
      return { next: this }
    }
  }

  it.each<[string, unknown, string]>([
    ['Infinity', { a: { b: [1, Infinity] } }, 'metadata.a.b[1] is Infinity'],
    ['-Infinity', { a: -Infinity }, 'metadata.a is -Infinity'],
    ['a function', { f: () => 1 }, 'metadata.f is a function'],
    ['a symbol', { s: Symbol('s') }, 'metadata.s is a symbol'],
    ['a bigint', { n: 1n }, 'metadata.n is a bigint'],
    ['a cycle', cycle, 'metadata.self.again contains itself'],
    ['an unpaired surrogate', { s: '\ud800' }, 'metadata.s holds an unpaired surrogate'],
    ['one in a key', { a: { '\udc00': 1 } }, 'metadata.a["\\udc00"] holds an unpaired surrogate'],
    ['a Map', { m: new Map() }, 'metadata.m is an object of a class'],
    ['bytes', { b: new Uint8Array(2) }, 'metadata.b is an object of a class'],
    ['an object that never ends', { e: new Endless() }, 'is nested deeper than 500'],
  ])('refuses %s and says where', (_, value, detail) => {
    expect(() => normaliseMetadata(value)).toThrow(INVALID)
    expect(() => normaliseMetadata(value)).toThrow(detail)
  })

  it('takes exactly one MiB', () => {
    const room = METADATA_BYTES_MAX - '{"a":""}'.length
    expect(normaliseMetadata({ a: 'x'.repeat(room) })).not.toBeNull()
    expect(() => normaliseMetadata({ a: 'x'.repeat(room + 1) })).toThrow(INVALID)
    expect(() => normaliseMetadata({ a: 'é'.repeat(room / 2 + 1) })).toThrow(INVALID)
    expect(() => normaliseMetadata({ a: Array(METADATA_BYTES_MAX).fill(1) })).toThrow(INVALID)
  })

  it('ends on a small value that would be huge as JSON', () => {
    let value: unknown = 'x'
    for (let depth = 0; depth < 100; depth++) value = { a: value, b: value }
    expect(() => normaliseMetadata(value)).toThrow(/more than 1048576 bytes/)
    for (let depth = 0; depth < 100; depth++) value = [null, null].map(() => value)
    expect(() => normaliseMetadata({ value })).toThrow(INVALID)
  })

  it('takes a list or an object that is there twice, and refuses a list in itself', () => {
    const [list, object] = [[1], { x: 1 }]
    const endless: unknown[] = []
    endless.push(endless)

    expect(normaliseMetadata({ a: [list, list, object], b: object })).toEqual({ a: [list, list, object], b: object })
    expect(() => normaliseMetadata({ endless })).toThrow('metadata.endless[0] contains itself')
  })

  it('asks toJSON, where it is a function, as JSON does: with the key', () => {
    const asked = { toJSON: (key: string) => ({ key }) }

    expect(normaliseMetadata(asked)).toEqual({ key: '' })
    expect(normaliseMetadata({ a: asked, b: [asked] })).toEqual({ a: { key: 'a' }, b: [{ key: '0' }] })
    expect(normaliseMetadata({ toJSON: 5 })).toEqual({ toJSON: 5 })
  })

  it('is a frozen copy', () => {
    const value = { list: [{ a: 1 }] }
    const copy = normaliseMetadata(value)!
    value.list[0]!.a = 2
    expect(copy).toEqual({ list: [{ a: 1 }] })
    const list = copy['list'] as readonly object[]
    expect([copy, list, list[0]].every((part) => Object.isFrozen(part))).toBe(true)
  })

  it('keeps __proto__ a member', () => {
    const copy = normaliseMetadata(JSON.parse('{"__proto__":{"polluted":true}}'))!
    expect(Object.keys(copy)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect(copy['polluted']).toBeUndefined()
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true}}')
  })

  it('ends on few lists that would be many as JSON', () => {
    let list: unknown = []
    for (let depth = 0; depth < 40; depth++) list = [list, list]

    expect(() => normaliseMetadata({ list })).toThrow(/more than 1048576 bytes/)
  })
})

describe('sameMetadata', () => {
  it('compares what is said', () => {
    expect(sameMetadata({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true)
    expect(sameMetadata({ a: [1, 2] }, { a: [2, 1] })).toBe(false)
    expect(sameMetadata(null, null)).toBe(true)
    expect(sameMetadata(null, { a: null })).toBe(false)
  })
})
