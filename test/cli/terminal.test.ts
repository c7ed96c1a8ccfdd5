import { describe, expect, it } from 'vitest'
import { createProgressBar } from '../../src/cli/progress-bar.ts'
import { withoutSecrets } from '../../src/cli/secrets.ts'
import { widthOf, wrap, wrapHanging } from '../../src/cli/terminal.ts'

describe('text for a terminal', () => {
  it('is broken between words, and a long word stays whole', () => {
    expect(wrap('a bill of lading is /a/path/that/is/long here', 12)).toEqual([
      'a bill of',
      'lading is',
      '/a/path/that/is/long',
      'here',
    ])
    expect(wrap('船 船 船', 5)).toEqual(['船 船', '船'])
    expect(wrap('', 10)).toEqual([''])
    expect(wrap('not broken in a pipe', Number.POSITIVE_INFINITY)).toHaveLength(1)
  })

  it('hangs by two columns, and fits with them', () => {
    const lines = wrapHanging('lading: some words that do not fit one line', 20)

    expect(lines.slice(1).every((line) => /^ {2}\S/.test(line))).toBe(true)
    expect(lines.every((line) => widthOf(line) <= 20)).toBe(true)
  })

  it('has no progress bar where a line cannot be erased', () => {
    const { TERM } = process.env
    process.env['TERM'] = 'dumb'
    try {
      expect(
        createProgressBar(Object.assign(Object.create(process.stderr), { isTTY: true }) as NodeJS.WriteStream),
      ).toBe(null)
    } finally {
      if (TERM === undefined) delete process.env['TERM']
      else process.env['TERM'] = TERM
    }
  })
})

describe('secrets', () => {
  it.each([
    ['s3://id:geheim@bucket/p', 's3://***@bucket/p'],
    ['see https://me@host/x?a=1 and http://u:p@ss@h', 'see https://***@host/x?a=1 and http://***@h'],
    ['s3://b?region=eu&secretAccessKey=x&sessionToken=y', 's3://b?region=eu&secretAccessKey=***&sessionToken=***'],
    ['https://h/p?X-Amz-Signature=s&X-Amz-Credential=c', 'https://h/p?X-Amz-Signature=***&X-Amz-Credential=***'],
    ['https://h/p#access_token=x&a=1', 'https://h/p#access_token=***&a=1'],
    ['az://c?sig=abc%3D&se=2027', 'az://c?sig=***&se=2027'],
    ['x://h?password=a&passwd=b&api_key=c&token=d#f', 'x://h?password=***&passwd=***&api_key=***&token=***#f'],
  ])('in %s are not shown', (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown)
  })

  it.each(['./.lading', 'C:\\models', 'sqlite:m.db', 's3://bucket/prefix?endpoint=e', 'mail@host', 'model@abc'])(
    'are none in %s',
    (text) => {
      expect(withoutSecrets(text)).toBe(text)
    },
  )
})
