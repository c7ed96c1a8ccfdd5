import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatAge, formatBytes, formatCount, formatPath, formatTime } from '../../src/cli/formats.ts'
import { nearest } from '../../src/domain/nearest.ts'
import { formatProgress } from '../../src/cli/progress-bar.ts'
import { fit, printable, widthOf } from '../../src/cli/terminal.ts'

describe('formats', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9_995, '10.0 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [Number.MAX_SAFE_INTEGER, '9.01 PB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it.each([
    [0, 'just now'],
    [-5, 'just now'],
    [60, '1m ago'],
    [7200, '2h ago'],
    [86_400 * 29, '29d ago'],
    [86_400 * 400, '1y ago'],
  ])('%i seconds are %s', (seconds, text) => {
    const now = Date.parse('2026-01-01T00:00:00.000Z')
    expect(formatAge(new Date(now - seconds * 1000).toISOString(), now)).toBe(text)
  })

  it('prints times to the second and counts with their noun', () => {
    expect(formatTime('2026-11-21T11:12:47.123Z')).toBe('2026-11-21 11:12:47 UTC')
    expect([formatCount(1, 'file'), formatCount(2, 'file')]).toEqual(['1 file', '2 files'])
  })

  it('prints nothing that a terminal acts on', () => {
    expect(printable('a\u001b[2J\u009b\u202eb\n船')).toBe(String.raw`a\u001b[2J\u009b\u202eb\u000a船`)
  })

  it('measures and cuts by columns, and cuts no character in half', () => {
    expect([
      widthOf('ship'),
      widthOf('船'),
      widthOf('e\u0301'),
      widthOf('🚢'),
      widthOf('\u001b[1mx\u001b[22m'),
    ]).toEqual([4, 2, 1, 2, 1])
    expect(fit('船船船', 4)).toBe('船…')
  })

  it('draws a bar only where there is room for it', () => {
    const progress = { phase: 'log', files: 1, filesTotal: 2, bytes: 5e6, bytesTotal: 1e7 } as const

    expect(formatProgress(progress, { seconds: 2, columns: 70 })).toBe(
      'log  ████████░░░░░░░░░   50%  5.00 MB of 10.0 MB  1/2 files  2.50 MB/s',
    )
    expect(formatProgress(progress, { seconds: 2, columns: 40 })).toHaveLength(40)
    expect(formatProgress({ ...progress, bytesTotal: null }, { seconds: 2, columns: 80 })).toBe(
      'log  5.00 MB  1/2 files  2.50 MB/s',
    )
  })

  it('shows a path as it is typed: relative below the folder, else absolute', () => {
    const folder = resolve('/home/ann/ships')

    expect(formatPath(resolve(folder, 'a', '..b'), folder)).toBe(join('a', '..b'))
    expect(formatPath(folder, folder)).toBe('.')
    expect(formatPath(resolve('/home/ann'), folder)).toBe(resolve('/home/ann'))
    expect(formatPath(resolve('/home/ann/ships-2'), folder)).toBe(resolve('/home/ann/ships-2'))
  })

  it('finds the nearest match, or none', () => {
    expect(nearest('prdo', ['latest', 'prod', 'v0'])).toBe('prod')
    expect(nearest('RESNET', ['resnet', 'vgg'])).toBe('resnet')
    expect(nearest('something', ['else', 'entirely'])).toBeNull()
  })
})
