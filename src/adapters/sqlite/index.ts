export { SQLITE_CAPABILITIES } from './capabilities.ts'
export type { SqliteConnection, SqliteModule, SqliteStatement, SqliteValue } from './client.ts'
export type { SqliteOptions } from './config.ts'
export { createSqliteDatabase } from './database.ts'
