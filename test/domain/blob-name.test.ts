import { describe, expect, test } from 'vitest'
import { blobFolder, formatBlobName, parseBlobName, reliableUnder } from '../../src/domain/blob-name.ts'
import type { Digest } from '../../src/domain/digest.ts'

const DIGEST = `ab${'0'.repeat(62)}` as Digest

describe('the name of a blob', () => {
  test.each([
    [`blobs/ab/${DIGEST}`, { kind: 'blob', digest: DIGEST, epoch: null }],
    [`blobs/ab/${DIGEST}.3`, { kind: 'blob', digest: DIGEST, epoch: 3 }],
    [`packs/${DIGEST}`, { kind: 'pack', digest: DIGEST, epoch: null }],
    [`packs/${DIGEST}.12`, { kind: 'pack', digest: DIGEST, epoch: 12 }],
  ] as const)('%s says what it names', (name, parts) => {
    expect(parseBlobName(name)).toEqual(parts)
    expect(formatBlobName(parts)).toBe(name)
  })

  test('begins with its folder', () => {
    expect(blobFolder(DIGEST)).toBe('blobs/ab/')
  })

  test.each([
    '',
    DIGEST,
    `blobs/${DIGEST}`,
    `blobs/cd/${DIGEST}`,
    `blobs/ab/${DIGEST}.`,
    `blobs/ab/${DIGEST}.0`,
    `blobs/ab/${DIGEST}.03`,
    `blobs/ab/${DIGEST}.99999999999999999999`,
    `blobs/ab/${DIGEST.toUpperCase()}`,
    `packs/ab/${DIGEST}`,
    `packs/${DIGEST}/x`,
    `../packs/${DIGEST}`,
    `packs/${DIGEST}\n`,
  ])('is not %j', (name) => {
    expect(parseBlobName(name)).toBeNull()
  })
})

describe('while names are condemned', () => {
  const [blob, pack] = [`blobs/ab/${DIGEST}`, `packs/${DIGEST}`]
  const other = `cd${'0'.repeat(62)}` as Digest

  test('a blob of its own may be relied on unless one of its names is among them', () => {
    for (const name of [blob, `${blob}.3`]) {
      const isReliable = reliableUnder(new Set(['no name', pack, name]))

      expect([isReliable(DIGEST, null), isReliable(other, null), isReliable(DIGEST, null)]).toEqual([
        false,
        true,
        false,
      ])
    }
  })

  test('a blob of its own is not condemned by a pack of the same digest', () => {
    expect(reliableUnder(new Set([pack]))(DIGEST, null)).toBe(true)
  })

  test('a blob in a pack may be relied on unless that pack is among them', () => {
    const isReliable = reliableUnder(new Set([blob, pack]))

    expect(isReliable(DIGEST, pack)).toBe(false)
    expect(isReliable(DIGEST, `${pack}.1`)).toBe(true)
  })
})
