import { LadingError } from '../../domain/errors.ts'
import { BULK_BYTES_MAX, BULK_COUNT_MAX } from '../object-store.ts'
import type { SmallObject } from '../object-store.ts'
import { assertKey } from './checks.ts'

/** Rejects `INVALID` for wrong keys, and for more of them than one call may name. */
export function assertBulkKeys(keys: readonly string[]): void {
  if (keys.length > BULK_COUNT_MAX) throw tooMany(`${keys.length} keys, at most ${BULK_COUNT_MAX}`)
  keys.forEach(assertKey)
}

/** The same for a reading, and for more bytes than one call may move. */
export function assertBulkRead(
  keys: readonly string[],
  { bytesMax = 0 }: { readonly bytesMax?: number | undefined },
): void {
  assertBulkKeys(keys)
  assertBulkBytes(bytesMax)
}

/** The same for objects. */
export function assertSmallObjects(objects: readonly SmallObject[]): void {
  assertBulkRead(
    objects.map(({ key }) => key),
    { bytesMax: bytesOf(objects) },
  )
}

/** Bytes of all objects. */
export function bytesOf(objects: readonly SmallObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes.length, 0)
}

function assertBulkBytes(bytes: number): void {
  if (bytes > BULK_BYTES_MAX) throw tooMany(`${bytes} bytes, at most ${BULK_BYTES_MAX}`)
}

function tooMany(what: string): LadingError {
  return new LadingError('INVALID', { detail: `${what} may be moved in one call`, next: 'make several calls' })
}
