import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { logOf } from '../../support/log-command.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { databaseFile, KEY, openFile, rawDatabase } from './sqlite-kit.ts'

function removeAll(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix)
}

// Windows lets nobody move or delete a file that is open.
describe.skipIf(process.platform === 'win32')('a handle whose file', () => {
  test.each([
    ['was deleted', removeAll],
    ['was deleted without those beside it', (file: string) => rmSync(file)],
    ['was moved away', (file: string) => renameSync(file, `${file}.away`)],
  ])('%s acknowledges nothing that others cannot see: it begins anew', async (_how, remove) => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    await store.commit(KEY, logOf('B'), {})

    remove(file)

    expect(await store.head(KEY, {})).toBeNull()
    expect((await store.commit(KEY, logOf('C'), {})).n).toBe(0)
    const other = openFile(file)
    expect(await other.resolve(KEY, { kind: 'latest' }, {})).toMatchObject({ record: { opId: 'log-C' } })
    expect((await other.commit(KEY, logOf('D'), {})).n).toBe(1)
    expect((await store.head(KEY, {}))?.next).toBe(2)
  })

  test('was replaced by another database goes on with that one', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A'), {})
    const backup = `${file}.backup`
    const maker = openFile(backup)
    for (const content of ['X', 'Y']) await maker.commit(KEY, logOf(content), {})
    await maker.close()

    removeAll(file)
    renameSync(backup, file)

    expect((await store.commit(KEY, logOf('Z'), {})).n).toBe(2)
    expect(await openFile(file).record({ ...KEY, n: 0 }, {})).toMatchObject({ opId: 'log-X' })
  })

  test('is a link writes where the link points', async () => {
    const target = databaseFile()
    const file = join(temporaryFolder(), 'link.db')
    symlinkSync(target, file)
    const store = openFile(file)
    expect(await store.head(KEY, {})).toBeNull()

    await store.commit(KEY, logOf('A'), {})

    expect((await openFile(target).head(KEY, {}))?.next).toBe(1)
  })
})

describe('a copy that VACUUM INTO made', () => {
  test('has all that the store had, and gets its write-ahead log again', async () => {
    const file = databaseFile()
    const store = openFile(file)
    await store.commit(KEY, logOf('A', { aliases: ['prod'] }), {})
    const copy = join(dirname(file), 'copy.db')
    rawDatabase(file).prepare('VACUUM INTO ?').run(copy)

    const copied = openFile(copy)

    expect(await copied.head(KEY, {})).toEqual(await store.head(KEY, {}))
    expect((await copied.commit(KEY, logOf('B'), {})).n).toBe(1)
    expect(rawDatabase(copy).prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  })
})

describe.skipIf(process.platform === 'win32')('a path with signs that mean something elsewhere', () => {
  const names = [':memory:', 'file:x', 'a?mode=ro', 'a#b', 'a%20b', "it's", 'ünï', '-x']

  test.each(names)('is taken as it is: %s', async (name) => {
    const file = join(temporaryFolder(), name)

    await openFile(file).commit(KEY, logOf('A'), {})

    expect(readdirSync(dirname(file)).toSorted()).toEqual([name, `${name}-shm`, `${name}-wal`])
  })
})
