import { describe, expect, it } from 'vitest'
import {
  REFERENCE_LENGTH_MAX,
  assertReferenceDigest,
  assertReferenceUri,
  publicUri,
  schemeOf,
} from '../../src/domain/reference.ts'

const INVALID = expect.objectContaining({ code: 'INVALID' })

describe('assertReferenceUri', () => {
  it.each(['s3://bucket/key', 'file:///a', 'https://h/x?y=1#z', 'custom+x:y', 'http:', 's3://bucket/文件'])(
    'takes %j',
    (uri) => {
      expect(assertReferenceUri(uri)).toBe(uri)
    },
  )

  it.each([
    '',
    'nope',
    '/a',
    '1:x',
    ':x',
    's3://a b',
    's3://a\u00a0b',
    's3://a\n',
    's3://a\u0000',
    's3://\u007f',
    's3://\ud800',
    7,
  ])('refuses %j', (uri) => {
    expect(() => assertReferenceUri(uri)).toThrow(INVALID)
  })

  it('has a limit', () => {
    const longest = `s3://${'a'.repeat(REFERENCE_LENGTH_MAX - 5)}`
    expect(assertReferenceUri(longest)).toBe(longest)
    expect(() => assertReferenceUri(`${longest}a`)).toThrow(/at most 8192/)
  })

  it('says what to do', () => {
    expect(() => assertReferenceUri('s3://a b')).toThrow(/percent-encode/)
    expect(() => assertReferenceUri('/data/x')).toThrow(/use addFile/)
  })
})

describe('what is refused', () => {
  it.each([
    'https://ann:secret@host/a b',
    'https://ann:se/cr#secret@host/a b',
    'https://host/a b?sig=secret',
    '//ann:secret@host/a',
    'host/a?sig=secret',
    'https://ann:secret@host/\u0000',
    'https://ann:secret@host/\ud800',
  ])('is named without the secrets of %j', (uri) => {
    expect(() => assertReferenceUri(uri)).toThrow(
      expect.objectContaining({ detail: expect.not.stringContaining('secret') }),
    )
  })
})

describe('assertReferenceDigest', () => {
  it('takes what a provider may give', () => {
    for (const digest of ['"9b2cf5-2"', 'W/"x y"', 'https://h/x']) expect(assertReferenceDigest(digest)).toBe(digest)
    for (const digest of ['', 'a\n', '\ud800', null, 'x'.repeat(REFERENCE_LENGTH_MAX + 1)]) {
      expect(() => assertReferenceDigest(digest)).toThrow(INVALID)
    }
  })
})

describe('what is no URI', () => {
  it.each([
    ['https://ann:secret@host/a b', 'https://…@host/a b'],
    ['https://host/a b?sig=secret', 'https://host/a b?…'],
    ['host/a#secret', 'host/a?…'],
    ['//ann:secret@host/a', '…@host/a'],
    ['git+ssh:\\\\ann@host b', 'git+ssh:\\\\…@host b'],
  ])('%j is named as %j', (uri, shown) => {
    expect(() => assertReferenceUri(uri)).toThrow(
      expect.objectContaining({ detail: expect.stringContaining(JSON.stringify(shown)) }),
    )
  })
})

describe('a URI in messages', () => {
  it.each([
    ['https://host/a%20b', 'https://host/a%20b'],
    ['HTTPS://Host', 'HTTPS://Host'],
    ['https://ann:secret@host/x', 'https://host/x'],
    ['https://secret@host/x?sig=secret#secret', 'https://host/x?…'],
    ['s3://key:secret@bucket/k', 's3://bucket/k'],
    ['custom:opaque?secret', 'custom:opaque?…'],
    ['http://ann:secret@', 'http:…'],
    ['https://secret@host/x', 'https://host/x'],
    ['https://:secret@host/x', 'https://host/x'],
    ['https://host/x?secret', 'https://host/x?…'],
    ['https://host/x#secret', 'https://host/x'],
  ])('%s is shown as %s', (uri, shown) => {
    expect(publicUri(uri)).toBe(shown)
  })

  it('has a scheme that is told in lower case', () => {
    expect(['S3://b/k', 'git+https://h', 'x:'].map(schemeOf)).toEqual(['s3', 'git+https', 'x'])
  })
})
