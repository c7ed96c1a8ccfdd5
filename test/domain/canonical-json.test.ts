import canonicalize from 'canonicalize'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  JSON_DEPTH_MAX,
  canonicalJson,
  compareCodePoints,
  decodeDocument,
  encodeDocument,
  quote,
} from '../../src/domain/canonical-json.ts'

const INVALID = expect.objectContaining({ code: 'INVALID' })
const CORRUPT = expect.objectContaining({ code: 'CORRUPT', key: 'p/x' })

/** Any code point; fast-check's own table of them takes a second to build. */
const unit = fc
  .integer({ min: 0, max: 0x10_ffff })
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (text: string) => new TextEncoder().encode(text)

describe('encodeDocument', () => {
  it.each<[unknown, string]>([
    [{ b: 1, a: [true, null, 'x'], A: {} }, '{"A":{},"a":[true,null,"x"],"b":1}'],
    [{ 10: 1, 9: 2, '': 3 }, '{"":3,"10":1,"9":2}'],
    [
      [1e21, 1e-7, -0, 0.1, 2 ** 53, 5e-324, 1.7976931348623157e308],
      '[1e+21,1e-7,0,0.1,9007199254740992,5e-324,1.7976931348623157e+308]',
    ],
    ['\u0000\b\t\n\f\r\u001f"\\/\u007f\u2028é😀', '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\u007f\u2028é😀"'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
  ])('writes %j', (value, json) => {
    expect(text(encodeDocument(value))).toBe(json)
  })

  it('sorts keys by code point, where RFC 8785 sorts by UTF-16 code unit', () => {
    const value = { '😀': 1, '\uff5e': 2, é: 3, z: 4 }
    expect(canonicalJson(value)).toBe('{"z":4,"é":3,"\uff5e":2,"😀":1}')
    expect(canonicalize(value)).toBe('{"z":4,"é":3,"😀":1,"\uff5e":2}')
  })

  it('equals RFC 8785 where no key lies beyond U+FFFF', () => {
    const key = fc.string({ unit: unit.filter((character) => character.length === 1) })
    const value = fc.oneof(fc.jsonValue(), fc.string({ unit }), fc.double({ noNaN: true, noDefaultInfinity: true }))
    fc.assert(
      fc.property(fc.dictionary(key, value), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value))
      }),
    )
  })

  it('is read back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: unit }), (value) => {
        expect(decodeDocument(encodeDocument(value), { key: 'p/x' })).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  const cycle: { list: unknown[] } = { list: [] }
  cycle.list.push(cycle)

  it.each<[string, unknown, string]>([
    ['NaN', { a: [Number.NaN] }, '$.a[0] is NaN'],
    ['Infinity', { a: -Infinity }, '$.a is -Infinity'],
    ['undefined', undefined, '$ is undefined'],
    ['an undefined member', { a: undefined }, '$.a is undefined'],
    ['a hole', Array(2), '$[0] is undefined'],
    ['a function', { 'a b': () => 1 }, '$["a b"] is a function'],
    ['a symbol', [Symbol('s')], '$[0] is a symbol'],
    ['a bigint', { n: 1n }, '$.n is a bigint'],
    ['an unpaired surrogate', { s: 'a\ud800' }, '$.s holds an unpaired surrogate'],
    ['one in a key', { '\udc00': 1 }, '$["\\udc00"] holds an unpaired surrogate'],
    ['a cycle', cycle, '$.list[0] contains itself'],
    ['a Date', { at: new Date(0) }, '$.at is an object of a class'],
    ['a Map', new Map(), '$ is an object of a class'],
    ['bytes', new Uint8Array(1), '$ is an object of a class'],
    ['an inherited member', Object.create({ a: 1 }), '$ is an object of a class'],
  ])('refuses %s and says where', (_, value, detail) => {
    expect(() => encodeDocument(value)).toThrow(INVALID)
    expect(() => encodeDocument(value)).toThrow(detail)
  })

  it('takes a value that is there twice without a cycle', () => {
    const shared = { x: 1 }
    const list = [shared]
    expect(canonicalJson([shared, list, list])).toBe('[{"x":1},[{"x":1}],[{"x":1}]]')
  })

  it('has a limit to nesting', () => {
    const nest = (depth: number) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 0)
    expect(canonicalJson(nest(JSON_DEPTH_MAX))).toHaveLength(2 * JSON_DEPTH_MAX + 1)
    expect(() => canonicalJson(nest(JSON_DEPTH_MAX + 1))).toThrow(/nested deeper than 500/)
    expect(() => canonicalJson(nest(100_000))).toThrow(INVALID)
  })
})

