import { assertDigests } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { BULK_COUNT_MAX, ingestedKey } from '../bulk-objects.ts'
import type { BulkSource } from '../bytes.ts'
import type { DeliveredObject, IngestedObject, IngestOptions, PrefixOptions } from '../bulk-objects.ts'
import { assertKey, assertPrefix } from './checks.ts'

/** Rejects `INVALID` for wrong keys or digests, and for more of them than one call may name. */
export function assertDeliver(objects: readonly DeliveredObject[]): void {
  assertObjects(objects)
  for (const { key } of objects) assertKey(key)
}

/** Rejects `INVALID` for wrong digests, for more of them than one call may name, and for what is no prefix of keys. */
export function assertVouch(objects: readonly IngestedObject[], { prefix }: PrefixOptions): void {
  assertObjects(objects)
  assertContentPrefix(prefix)
}

/** Rejects `INVALID` for more sources than one call may name, and for what is no prefix of keys. */
export function assertIngest(sources: readonly BulkSource[], { prefix }: IngestOptions): void {
  if (sources.length > BULK_COUNT_MAX) throw tooMany(`${sources.length} sources, at most ${BULK_COUNT_MAX}`)
  assertContentPrefix(prefix)
}

/** With a digest behind it a prefix must still be a key. */
function assertContentPrefix(prefix: string): void {
  assertPrefix(prefix)
  assertKey(ingestedKey(prefix, '0'.repeat(64)))
}

function assertObjects(objects: readonly IngestedObject[]): void {
  if (objects.length > BULK_COUNT_MAX) throw tooMany(`${objects.length} objects, at most ${BULK_COUNT_MAX}`)
  assertDigests(objects.map(({ digest }) => digest))
}

function tooMany(what: string): LadingError {
  return new LadingError('INVALID', { detail: `${what} may be moved in one call`, next: 'make several calls' })
}
