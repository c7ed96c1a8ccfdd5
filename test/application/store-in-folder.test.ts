import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Artifact, openStore } from '../../src/index.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { refusal } from './world.ts'

/** A folder that holds a file, the store itself, and links to both. */
async function folderWithStore() {
  const folder = temporaryFolder()
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'f'), 'x')
  const store = join(folder, '.lading')
  const lading = await openStore(store, { project: 'demo' })
  await lading.save(new Artifact('first').addFile(Buffer.from('1'), 'f'))
  await symlink(store, join(folder, 'link'))
  return { folder, store, lading }
}

test('a store is left out of a folder that holds it, also behind a link, whatever else is asked for', async () => {
  const { folder, lading } = await folderWithStore()
  await using _ = lading

  const all = new Artifact('all').addDir(folder)
  await lading.save(all)
  const again = await lading.save(new Artifact('all').add(folder))

  expect(all.entries().map(({ path }) => path)).toEqual(['data/f'])
  expect(again).toMatchObject({ created: false, version: 'v0' })
})

test('a folder that is the store, or lies in it, cannot be logged into it: INVALID', async () => {
  const { folder, store, lading } = await folderWithStore()
  await using _ = lading

  for (const path of [store, join(store, 'p'), join(folder, 'link')]) {
    const error = await refusal('INVALID', () => lading.save(new Artifact('own').addDir(path)))
    expect(error).toMatchObject({ key: path, detail: 'the folder is, or lies in, the store that is in use' })
  }
})

test('another store is logged like any other folder', async () => {
  const { store, lading } = await folderWithStore()
  await using _ = lading
  await using other = await openStore(join(temporaryFolder(), 'other'), { project: 'demo' })

  const { fileCount } = await other.save(new Artifact('backup').addDir(store))

  expect(fileCount).toBeGreaterThan(5)
})
