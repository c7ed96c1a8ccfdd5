import { LadingError } from '../domain/errors.ts'
import type { DraftStore } from './draft-store.ts'
import type { BulkObjects } from './bulk-objects.ts'
import type { BatchStore } from './object-store.ts'
import type { Transport } from './transport.ts'

/** The drafts of a store that keeps none: every call rejects `UNSUPPORTED`. */
export function deniedDrafts(): DraftStore {
  const denied = denying('collaborate')
  return Object.freeze({ round: denied, upsert: denied, finish: denied, abandon: denied, list: denied })
}

/** What a transport without `collaborate` has in the place of drafts: every call rejects `UNSUPPORTED`. */
export function deniedCollaboration(): Pick<Transport, 'draftRound' | 'upsert' | 'finish' | 'abandon' | 'drafts'> {
  const denied = denying('collaborate')
  return { draftRound: denied, upsert: denied, finish: denied, abandon: denied, drafts: denied }
}

/** What a driver without `batch` has in its place: every call rejects `UNSUPPORTED`. */
export function deniedBatch(): BatchStore {
  const denied = denying('batch')
  return { tip: denied, getAt: denied, listAt: denied, commit: denied, commitsSince: denied }
}

/** What a driver without `bulk` has in its place: every call rejects `UNSUPPORTED`. */
export function deniedBulk(): BulkObjects {
  const denied = denying('bulk')
  return { deliverAll: denied, ingestAll: denied, vouchAll: denied }
}

/** The refusal of what a capability denies. */
export function deniedError(capability: string): LadingError {
  return new LadingError('UNSUPPORTED', {
    detail: `this service has no ${capability}`,
    next: 'see its capabilities, or use another store',
  })
}

function denying(capability: string): () => Promise<never> {
  return async () => {
    throw deniedError(capability)
  }
}
