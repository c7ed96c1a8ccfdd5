import type { CallOptions } from '../ports/call.ts'
import type { Statement } from './statements.ts'

/** What a column holds. Truth is 0 or 1. */
export type Value = string | number | null

/** One row of an answer: column → value. */
export type Row = Readonly<Record<string, Value>>

/** Values of the parameters that a statement names; each of them, and no others. */
export type Params = Readonly<Record<string, Value>>

/** One transaction that is under way. It must not be used after its body has ended. */
export interface SqlTransaction {
  /** All rows of a query, in its order. */
  all(statement: Statement, params: Params): Promise<readonly Row[]>
  /** The first row of a query; null when there is none. */
  get(statement: Statement, params: Params): Promise<Row | null>
  /** Carries out a change; answers how many rows it changed. */
  run(statement: Statement, params: Params): Promise<number>
}

/** What the SQL core needs of a database. An adapter implements it; the core writes no SQL but its registered statements. */
export interface SqlDatabase {
  readonly adapter: string

  /** Makes sure that the database can be read. Rejects `UNSUPPORTED` when it has a newer schema. Creates nothing. */
  open(options: CallOptions): Promise<void>

  /**
   * Runs `body` in one transaction and answers what it answers.
   *
   * - `read`: everything is read as of one moment. A database that was not made yet reads as an empty one.
   * - `write`: no other write happens between its first statement and its commit; the commit is durable when it settles.
   *   Makes the database where there is none.
   * - Must roll everything back when `body` rejects, and reject with that very error.
   * - Must reject `UNKNOWN_OUTCOME` when the commit may or may not have taken effect, another code only when it has not.
   * - Waits for other writers without blocking this thread, up to a limit of its own; then `UNAVAILABLE`.
   * - The signal is asked before each try. What was begun is brought to its end.
   * - `body` may be run again after a try that changed nothing. It awaits nothing but the transaction.
   */
  transaction<T>(
    mode: 'read' | 'write',
    body: (transaction: SqlTransaction) => Promise<T>,
    options: CallOptions,
  ): Promise<T>

  /** Releases what it holds. Idempotent. */
  close(): Promise<void>
}
