import { setImmediate } from 'node:timers/promises'
import { sha256 } from '../../domain/digest.ts'
import { isLadingError } from '../../domain/errors.ts'
import type { BulkSource } from '../../ports/bytes.ts'
import { ingestedKey } from '../../ports/bulk-objects.ts'
import type { IngestedObject } from '../../ports/bulk-objects.ts'
import type { ObjectStore } from '../../ports/object-store.ts'
import { ContractFailure } from '../check.ts'
import { listNames, readAll } from './context.ts'

/** Sizes around those at which somebody may go another way: a page, a chunk, several of them. */
export const BULK_SIZES = [0, 1, 100, 4_096, 70_000, 300_000, 1_048_575, 1_048_576, 1_048_577, 3_145_735]

/** A source that no store can know, and that nobody can read. */
export function unknownSource(): BulkSource {
  return { reader: { readAll: async (handles) => handles.map(() => null) }, handle: null }
}

/** What a store says of these bytes when it has taken them. */
export function ingested(bytes: Uint8Array): IngestedObject {
  return { digest: sha256(bytes), sizeBytes: bytes.length }
}

/** What a store said, without what it may have said beside that. */
export function answersOf(found: readonly (IngestedObject | null)[]): readonly (IngestedObject | null)[] {
  return found.map((object) => object && { digest: object.digest, sizeBytes: object.sizeBytes })
}

/** The names of all objects below a prefix, each of which must be that of its bytes. */
export async function namesOfSound(store: ObjectStore, prefix: string): Promise<readonly string[]> {
  const names = await listNames(store, prefix)
  for (const name of names) {
    const bytes = await readAll(store, `${prefix}${name}`)
    const right = bytes && ingestedKey('', sha256(bytes))
    if (right !== name) throw new ContractFailure(`the bytes of ${name}`, right === null ? 'none' : `those of ${right}`)
  }
  return names
}

/** Asserts what was told of the progress of one item: it grows, and never beyond the item. */
export function assertProgress(told: readonly number[], sizeBytes: number): void {
  for (const [index, count] of told.entries()) {
    const isRight = Number.isSafeInteger(count) && count >= (told[index - 1] ?? 0) && count <= sizeBytes
    if (!isRight) throw new ContractFailure(`counts that grow to ${sizeBytes} bytes`, told.join(', '))
  }
}

/** Whether a call that was told to stop was done all the same; otherwise it must have rejected `ABORTED`. */
export async function isDoneOrAborted(call: Promise<unknown>): Promise<boolean> {
  const [result] = await Promise.allSettled([call])
  if (result!.status === 'fulfilled') return true
  if (isLadingError(result!.reason, 'ABORTED')) return false
  throw new ContractFailure('an answer, or a rejection with ABORTED', String(result!.reason), result!.reason)
}

/** Waits until something is seen, or a call has come to its end. */
export async function untilSeen(isThere: () => Promise<boolean>, call: Promise<unknown>): Promise<void> {
  let hasEnded = false
  const end = (): void => {
    hasEnded = true
  }
  call.then(end, end)
  while (!hasEnded && !(await isThere())) await setImmediate()
}
