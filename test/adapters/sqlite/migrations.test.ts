import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createSqliteDatabase } from '../../../src/adapters/sqlite/index.ts'
import { migrate, SQLITE_MIGRATIONS } from '../../../src/adapters/sqlite/migrate.ts'
import { systemClock, systemIds } from '../../../src/adapters/system/index.ts'
import type { Migrations } from '../../../src/sql/schema.ts'
import { runScript } from '../../support/child-process.ts'
import { failureOf } from '../../support/failure-of.ts'
import { logOf } from '../../support/log-command.ts'
import type { FirstWriteTask } from '../../support/sqlite-first-write.ts'
import { engineOf, sqliteError } from './sqlite-engine.ts'
import type { EngineWatch } from './sqlite-engine.ts'
import { bytesOf, databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

/** A step that a later lading might add. */
const NEXT: Migrations = [
  ...SQLITE_MIGRATIONS,
  ['CREATE TABLE later (a TEXT) STRICT', 'ALTER TABLE artifacts ADD COLUMN later TEXT'],
]

/** The version of the schema that a file says it has. */
function versionOf(file: string): number {
  return (rawDatabase(file).prepare('PRAGMA user_version').get() as { user_version: number }).user_version
}

function laterLading(file: string, watch: EngineWatch = {}) {
  return createSqliteDatabase({ file, clock: systemClock, ids: systemIds, sqlite: engineOf(watch) }, NEXT)
}

describe('the schema', () => {
  test('is the one that was released: changing it takes a migration', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})

    const rows = rawDatabase(file).prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name').all()

    const text = rows.map(({ sql }) => `${sql as string};\n`).join('\n')
    await expect(text).toMatchFileSnapshot(`../../golden/sqlite-schema-${SQLITE_MIGRATIONS.length}.sql`)
    expect(versionOf(file)).toBe(SQLITE_MIGRATIONS.length)
    expect(rawDatabase(file).prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x6c616469 })
  })

  test('of a newer lading is UNSUPPORTED for reading and writing, and stays as it is', async () => {
    const file = databaseFile()
    const maker = openFile(file)
    await maker.commit(KEY, logOf('A'), {})
    await maker.close()
    const raw = rawDatabase(file)
    raw.exec(`PRAGMA user_version = ${SQLITE_MIGRATIONS.length + 1}`)
    raw.close()
    const before = bytesOf(file)

    for (const work of [openFile(file).open({}), openFile(file).commit(KEY, logOf('B'), {})]) {
      expect(await failureOf(work)).toMatchObject({ code: 'UNSUPPORTED', next: 'update lading' })
    }
    expect(bytesOf(file)).toBe(before)
  })

  test('of an older lading is brought up to date by the first look, with all that is in it', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const database = laterLading(file)

    await database.open({})

    await database.close()
    expect(versionOf(file)).toBe(NEXT.length)
    expect(rawDatabase(file).prepare('SELECT name, later FROM artifacts').all()).toEqual([
      { name: 'model', later: null },
    ])
  })

  test('of a newer lading that came while the file was open is UNSUPPORTED too, for reading and writing', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    const later = laterLading(file)
    await later.open({})
    await later.close()

    for (const work of [store.commit(KEY, logOf('B'), {}), store.head(KEY, {}), store.commit(KEY, logOf('B'), {})]) {
      expect(await failureOf(work)).toMatchObject({ code: 'UNSUPPORTED', next: 'update lading' })
    }
    expect(rawDatabase(file).prepare('SELECT next_n FROM artifacts').all()).toEqual([{ next_n: 1 }])
  })

  // BEGIN, what the step does, both marks, COMMIT.
  const statements = NEXT.slice(SQLITE_MIGRATIONS.length).flat().length + 4
  test.each(Array.from({ length: statements }, (_, index) => index))(
    'is the old one, whole, after a migration that failed at statement %i; the next one does it',
    async (index) => {
      const file = databaseFile()
      await openFile(file).commit(KEY, logOf('A'), {})
      let left = index
      const before = (sql: string): void => {
        const changes = /^(BEGIN IMMEDIATE|CREATE|ALTER|PRAGMA (application_id|user_version) =|COMMIT)/.test(sql)
        if (changes && left-- === 0) throw sqliteError(10)
      }

      const { code } = await failureOf(laterLading(file, { before }).open({}))

      expect(code).toBe('UNAVAILABLE')
      expect(versionOf(file)).toBe(SQLITE_MIGRATIONS.length)
      expect((await openFile(file).head(KEY, {}))?.next).toBe(1)
      const later = laterLading(file)
      await later.open({})
      await later.close()
      expect(versionOf(file)).toBe(NEXT.length)
    },
  )
})

describe('several processes that open at once', () => {
  test('never take the database that one of them is making for that of another program', async () => {
    const file = databaseFile()
    writeFileSync(file, '')
    let isMade = false
    const after = (sql: string): void => {
      if (isMade || !sql.includes('application_id')) return
      isMade = true
      migrate(rawDatabase(file), file, SQLITE_MIGRATIONS)
    }
    const store = openFile(file, { sqlite: engineOf({ after }) })

    expect(await store.head(KEY, {})).toBeNull()
    expect((await store.commit(KEY, logOf('A'), {})).n).toBe(0)
    expect(isMade).toBe(true)
  })

  test('make the database once, and each of them writes', async () => {
    const file = databaseFile()

    const answers = await Promise.all(
      Array.from({ length: 3 }, (_, index) =>
        runScript<number>('sqlite-first-write', { file, owner: `w${index}` } satisfies FirstWriteTask),
      ),
    )

    expect(answers.toSorted()).toEqual([0, 1, 2])
    expect(versionOf(file)).toBe(SQLITE_MIGRATIONS.length)
  })
})
