import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { checkedObjectStore } from '../../../src/ports/facade/object-store.ts'

describe('what somebody else put into the folder of a store', () => {
  let root: string
  const open = () => checkedObjectStore(createFsObjectStore({ root }))

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lading-foreign-'))
    await mkdir(join(root, 'a'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  test('a FIFO in the place of an object is no object, and nobody waits for it', async () => {
    execFileSync('mkfifo', [join(root, 'a', 'fifo')])

    expect(await open().get('a/fifo', {})).toBeNull()
    expect(await open().read('a/fifo', {})).toBeNull()
  })

  test('a document larger than any document is CORRUPT, unread', async () => {
    await writeFile(join(root, 'a', 'huge'), '')
    await truncate(join(root, 'a', 'huge'), 3_000_000_000)

    await expect(open().get('a/huge', {})).rejects.toMatchObject({ code: 'CORRUPT', key: 'a/huge' })
  })

  test('notes of the system are not listed', async () => {
    await writeFile(join(root, 'a', '.DS_Store'), 'x')
    await writeFile(join(root, 'a', 'b'), 'x')

    const { entries } = await open().list('a/', { depth: 'all', limit: 10 })

    expect(entries.map(({ key }) => key)).toEqual(['a/b'])
  })
})
