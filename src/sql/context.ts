import type { Clock, Ids } from '../ports/environment.ts'
import type { SqlDatabase } from './database.ts'

/** What every part of the core works with. */
export interface SqlContext {
  readonly database: SqlDatabase
  readonly clock: Clock
  readonly ids: Ids
}
