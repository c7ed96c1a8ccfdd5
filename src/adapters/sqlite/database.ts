import { setImmediate } from 'node:timers/promises'
import { isLadingError } from '../../domain/errors.ts'
import { throwIfAborted } from '../../ports/facade/call-gate.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { SqlDatabase, SqlTransaction } from '../../sql/database.ts'
import type { Migrations } from '../../sql/schema.ts'
import { importSqlite } from './client.ts'
import type { SqliteModule } from './client.ts'
import { LOCK_WAIT_MS, PAUSE_MS_MAX, resolveFile, TURN_MS } from './config.ts'
import type { SqliteOptions } from './config.ts'
import type { Connection } from './connection.ts'
import { isBusy, translated } from './errors.ts'
import { SQLITE_MIGRATIONS } from './migrate.ts'
import { identityOf } from './folder.ts'
import { openExisting, openOrMake, openStandIn } from './opening.ts'
import type { Opening } from './opening.ts'

type Body<T> = (transaction: SqlTransaction) => Promise<T>

/**
 * A database in a SQLite file. Any number of processes of one machine may use it at once; each call waits for its turn
 * without blocking this thread for more than some milliseconds.
 *
 * Does no I/O until it is used. Rejects `INVALID` for a path that is none.
 */
export function createSqliteDatabase(options: SqliteOptions, steps: Migrations = SQLITE_MIGRATIONS): SqlDatabase {
  return new SqliteDatabase(options, steps)
}

class SqliteDatabase implements SqlDatabase {
  readonly adapter = 'sqlite'
  readonly #options: SqliteOptions
  readonly #file: string
  readonly #migrations: Migrations
  #sqlite: SqliteModule | null
  #connection: Connection | null = null
  /** The file that the connection has open. */
  #identity: string | null = null
  #standIn: Connection | null = null
  /** The turns of this handle's transactions: a connection has one at a time. */
  #turn: Promise<unknown> = Promise.resolve()
  /** When others last got this thread. */
  #turnedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: SqliteOptions, steps: Migrations) {
    this.#options = options
    this.#file = resolveFile(options.file)
    this.#migrations = steps
    this.#sqlite = options.sqlite ?? null
  }

  async open(options: CallOptions): Promise<void> {
    try {
      await this.transaction('read', async () => undefined, options)
    } catch (error) {
      throw isLadingError(error) ? error.with({ key: this.#file }) : error
    }
  }

  async transaction<T>(mode: 'read' | 'write', body: Body<T>, options: CallOptions): Promise<T> {
    const { clock, ids } = this.#options
    const until = clock.monotonicMs() + LOCK_WAIT_MS
    for (let tries = 1; ; tries++) {
      try {
        return await this.#inTurn(async () => {
          await this.#letOthersRun()
          throwIfAborted(options)
          return this.#try(mode, body)
        })
      } catch (error) {
        if (!isBusy(error) || clock.monotonicMs() >= until) throw translated(error)
      }
      // Grows exponentially, with full jitter so that writers which met once do not meet again.
      await clock.pause(ids.random() * Math.min(PAUSE_MS_MAX, 2 ** Math.min(tries, 10)), options.signal)
    }
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => {
      this.#standIn?.close()
      this.#connection?.close()
      this.#standIn = null
      this.#connection = null
    })
  }

  /** SQLite answers without leaving this thread: a row of calls would keep it from everything else, an abort included. */
  async #letOthersRun(): Promise<void> {
    const { clock } = this.#options
    if (clock.monotonicMs() - this.#turnedAtMs < TURN_MS) return
    await setImmediate()
    this.#turnedAtMs = clock.monotonicMs()
  }

  /** One try. What it throws has changed nothing, but for `UNKNOWN_OUTCOME`. */
  async #try<T>(mode: 'read' | 'write', body: Body<T>): Promise<T> {
    const connection = await this.#connect(mode)
    try {
      return await connection.run(mode, body)
    } finally {
      if (!connection.isUsable) this.#forget(connection)
    }
  }

  async #connect(mode: 'read' | 'write'): Promise<Connection> {
    // SQLite would go on with a file that was moved or deleted, and acknowledge what nobody will ever read.
    if (this.#connection && identityOf(this.#file) !== this.#identity) this.#forget(this.#connection)
    if (this.#connection) return this.#connection
    this.#sqlite ??= await importSqlite()
    const opening: Opening = { file: this.#file, sqlite: this.#sqlite, migrations: this.#migrations }
    this.#connection = mode === 'write' ? openOrMake(opening) : openExisting(opening)
    this.#identity = identityOf(this.#file)
    if (this.#connection) return this.#connection
    this.#standIn ??= openStandIn(opening)
    return this.#standIn
  }

  /** A connection in an unknown state: closing it undoes what it had begun, and the next call opens another. */
  #forget(connection: Connection): void {
    if (this.#connection === connection) this.#connection = null
    if (this.#standIn === connection) this.#standIn = null
    try {
      connection.close()
    } catch {
      // The error that made it unusable is the one to report: it says whether anything was changed.
    }
  }

  async #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(run)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}
