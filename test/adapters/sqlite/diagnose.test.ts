import { readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it } from 'vitest'
import { diagnoseDatabase } from '../../../src/adapters/sqlite/diagnose.ts'
import { Artifact, openStore } from '../../../src/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'

describe('the diagnosis of a database', () => {
  let root: string
  let file: string

  beforeEach(() => {
    root = temporaryFolder()
    file = join(root, 'm.db')
  })

  const diagnose = () => Array.fromAsync(diagnoseDatabase({ file }))
  const makeStore = async () => {
    await using lading = await openStore(`sqlite:${file}`, { project: 'p' })
    await lading.save(new Artifact('model').addFile(Uint8Array.of(1), 'a'))
  }

  it('of a store finds its schema, its integrity and its write-ahead log good', async () => {
    await makeStore()

    const findings = await diagnose()

    expect(findings.map(({ check, verdict }) => [check, verdict])).toEqual([
      ['database', 'good'],
      ['integrity', 'good'],
      ['write-ahead log', 'good'],
    ])
  })

  it('of one that is not made yet makes nothing', async () => {
    expect(await diagnose()).toMatchObject([{ check: 'database', verdict: 'good' }])
    expect(await readdir(root)).toEqual([])
  })

  it('warns of a database that lost its write-ahead log', async () => {
    await makeStore()
    const connection = new DatabaseSync(file)
    connection.exec('PRAGMA journal_mode = DELETE')
    connection.close()

    expect((await diagnose()).at(-1)).toMatchObject({ check: 'write-ahead log', verdict: 'warning' })
  })

  it.each([
    ['a damaged one', async () => (await makeStore(), truncate(file, 5_000))],
    ['what is no database', () => writeFile(file, 'x'.repeat(4096))],
    ['the database of another program', async () => new DatabaseSync(file).exec('CREATE TABLE t (c)')],
  ])('finds %s broken', async (_what, make) => {
    await make()

    expect((await diagnose()).map(({ verdict }) => verdict)).toContain('broken')
  })
})
