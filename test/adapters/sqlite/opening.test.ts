import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Artifact, openStore } from '../../../src/index.ts'
import { createSqliteMetadataStore } from '../../../src/composition/sqlite.ts'
import { runScript } from '../../support/child-process.ts'
import { failureOf } from '../../support/failure-of.ts'
import { logOf } from '../../support/log-command.ts'
import type { WithoutSqlite } from '../../support/without-sqlite.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { engineOf } from './sqlite-engine.ts'
import { bytesOf, databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

describe('a database that is not there', () => {
  test('reads as an empty store, and is not made by reading', async () => {
    const file = databaseFile()
    const store = openFile(file)

    await store.open({})

    expect(await store.head(KEY, {})).toBeNull()
    expect((await store.projects({ limit: 10 })).items).toEqual([])
    expect((await store.prepare(KEY, {})).head).toBeNull()
    expect(readdirSync(dirname(file))).toEqual([])
  })

  test('is made by the first write, with its folder, and is seen by handles that were there before', async () => {
    const file = join(temporaryFolder(), 'a', 'b', 'lading.db')
    const before = openFile(file)
    expect(await before.head(KEY, {})).toBeNull()

    await openFile(file).commit(KEY, logOf('A'), {})

    expect((await before.head(KEY, {}))?.next).toBe(1)
    expect(rawDatabase(file).prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  })

  test('is not made by a command that is refused before anything is written', async () => {
    const file = databaseFile()

    const { code } = await failureOf(openFile(file).commit(KEY, logOf('A', { description: 'x'.repeat(20_000) }), {}))

    expect(code).toBe('INVALID')
    expect((await openFile(file).artifacts('demo', { limit: 1 })).items).toEqual([])
  })

  test.each(['empty', 'killed before its schema was made'])('reads as an empty store when it is %s', async (state) => {
    const file = databaseFile()
    if (state === 'empty') writeFileSync(file, '')
    else rawDatabase(file).exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a); DROP TABLE t')
    const store = openFile(file)

    expect(await store.head(KEY, {})).toBeNull()
    await store.commit(KEY, logOf('A'), {})

    expect((await openFile(file).head(KEY, {}))?.next).toBe(1)
  })
})

describe('a file that is no database of ours', () => {
  test('is CONFLICT when it is the database of another program, which stays as it is', async () => {
    const file = databaseFile()
    const foreign = rawDatabase(file)
    foreign.exec("CREATE TABLE artifacts (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO artifacts VALUES (1, 'a')")
    foreign.close()
    const before = bytesOf(file)

    const errors = [
      await failureOf(openStore(`sqlite:${file}`)),
      await failureOf(openFile(file).commit(KEY, logOf('A'), {})),
    ]

    expect(errors.map(({ code }) => code)).toEqual(['CONFLICT', 'CONFLICT'])
    expect(errors[0]?.detail).toContain('another program')
    expect(bytesOf(file)).toBe(before)
    expect(readdirSync(dirname(file))).toEqual(['lading.db'])
  })

  test.each(['application_id', 'user_version'])('is CONFLICT when only its %s says so', async (pragma) => {
    const file = databaseFile()
    rawDatabase(file).exec(`PRAGMA ${pragma} = 7`)

    expect(await failureOf(openFile(file).open({}))).toMatchObject({ code: 'CONFLICT', retry: 'never' })
  })

  test('is CORRUPT, naming the file, when it is no database at all, and stays as it is', async () => {
    const file = databaseFile()
    writeFileSync(file, 'It was the best of times, it was the worst of times. '.repeat(100))
    const before = bytesOf(file)

    for (const work of [openFile(file).open({}), openFile(file).commit(KEY, logOf('A'), {})]) {
      expect(await failureOf(work)).toMatchObject({ code: 'CORRUPT', adapter: 'sqlite', key: file })
    }
    expect(bytesOf(file)).toBe(before)
  })

  test('is UNAUTHORIZED, saying what may be wrong, when it is a folder', async () => {
    const file = databaseFile()
    mkdirSync(file)

    const error = await failureOf(openFile(file).open({}))

    expect(error).toMatchObject({ code: 'UNAUTHORIZED', detail: expect.stringContaining('it is a folder') })
  })

  test('is INVALID when a file is where its folder has to be', async () => {
    const file = databaseFile()
    writeFileSync(file, '')

    const work = openFile(join(file, 'lading.db')).commit(KEY, logOf('A'), {})

    expect((await failureOf(work)).code).toBe('INVALID')
  })

  test.each(['', 'a\0b', 'folder/'])('is INVALID at once when its path is %j', (file) => {
    expect(() => createSqliteMetadataStore({ file })).toThrow(expect.objectContaining({ code: 'INVALID' }))
  })
})

describe('a database that is damaged', () => {
  test('is CORRUPT where its pages are garbage', async () => {
    const file = databaseFile()
    const store = openFile(file)
    for (let n = 0; n < 50; n++) await store.commit(KEY, logOf(`content ${n}`), {})
    await store.close()
    const bytes = readFileSync(file)
    bytes.fill(0x5a, 4096)
    writeFileSync(file, bytes)

    const error = await failureOf(openFile(file).head(KEY, {}))

    expect(error).toMatchObject({ code: 'CORRUPT', next: expect.stringContaining('backup') })
  })

  test.each([
    [null, "UPDATE versions SET digest = 'abc'"],
    ['metadata', "UPDATE versions SET metadata = '{'"],
    ['metadata', "UPDATE versions SET metadata = '[]'"],
    ['aliases', "UPDATE versions SET aliases = '{}'"],
    ['n', 'UPDATE aliases SET n = -1'],
    [null, 'UPDATE aliases SET n = 7'],
    [null, 'UPDATE artifacts SET rev = 9007199254740993'],
    [null, 'DROP TABLE aliases'],
    [null, 'ALTER TABLE artifacts RENAME COLUMN rev TO revision'],
  ])('is CORRUPT, naming column %s if it is one, where somebody has edited it: %s', async (column, sql) => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A', { aliases: ['prod'] }), {})
    const raw = rawDatabase(file)
    raw.exec('PRAGMA foreign_keys = OFF')
    raw.exec(sql)

    const error = await failureOf(store.resolve(KEY, { kind: 'version', n: 0 }, {}))

    expect(error).toMatchObject({ code: 'CORRUPT', next: expect.stringContaining('backup') })
    if (column !== null) expect(error.detail).toContain(`column ${column} `)
    expect((await failureOf(store.commit(KEY, logOf('A', { supersede: true }), {}))).code).toBe('CORRUPT')
  })

  test('is CORRUPT where the next number is taken, and takes nothing', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    await store.commit(KEY, logOf('B'), {})
    rawDatabase(file).exec('UPDATE artifacts SET next_n = 1, latest_n = 0')

    expect((await failureOf(store.commit(KEY, logOf('C'), {}))).code).toBe('CORRUPT')
    expect((await store.head(KEY, {}))?.next).toBe(1)
  })

  test.each([
    'CREATE TRIGGER ours AFTER INSERT ON versions BEGIN DELETE FROM moves; END',
    `ALTER TABLE aliases RENAME TO theirs;
     CREATE VIEW aliases AS WITH RECURSIVE a (n) AS (SELECT 1 UNION ALL SELECT n FROM a) SELECT n AS name, n FROM a`,
  ])('is CORRUPT, and none of it is run, where somebody has put code into it: %s', async (sql) => {
    const file = databaseFile()
    const owner = openFile(file)
    await owner.commit(KEY, logOf('A'), {})
    await owner.close()
    rawDatabase(file).exec(sql)

    for (const work of [openFile(file).head(KEY, {}), openFile(file).commit(KEY, logOf('B'), {})]) {
      expect(await failureOf(work)).toMatchObject({ code: 'CORRUPT', detail: expect.stringContaining('triggers') })
    }
    expect(rawDatabase(file).prepare('SELECT next_n FROM artifacts').all()).toEqual([{ next_n: 1 }])
  })

  test('is CORRUPT where the record of the latest version is gone', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    const raw = rawDatabase(file)
    raw.exec('PRAGMA foreign_keys = OFF')
    raw.exec('DELETE FROM versions')

    expect((await failureOf(store.head(KEY, {}))).code).toBe('CORRUPT')
  })

  test('takes no impossible head, whoever writes it', async () => {
    const file = databaseFile()
    await openFile(file).commit(KEY, logOf('A'), {})
    const raw = rawDatabase(file)

    for (const change of ['floor_n = 5', 'latest_n = 1', 'rev = -1', "next_n = 'many'"]) {
      expect(() => raw.exec(`UPDATE artifacts SET ${change}`), change).toThrow(/constraint failed|cannot store/)
    }
  })
})

