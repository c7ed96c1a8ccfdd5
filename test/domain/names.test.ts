import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALIASES_MAX } from '../../src/domain/limits.ts'
import {
  assertAliases,
  assertExternalId,
  assertMovableAlias,
  assertName,
  assertType,
  defaultName,
  storeName,
} from '../../src/domain/names.ts'

const INVALID = expect.objectContaining({ code: 'INVALID' })
const RESERVED = `x-${'0123456789abcdef'.repeat(2)}`

describe('assertName', () => {
  it.each(['a', 'A_b-1.2', '...', '-', 'v0', 'latest', '__proto__', 'x'.repeat(128)])('takes %j', (name) => {
    expect(assertName('artifact', name)).toBe(name)
  })

  it.each([
    '',
    '.',
    '..',
    'a b',
    'a/b',
    'a\n',
    '\na',
    'é',
    '\u0661',
    'x'.repeat(129),
    RESERVED,
    1,
    null,
    undefined,
    ['a'],
  ])('refuses %j for every kind', (name) => {
    for (const kind of ['project', 'artifact', 'alias', 'run'] as const) {
      expect(() => assertName(kind, name)).toThrow(INVALID)
    }
  })

  it('takes what only resembles a reserved one', () => {
    for (const name of [`a${RESERVED}`, `${RESERVED}0`]) expect(assertName('artifact', name)).toBe(name)
  })

  it('quotes the rule and the value', () => {
    const message = 'artifact name "a b\\n" must match [A-Za-z0-9._-]+, 1–128 characters, not "." or ".."'
    expect(() => assertName('artifact', 'a b\n')).toThrow(message)
  })

  it('shortens a long value', () => {
    expect(() => assertName('run', ' '.repeat(10_000))).toThrow(/^INVALID: run id " {80}…" must match/)
  })

  it.each(['v0', 'v12', 'v007', 'pending-1'])('keeps alias %j for versions', (alias) => {
    expect(() => assertName('alias', alias)).toThrow(/reserved for versions/)
    expect(assertName('artifact', alias)).toBe(alias)
  })

  it.each(['v', 'vx', 'V0', 'v0x', 'pending', 'pending-x', '0', 'latest'])('takes alias %j', (alias) => {
    expect(assertName('alias', alias)).toBe(alias)
  })
})

describe('assertMovableAlias', () => {
  it('takes any alias but latest', () => {
    expect(assertMovableAlias('prod')).toBe('prod')
    expect(assertMovableAlias('Latest')).toBe('Latest')
    expect(() => assertMovableAlias('latest')).toThrow(/kept by lading; it cannot be set, moved or removed by hand/)
    expect(() => assertMovableAlias('v1')).toThrow(INVALID)
  })
})

describe('assertAliases', () => {
  it('keeps the order, each alias once, without latest', () => {
    expect(assertAliases(['b', 'latest', 'a', 'b'])).toEqual(['b', 'a'])
  })

  it('takes none', () => {
    for (const none of [undefined, null, [], ['latest']]) expect(assertAliases(none)).toEqual([])
  })

  it.each([['prod'], [{ a: 1 }], [[1]], [[null]], [['ok', 'v1']], [new Set(['a'])], [Array(1)]])(
    'refuses %j',
    (list) => {
      expect(() => assertAliases(list)).toThrow(INVALID)
    },
  )

  it('counts different aliases', () => {
    const aliases = Array.from({ length: ALIASES_MAX }, (_, index) => `a${index}`)
    expect(assertAliases([...aliases, ...aliases, 'latest'])).toHaveLength(ALIASES_MAX)
    expect(() => assertAliases([...aliases, 'more'])).toThrow(/1001 aliases, an artifact has at most 1000/)
  })
})

describe('assertType', () => {
  it.each(['model', 'a b', 'a/b', 'モデル', '\u2028', '😀'.repeat(128)])('takes %j', (type) => {
    expect(assertType(type)).toBe(type)
  })

  it.each(['', 'a\n', 'a\u0000', 'a\u007f', 'a\u0085', '\ud800', 'x'.repeat(129), '😀'.repeat(129), 1, null])(
    'refuses %j',
    (type) => {
      expect(() => assertType(type)).toThrow(INVALID)
    },
  )
})

describe('assertExternalId', () => {
  it('takes 1–512 characters of any kind', () => {
    for (const id of ['a', ' \n\u0000', '😀'.repeat(512)]) expect(assertExternalId(id)).toBe(id)
    for (const id of ['', 'x'.repeat(513), '😀'.repeat(513), '\udc00', 7]) {
      expect(() => assertExternalId(id)).toThrow(INVALID)
    }
  })
})

describe('defaultName', () => {
  it.each([
    ['run-1-model.bin', 'run-1-model.bin'],
    ['my model (final)', 'my-model--final-'],
    ['😀é', '--'],
    ['', '-'],
    ['.', '-'],
    ['..', '--'],
    [RESERVED, `${RESERVED}-`],
    ['y'.repeat(300), 'y'.repeat(128)],
  ])('makes %j into %j', (text, name) => {
    expect(defaultName(text)).toBe(name)
  })

  it('always makes a name, and keeps one', () => {
    const unit = fc.oneof(
      fc.constantFrom('.', 'a', '-', 'é', '😀', '\ud800'),
      fc.string({ minLength: 1, maxLength: 1 }),
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 200 }), (text) => {
        const name = defaultName(text)
        expect(assertName('artifact', name)).toBe(name)
        expect(defaultName(name)).toBe(name)
      }),
    )
  })
})

describe('storeName', () => {
  it('keeps a name and hashes the rest', () => {
    expect(storeName('group-1')).toBe('group-1')
    // printf 'my group' | sha256sum
    expect(storeName('my group')).toBe('x-d8d5f4b01cff46e07ec435b5b2ec8f4e')
    for (const raw of ['', '.', '..', 'a/b', 'x'.repeat(129), RESERVED])
      expect(storeName(raw)).toMatch(/^x-[0-9a-f]{32}$/)
  })

  it('never hands a text the key of another', () => {
    expect(storeName(RESERVED)).not.toBe(RESERVED)
    expect(storeName(storeName('my group'))).not.toBe(storeName('my group'))
    expect(() => storeName('\ud800')).toThrow(INVALID)
  })
})
