import type { Collection } from '../ports/blob-store.ts'
import type { SqlTransaction } from './database.ts'
import { countIn, textIn } from './rows.ts'

const NOTHING_CONDEMNED: Collection = { epoch: 0, state: 'swept', condemned: new Set() }

/** The state of blob collection of a project. Two statements at most. */
export async function readCollection(tx: SqlTransaction, project: string): Promise<Collection> {
  const row = await tx.get('collection', { project })
  if (row === null) return NOTHING_CONDEMNED
  const names = await tx.all('condemnedBlobs', { project })
  const state = textIn(row, 'state') === 'condemned' ? 'condemned' : 'swept'
  return { epoch: countIn(row, 'epoch'), state, condemned: new Set(names.map((name) => textIn(name, 'name'))) }
}

/**
 * Makes the blobs of a write present under the state of collection that holds when it is committed.
 *
 * They are confirmed outside of any transaction. The state is read again in the transaction that relies on them, so that
 * no limit of time is needed: no collector can come between the two.
 */
export class Confirmation {
  readonly #confirm: ((collection: Collection) => Promise<void>) | undefined
  #under: Pick<Collection, 'epoch' | 'state'> | null = null

  constructor(confirm: ((collection: Collection) => Promise<void>) | undefined) {
    this.#confirm = confirm
  }

  /** Whether blobs must be confirmed before anything is written. */
  get isDue(): boolean {
    return this.#confirm !== undefined && this.#under === null
  }

  /** The state under which blobs must be confirmed first; null when they are. */
  async missing(tx: SqlTransaction, project: string): Promise<Collection | null> {
    if (this.#confirm === undefined) return null
    const now = await readCollection(tx, project)
    return this.#under?.epoch === now.epoch && this.#under.state === now.state ? null : now
  }

  /** Confirms them under a state. */
  async under(collection: Collection): Promise<void> {
    await this.#confirm?.(collection)
    this.#under = collection
  }
}