describe('a database that may only be read', () => {
  test('is read; a write is UNAUTHORIZED and changes nothing', async () => {
    const file = databaseFile()
    const owner = openFile(file)
    await owner.commit(KEY, logOf('A'), {})
    const store = openFile(file, { sqlite: engineOf({ readOnly: true }) })

    const error = await failureOf(store.commit(KEY, logOf('B'), {}))

    expect(error).toMatchObject({ code: 'UNAUTHORIZED', retry: 'never' })
    expect((await store.head(KEY, {}))?.next).toBe(1)
    expect((await owner.head(KEY, {}))?.next).toBe(1)
  })
})

describe('a Node without node:sqlite', () => {
  test('runs lading with other stores, and says for this one which Node is needed', async () => {
    const answer = await runScript<WithoutSqlite>('without-sqlite', null)

    expect(answer).toEqual({ code: 'UNSUPPORTED', next: 'use Node 22.13 or newer, or another store', other: 0 })
  })
})

describe('sqlite: as a store URL', () => {
  test('keeps metadata in the file, and files in a folder beside it, both made by the first log', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'new', 'models.db')
    {
      await using lading = await openStore(`sqlite:${file}`, { project: 'demo' })
      expect(existsSync(dirname(file))).toBe(false)
      await lading.save(new Artifact('model').addFile(new TextEncoder().encode('weights'), 'weights'))
    }

    await using again = await openStore(`sqlite://${file}`, { project: 'demo' })
    expect(await (await (await again.getArtifact('model')).file('weights')).text()).toBe('weights')
    expect(readdirSync(dirname(file)).filter((name) => !/-(wal|shm)$/.test(name))).toEqual([
      'models.db',
      'models.db-blobs',
    ])
  })

  test.each(['sqlite:', 'sqlite://', 'sqlite:folder/', 'sqlite://host/file', 'sqlite:a.db?mode=ro'])(
    'is INVALID, naming it, when it is %s',
    async (url) => {
      expect(await failureOf(openStore(url))).toMatchObject({ code: 'INVALID', operation: 'openStore', key: url })
    },
  )
})
