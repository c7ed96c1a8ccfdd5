import { LadingError } from '../domain/errors.ts'
import { GRACE_MS } from '../domain/limits.ts'
import type { Collection } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import type { Clock } from '../ports/environment.ts'
import type { ProtocolContext } from './context.ts'
import { collectionKey, condemnedKey } from './keys.ts'
import { collectionSchema, condemnedSchema, parseDocument } from './schemas.ts'

const NOTHING_CONDEMNED: Collection = { epoch: 0, state: 'swept', condemned: new Set() }

/** Reads the state of blob collection of projects. The list of an epoch never changes, so that it is read once. */
export function createCollectionReader({ objects, registers }: ProtocolContext) {
  const lists = new Map<string, ReadonlySet<string>>()

  async function condemned(project: string, list: string, options: CallOptions): Promise<ReadonlySet<string>> {
    const key = condemnedKey(project, list)
    const cached = lists.get(key)
    if (cached) return cached
    const found = await objects.get(key, options)
    if (!found) throw missingList(key)
    const names = new Set(parseDocument(condemnedSchema, found.bytes, key).names)
    lists.clear()
    lists.set(key, names)
    return names
  }

  return async (project: string, options: CallOptions): Promise<Collection> => {
    const found = await registers.read(collectionKey(project), options)
    if (!found) return NOTHING_CONDEMNED
    const { epoch, state, list } = parseDocument(collectionSchema, found.bytes, collectionKey(project))
    return { epoch, state, condemned: list === null ? new Set() : await condemned(project, list, options) }
  }
}

/**
 * Makes a version's blobs present under the collection state that holds, whatever a collector does meanwhile.
 * Answers the time until which the version may be sent.
 */
export async function confirmUnder(
  steps: { read: () => Promise<Collection>; confirm: (collection: Collection) => Promise<void>; clock: Clock },
  prepared: Collection | null,
): Promise<number> {
  let current = prepared ?? (await steps.read())
  for (;;) {
    const confirmed = current
    await steps.confirm(confirmed)
    const readAtMs = steps.clock.monotonicMs()
    current = await steps.read()
    if (sameState(confirmed, current)) return readAtMs + GRACE_MS / 2
  }
}

/** Whether two reads of the register saw one state. */
export function sameState(a: Collection, b: Collection): boolean {
  return a.epoch === b.epoch && a.state === b.state
}

function missingList(key: string): LadingError {
  return new LadingError('CORRUPT', {
    key,
    detail: 'the list of condemned blobs is missing',
    next: 'restore it from a backup of the store; without it no blob can be relied on',
  })
}
