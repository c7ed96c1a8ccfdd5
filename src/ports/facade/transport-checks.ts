import { assertDigest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import type { LineageOptions } from '../../domain/lineage.ts'
import { assertName } from '../../domain/names.ts'
import type { Selector } from '../../domain/refs.ts'
import type { Change, IngestedBlob } from '../transport.ts'
import { assertRunKey } from './metadata-checks.ts'

/** Keys hold ten digits of a number. */
const NUMBER_MAX = 9_999_999_999

/** Refuses with `INVALID` a selector that names nothing a store could hold. */
export function assertSelector(selector: Selector): void {
  if (selector.kind === 'version' || selector.kind === 'pending') assertVersionNumber(selector.n)
  if (selector.kind === 'alias') assertName('alias', selector.alias)
  if (selector.kind === 'digest') assertDigest(selector.digest)
}

/** Refuses with `INVALID` what is no number of a version. */
export function assertVersionNumber(n: number): void {
  if (Number.isSafeInteger(n) && n >= 0 && n <= NUMBER_MAX) return
  throw new LadingError('INVALID', { detail: `no version has the number ${n}`, next: 'versions count from 0' })
}

/** Refuses with `INVALID` what is no blob: a digest and an exact size. What a service takes at most, it says itself. */
export function assertBlobs(blobs: readonly IngestedBlob[]): void {
  for (const { digest, sizeBytes } of blobs) {
    assertDigest(digest)
    if (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) continue
    throw new LadingError('INVALID', { detail: `a blob of ${sizeBytes} bytes`, next: 'give its exact size' })
  }
}

/** Refuses with `INVALID` a change without an operation id, or by a run whose names break the rule. */
export function assertChange({ opId, run }: Change): void {
  if (typeof opId !== 'string' || opId === '') {
    throw new LadingError('INVALID', {
      detail: 'a change has no operation id',
      next: 'give each intent one of its own',
    })
  }
  if (run) assertRunKey(run)
}

/** Refuses with `INVALID` a question about lineage that has no direction or no depth. */
export function assertLineage({ direction, depth }: LineageOptions): void {
  if (!['up', 'down', 'both'].includes(direction)) {
    throw new LadingError('INVALID', { detail: `the direction is "${direction}"`, next: 'say up, down or both' })
  }
  if (Number.isSafeInteger(depth) && depth >= 0) return
  throw new LadingError('INVALID', { detail: `a depth of ${depth}`, next: 'give a whole number of steps, 0 or more' })
}
