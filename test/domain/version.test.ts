import { expect, test } from 'vitest'
import { isLive, METADATA_INLINE_BYTES_MAX, tombstoneOf } from '../../src/domain/version.ts'
import { versionOf } from './versions.ts'

test('a version lives unless it was deleted or lies below the floor', () => {
  expect(isLive(versionOf(2), 2)).toBe(true)
  expect(isLive(versionOf(2), 1)).toBe(true)
  expect(isLive(versionOf(2), 3)).toBe(false)
  expect(isLive(versionOf(2, { deleted: true }), 0)).toBe(false)
})

test('a tombstone keeps all that is on record of a version', () => {
  const version = versionOf(2, { aliases: ['prod'], metadata: { a: 1 } })

  expect(tombstoneOf(version)).toEqual({ ...version, deleted: true })
  expect(version.deleted).toBe(false)
})

test('metadata of up to 16 KiB lies in the record', () => {
  expect(METADATA_INLINE_BYTES_MAX).toBe(16_384)
})
