import type { Params, Row, SqlTransaction } from '../../sql/database.ts'
import { STATEMENTS } from '../../sql/statements.ts'
import type { Statement } from '../../sql/statements.ts'
import type { SqliteConnection, SqliteStatement } from './client.ts'
import { isBusy, newerSchema, unknownCommit } from './errors.ts'

/** What a connection was opened on. */
export interface Opened {
  readonly file: string
  /** The version of the schema that it knows. */
  readonly schema: number
}

/** One connection: its transactions, one after another. Each statement is prepared once. */
export class Connection {
  readonly #sqlite: SqliteConnection
  readonly #prepared = new Map<Statement, SqliteStatement>()
  readonly #transaction: SqlTransaction
  readonly #opened: Opened
  readonly #userVersion: SqliteStatement
  #isUsable = true

  constructor(sqlite: SqliteConnection, opened: Opened) {
    this.#sqlite = sqlite
    this.#opened = opened
    this.#userVersion = sqlite.prepare('PRAGMA user_version')
    // SQLite answers at once: awaiting it never lets anything but promises of this transaction come in between.
    this.#transaction = {
      // Column types are those of the schema, which has no blobs and no numbers above 2^53.
      all: async (statement, params) => this.#prepare(statement).all(params) as Row[],
      get: async (statement, params) => (this.#prepare(statement).get(params) as Row | undefined) ?? null,
      run: async (statement, params: Params) => Number(this.#prepare(statement).run(params).changes),
    }
  }

  /**
   * False after a transaction that could not be undone, or that found another schema: the connection must be closed,
   * which undoes what is left.
   */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Runs a body in a transaction. `UNKNOWN_OUTCOME`: its commit was not answered. Otherwise an error changed nothing. */
  async run<T>(mode: 'read' | 'write', body: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    this.#sqlite.exec(mode === 'read' ? 'BEGIN' : 'BEGIN IMMEDIATE')
    try {
      this.#assertSchema()
      const answer = await body(this.#transaction)
      this.#commit(mode)
      return answer
    } catch (error) {
      this.#rollBack()
      throw error
    }
  }

  /** A newer lading may bring the schema up to date while this one has the file open. */
  #assertSchema(): void {
    const { file, schema: known } = this.#opened
    const { user_version: found } = this.#userVersion.get({}) as { user_version: number }
    if (found === known) return
    this.#isUsable = false
    throw newerSchema(file, { found, known })
  }

  #commit(mode: 'read' | 'write'): void {
    try {
      this.#sqlite.exec('COMMIT')
    } catch (error) {
      // Who only read, or could not get the lock, has certainly changed nothing.
      throw mode === 'read' || isBusy(error) ? error : unknownCommit(error)
    }
  }

  #rollBack(): void {
    try {
      this.#sqlite.exec('ROLLBACK')
    } catch {
      // Also when SQLite has rolled back by itself, as it does after some errors. The first error is the one to report.
      this.#isUsable = false
    }
  }

  close(): void {
    this.#sqlite.close()
  }

  #prepare(statement: Statement): SqliteStatement {
    const known = this.#prepared.get(statement)
    if (known) return known
    const prepared = this.#sqlite.prepare(STATEMENTS[statement])
    this.#prepared.set(statement, prepared)
    return prepared
  }
}
