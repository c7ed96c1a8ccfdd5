import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRef, formatVersion, parseRef, parseVersion, PENDING_UNKNOWN } from '../../src/domain/refs.ts'
import type { Ref, Selector } from '../../src/domain/refs.ts'

const DIGEST = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'
const INVALID = expect.objectContaining({ code: 'INVALID' })

describe('parseRef', () => {
  it.each<[string, Selector]>([
    ['model', { kind: 'latest' }],
    ['model:latest', { kind: 'latest' }],
    ['model:v0', { kind: 'version', n: 0 }],
    ['model:v9999999999', { kind: 'version', n: 9_999_999_999 }],
    ['model:prod', { kind: 'alias', alias: 'prod' }],
    ['model:V1', { kind: 'alias', alias: 'V1' }],
    ['model:1', { kind: 'alias', alias: '1' }],
    ['model:pending-1', { kind: 'pending', n: 1 }],
    [`model@${DIGEST}`, { kind: 'digest', digest: DIGEST }],
  ])('reads %s, with a project and without', (text, selector) => {
    expect(parseRef(text)).toEqual({ artifact: 'model', selector })
    expect(parseRef(`team.a/${text}`)).toEqual({ project: 'team.a', artifact: 'model', selector })
  })

  it.each([
    '',
    ':v1',
    'model:',
    'model@',
    'model:v01',
    'model:v00',
    'model:v10000000000',
    'model:pending-01',
    'model:pending-10000000000',
    'model:v1:v2',
    `model:v1@${DIGEST}`,
    `model@${DIGEST}\n`,
    `model@${DIGEST.toUpperCase()}`,
    `model@sha256:${DIGEST}`,
    'model@v1',
    'model:v1\n',
    'a/b/model',
    '/model',
    'a/',
    '../model',
    'my model',
  ])('refuses %j and shows what a ref looks like', (text) => {
    expect(() => parseRef(text)).toThrow(INVALID)
    expect(() => parseRef(text)).toThrow(/a ref is \[project\/\]name/)
  })

  it('says what is wrong', () => {
    expect(() => parseRef('my model:v1')).toThrow('"my model:v1" is no ref: artifact name "my model" must match')
    expect(() => parseRef('model:v01')).toThrow('"v01" is no version; a version is v0, v1, …')
  })

  it.each(['dev1', 'v1-rc', 'xpending-1', 'pending-1x'])('takes %s for an alias, not for a version', (alias) => {
    expect(parseRef(`model:${alias}`).selector).toEqual({ kind: 'alias', alias })
  })

  it('refuses what is no string', () => {
    expect(() => parseRef(undefined as unknown as string)).toThrow(INVALID)
  })
})

describe('formatRef', () => {
  it('is read back as the same ref', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9._-]{3,20}$/).filter((text) => !/^(?:v|pending-)\d+$/.test(text))
    const n = fc.nat(9_999_999_999)
    const selector = fc.oneof(
      fc.constant({ kind: 'latest' } as const),
      fc.record({ kind: fc.constant('version' as const), n }),
      fc.record({ kind: fc.constant('pending' as const), n }),
      fc.record({ kind: fc.constant('alias' as const), alias: name.filter((alias) => alias !== 'latest') }),
      fc.record({ kind: fc.constant('digest' as const), digest: fc.stringMatching(/^[0-9a-f]{64}$/) }),
    )
    const ref = fc.record({ project: name, artifact: name, selector }, { requiredKeys: ['artifact', 'selector'] })

    fc.assert(
      fc.property(ref, (ref) => {
        expect(parseRef(formatRef(ref as Ref))).toEqual(ref)
      }),
    )
  })

  it('names latest', () => {
    expect(formatRef(parseRef('p/model'))).toBe('p/model:latest')
  })
})

describe('versions', () => {
  it('are parsed and formatted', () => {
    expect(parseVersion('v3')).toBe(3)
    expect(formatVersion(3)).toBe('v3')
  })

  it.each(['3', 'v', 'v01', 'v-1', 'v1.0', 'V1', 'v1\n', 'v10000000000', 'v\u0661', ''])('refuses %j', (text) => {
    expect(() => parseVersion(text)).toThrow(INVALID)
  })
})

describe('the words', () => {
  it('of a ref name what is wrong in it, and what a ref looks like', () => {
    const shape = 'a ref is [project/]name, which means the latest version'

    expect(() => parseRef('a b/x')).toThrow('project name "a b" must match')
    expect(() => parseRef('name@zz')).toThrow(`64 lower-case hex digits; ${shape}`)
    expect(() => parseRef(5 as never)).toThrow(`5 is no ref: it is no string; ${shape}`)
  })

  it.each(['2', DIGEST.slice(1)])('of a part of a digest, %s, ask for all of it', (part) => {
    expect(() => parseRef(`model@${part}`)).toThrow(
      `no ref: "${part}" is a part of a digest; give all 64 hex digits of it; a ref is`,
    )
  })

  it.each(['', `${DIGEST}0`, 'zz', 'z2d', '2dz', '2D'])('of what is no part of a digest, %j, are others', (other) => {
    expect(() => parseRef(`model@${other}`)).not.toThrow(/is a part of a digest/)
    expect(() => parseRef(`model@${other}`)).toThrow(INVALID)
  })

  it('of a version refuse what only holds one', () => {
    for (const text of ['xv3', 'v3x', ['v1'] as never]) expect(() => parseVersion(text)).toThrow(INVALID)
  })

  it('of a pending version say where it may be', () => {
    expect(PENDING_UNKNOWN).toEqual({
      detail: 'no such pending version: one that was logged offline and has no number yet',
      next: 'ask where it was logged, in the store that it waits in; once it has arrived it has a number',
    })
  })
})