describe('decodeDocument', () => {
  it.each([
    ['nothing', bytes('')],
    ['half of it', bytes('{"a":')],
    ['two of them', bytes('{}{}')],
    ['a byte order mark', bytes('\ufeff{}')],
    ['bytes that are no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['an encoded surrogate', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
  ])('finds %s corrupt', (_, bytes) => {
    expect(() => decodeDocument(bytes, { key: 'p/x' })).toThrow(CORRUPT)
  })

  it('keeps __proto__ a member', () => {
    const value = decodeDocument(bytes('{"__proto__":{"x":1}}'), { key: 'p/x' })
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect((value as { x?: number }).x).toBeUndefined()
  })
})

describe('frozen values', () => {
  it('are written alike each time, and no deeper than others', () => {
    const leaf = Object.freeze({ b: 1, a: 'x' })
    const nest = (depth: number): unknown => (depth === 0 ? leaf : [nest(depth - 1)])

    expect([canonicalJson(leaf), canonicalJson({ leaf })]).toEqual(['{"a":"x","b":1}', '{"leaf":{"a":"x","b":1}}'])
    expect(() => canonicalJson(nest(JSON_DEPTH_MAX))).toThrow(/deep|nest/)
  })

  it('of plain members are read once', () => {
    const reads: unknown[] = []
    const leaf = new Proxy(Object.freeze({ a: 1, b: null }), {
      get: (target, key) => {
        reads.push(key)
        return Reflect.get(target, key) as unknown
      },
    })

    expect([canonicalJson(leaf), canonicalJson([leaf])]).toEqual(['{"a":1,"b":null}', '[{"a":1,"b":null}]'])
    expect(reads).toEqual(['a', 'b'])
  })

  it.each([
    ['an object that is not frozen', { n: 1 }, { n: 2 }],
    ['what a frozen one holds', Object.freeze({ a: 'x', n: { n: 1 } }), { a: 'x', n: { n: 2 } }],
  ])('are told from %s, which is read again', (_, value, changed) => {
    canonicalJson(value)
    Object.assign(typeof value.n === 'object' ? value.n : value, { n: 2 })

    expect(canonicalJson(value)).toBe(canonicalJson(changed))
  })

  it('are asked again where they have accessors', () => {
    let count = 0
    const counting = Object.freeze({
      get count() {
        return ++count
      },
    })

    expect([canonicalJson(counting), canonicalJson(counting)]).toEqual(['{"count":1}', '{"count":2}'])
  })
})

describe('compareCodePoints', () => {
  it('orders as UTF-8 bytes do', () => {
    const unit = fc.constantFrom('a', '\u007f', 'é', '\ud7ff', '\ue000', '\uff5e', '\u{10000}', '\u{10ffff}')
    const string = fc.string({ unit, maxLength: 4 })
    fc.assert(
      fc.property(string, string, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('quote', () => {
  it.each<[unknown, string]>([
    ['a"\n', '"a\\"\\n"'],
    ['x'.repeat(81), `"${'x'.repeat(80)}…"`],
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [1n, '1'],
    [Symbol('s'), 'Symbol(s)'],
    [[1], 'an array'],
    [{}, 'an object'],
    [() => 1, 'a function'],
  ])('shows %s', (value, shown) => {
    expect(quote(value)).toBe(shown)
  })
})
