import { LadingError } from '../domain/errors.ts'
import type { DraftStore } from './draft-store.ts'
import type { Transport } from './transport.ts'

/** The drafts of a store that keeps none: every call rejects `UNSUPPORTED`. */
export function deniedDrafts(): DraftStore {
  return Object.freeze({ round: denied, upsert: denied, finish: denied, abandon: denied, list: denied })
}

/** What a transport without `collaborate` has in the place of drafts: every call rejects `UNSUPPORTED`. */
export function deniedCollaboration(): Pick<Transport, 'draftRound' | 'upsert' | 'finish' | 'abandon' | 'drafts'> {
  return { draftRound: denied, upsert: denied, finish: denied, abandon: denied, drafts: denied }
}

/** The refusal of what a capability denies. */
export function deniedError(capability: string): LadingError {
  return new LadingError('UNSUPPORTED', {
    detail: `this service has no ${capability}`,
    next: 'see its capabilities, or use another store',
  })
}

async function denied(): Promise<never> {
  throw deniedError('collaborate')
}
