import { describe, expect, it } from 'vitest'
import type { LadingError } from '../../src/ports/index.ts'
import { parseStoreUrl } from '../../src/ports/index.ts'
import { withoutPassword } from '../../src/ports/store-url.ts'

describe('parseStoreUrl', () => {
  it('answers the URL without its parameters, and these decoded', () => {
    const { url, parameters } = parseStoreUrl('s3://bucket/a%20b?endpoint=http%3A%2F%2Fhost%3A1&region=eu', [
      'endpoint',
      'region',
      'profile',
    ])

    expect([url.href, url.host, url.pathname]).toEqual(['s3://bucket/a%20b', 'bucket', '/a%20b'])
    expect(parameters).toEqual({ endpoint: 'http://host:1', region: 'eu' })
  })

  it('takes a URL without a host, and parameters that are empty', () => {
    const { url, parameters } = parseStoreUrl('map:models?empty=', ['empty'])

    expect([url.pathname, parameters]).toEqual(['models', { empty: '' }])
  })

  it.each([
    ['no url at all', 'it is not a URL', 'write it as scheme://host/path'],
    ['s3://b#x', 'a store URL has no fragment', 'write a # in a path as %23'],
    ['s3://b?region=a&region=b', 'the parameter region is given twice', 'give it once'],
    ['s3://b?Region=a', 'unknown parameter Region', 'did you mean region? it takes region, endpoint'],
    ['s3://b?zzzzzzzz', 'unknown parameter zzzzzzzz', 'it takes region, endpoint'],
    ['s3://b?__proto__=1', 'unknown parameter __proto__', 'it takes region, endpoint'],
  ])('refuses %s', (text, detail, next) => {
    expect(refusalOf(text, ['region', 'endpoint'])).toMatchObject({ code: 'INVALID', key: text, detail, next })
  })

  it('refuses every parameter where none is known', () => {
    expect(refusalOf('s3://b?a=1', [])).toMatchObject({ detail: 'unknown parameter a', next: 'it takes none' })
  })
})

describe('withoutPassword', () => {
  it.each([
    ['https://ann:secret@host/a', 'https://ann:***@host/a'],
    ['s3+x://:secret@host', 's3+x://:***@host'],
    ['https://ann:a@b:c@host/a:b@c', 'https://ann:***@host/a:b@c'],
    ['https://ann@host/a:b@c', 'https://ann@host/a:b@c'],
    ['https://host:80/x?y=a:b@c', 'https://host:80/x?y=a:b@c'],
    ['./a:b@c', './a:b@c'],
  ])('shows %s as %s', (url, shown) => {
    expect(withoutPassword(url)).toBe(shown)
  })
})

function refusalOf(text: string, known: readonly string[]): LadingError | null {
  try {
    parseStoreUrl(text, known)
    return null
  } catch (error) {
    return error as LadingError
  }
}
