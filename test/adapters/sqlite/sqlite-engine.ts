import { DatabaseSync } from 'node:sqlite'
import type { SqliteModule } from '../../../src/adapters/sqlite/index.ts'
import { unsynced } from '../../contract/support/sqlite.ts'

/** What an engine does around each of its calls. */
export interface EngineWatch {
  /** Called with a connection that was just opened. */
  opened?(connection: DatabaseSync): void
  /** Called before each statement, prepared or not, with its SQL, and with `close` before that; may throw. */
  before?(sql: string): void
  /** Called after one that succeeded; may throw. */
  after?(sql: string): void
  readonly readOnly?: boolean
}

/** `node:sqlite`, watched. */
export function engineOf({ opened, before, after, readOnly = false }: EngineWatch): SqliteModule {
  const watched = <T>(sql: string, call: () => T): T => {
    before?.(sql)
    const answer = call()
    after?.(sql)
    return answer
  }
  return {
    DatabaseSync: class {
      readonly #database: DatabaseSync
      constructor(file: string) {
        this.#database = new DatabaseSync(file, { readOnly: readOnly && file !== ':memory:' })
        opened?.(this.#database)
      }
      exec(sql: string): void {
        watched(sql, () => this.#database.exec(unsynced(sql)))
      }
      prepare(sql: string) {
        const statement = this.#database.prepare(sql)
        return {
          all: (params: Record<string, string | number | null>) => watched(sql, () => statement.all(params)),
          get: (params: Record<string, string | number | null>) => watched(sql, () => statement.get(params)),
          run: (params: Record<string, string | number | null>) => watched(sql, () => statement.run(params)),
        }
      }
      close(): void {
        before?.('close')
        this.#database.close()
      }
    } as unknown as SqliteModule['DatabaseSync'],
  }
}

/** An error as `node:sqlite` throws it. */
export function sqliteError(errcode: number): Error {
  return Object.assign(new Error(`result code ${errcode}`), { code: 'ERR_SQLITE_ERROR', errcode })
}
