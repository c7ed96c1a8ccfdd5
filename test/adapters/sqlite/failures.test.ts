import { describe, expect, test } from 'vitest'
import { failureOf } from '../../support/failure-of.ts'
import { logOf } from '../../support/log-command.ts'
import { engineOf, sqliteError } from './sqlite-engine.ts'
import { databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

/** Primary result codes of SQLite. */
const [FULL, IOERR, NOMEM, CORRUPT, READONLY, INTERRUPT] = [13, 10, 7, 11, 8, 9]
/** SQLITE_IOERR_WRITE: extended codes carry the primary one in their lowest byte. */
const IOERR_WRITE = 778

describe('a full disk', () => {
  test('is UNAVAILABLE without a retry; nothing is changed, and all goes on once there is room', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('first'), {})
    const raw = rawDatabase(file)
    const { page_count: pages } = raw.prepare('PRAGMA page_count').get() as { page_count: number }
    const opened = (connection: { exec(sql: string): void }) => connection.exec(`PRAGMA max_page_count = ${pages + 8}`)
    const store = openFile(file, { sqlite: engineOf({ opened }) })
    const metadata = { note: 'x'.repeat(8_000) }

    let n = 1
    const fill = async (): Promise<never> => {
      for (; ; n++) await store.commit(KEY, logOf(`content ${n}`, { metadata, aliases: ['prod'] }), {})
    }
    const error = await failureOf(fill())

    expect(error).toMatchObject({ code: 'UNAVAILABLE', retry: 'never', detail: expect.stringContaining('full') })
    expect(n).toBeGreaterThan(1)
    expect(await store.head(KEY, {})).toMatchObject({ next: n, aliases: { prod: n - 1 } })
    const roomy = openFile(file)
    expect((await roomy.commit(KEY, logOf(`content ${n}`, { metadata }), {})).n).toBe(n)
  })
})

describe('a statement that fails', () => {
  test.each([
    [FULL, 'UNAVAILABLE'],
    [IOERR, 'UNAVAILABLE'],
    [IOERR_WRITE, 'UNAVAILABLE'],
    [NOMEM, 'UNAVAILABLE'],
    [CORRUPT, 'CORRUPT'],
    [READONLY, 'UNAUTHORIZED'],
    [INTERRUPT, 'UNAVAILABLE'],
  ])('with result code %i is %s; its transaction has changed nothing', async (errcode, code) => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    let isBroken = true
    const before = (sql: string): void => {
      if (isBroken && sql.startsWith('INSERT INTO applied_operations')) throw sqliteError(errcode)
    }
    const store = openFile(file, { sqlite: engineOf({ before }) })

    const error = await failureOf(store.commit(KEY, logOf('B', { aliases: ['prod'] }), {}))

    expect(error).toMatchObject({ code, adapter: 'sqlite', operation: 'log', key: 'demo/model' })
    expect(await openFile(file).head(KEY, {})).toMatchObject({ next: 1, aliases: {} })
    isBroken = false
    expect((await store.commit(KEY, logOf('B'), {})).n, 'the same handle goes on').toBe(1)
  })

  test('and cannot be rolled back either costs no more than its connection', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    let isBroken = true
    const before = (sql: string): void => {
      if (isBroken && /^(INSERT INTO moves|ROLLBACK)/.test(sql)) throw sqliteError(IOERR)
    }
    const store = openFile(file, { sqlite: engineOf({ before }) })

    const { code } = await failureOf(store.commit(KEY, logOf('B', { aliases: ['prod'] }), {}))

    expect(code).toBe('UNAVAILABLE')
    isBroken = false
    expect((await store.commit(KEY, logOf('B'), {})).n).toBe(1)
  })

  test('of a read is UNAVAILABLE', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const before = (sql: string): void => {
      if (sql.startsWith('SELECT name, n FROM aliases')) throw sqliteError(IOERR)
    }

    const { code } = await failureOf(openFile(file, { sqlite: engineOf({ before }) }).head(KEY, {}))

    expect(code).toBe('UNAVAILABLE')
  })
})

describe('a commit that is not answered', () => {
  test.each([
    ['before', 1],
    ['after', 2],
  ] as const)(
    '%s it took effect is UNKNOWN_OUTCOME; the same command, sent again, is done once',
    async (when, next) => {
      const file = databaseFile()
      const maker = openFile(file)
      await maker.commit(KEY, logOf('A'), {})
      const { rev: baseRev } = (await maker.head(KEY, {}))!
      let isBroken = false
      const fail = (sql: string): void => {
        if (isBroken && sql === 'COMMIT') throw sqliteError(IOERR)
      }
      const store = openFile(file, { sqlite: engineOf({ [when]: fail }) })
      await store.open({})
      isBroken = true
      const command = logOf('B', { aliases: ['prod'], delivery: 'first', baseRev })

      const error = await failureOf(store.commit(KEY, command, {}))

      expect(error.code).toBe('UNKNOWN_OUTCOME')
      isBroken = false
      expect((await openFile(file).head(KEY, {}))?.next).toBe(next)
      expect(await store.commit(KEY, { ...command, delivery: 'resent' }, {})).toMatchObject({ n: 1, created: true })
      expect(await store.moves(KEY, {})).toHaveLength(1)
    },
  )

  test('stays one when its connection can be neither rolled back nor closed', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    let isBroken = false
    const before = (sql: string): void => {
      if (isBroken && /^(COMMIT|ROLLBACK|close)$/.test(sql)) throw sqliteError(IOERR)
    }
    const store = openFile(file, { sqlite: engineOf({ before }) })
    await store.open({})
    isBroken = true

    const work = store.commit(KEY, logOf('B'), {})

    expect((await failureOf(work)).code).toBe('UNKNOWN_OUTCOME')
    isBroken = false
    expect((await store.head(KEY, {}))?.next).toBe(1)
  })

  test('because others held the lock is tried again: it has certainly changed nothing', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    let busy = 2
    const before = (sql: string): void => {
      if (sql === 'COMMIT' && busy-- > 0) throw sqliteError(5)
    }

    const answer = await openFile(file, { sqlite: engineOf({ before }) }).commit(KEY, logOf('B'), {})

    expect(answer).toMatchObject({ n: 1, created: true })
    expect((await openFile(file).head(KEY, {}))?.next).toBe(2)
  })
})
