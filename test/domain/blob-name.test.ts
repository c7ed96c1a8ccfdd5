import { describe, expect, test } from 'vitest'
import { blobFolder, formatBlobName, parseBlobName } from '../../src/domain/blob-name.ts'
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
