import * as nodeFs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FolderLister } from '../../../../src/adapters/fs/bulk/list-folders.ts'
import { sizeAt } from '../../../../src/adapters/fs/bulk/file-states.ts'
import { plant, temporaryFolder } from '../user-files-kit.ts'

const FILES = { a: '1', b: '22', 'deep/c': '333', 'deep/d': '4444', 'deep/deeper/e': '55555' }

function plantedFolder(): string {
  const folder = temporaryFolder()
  plant(folder, FILES)
  return nodeFs.realpathSync(folder)
}

function listerOf(root: string, folderBytesMax?: number): FolderLister {
  return new FolderLister(nodeFs, { root, folders: [''], without: [] }, folderBytesMax)
}

describe('a folder lister', () => {
  it('finds each file once, with its state, however often it is stopped', () => {
    const lister = listerOf(plantedFolder())
    const found: [string, number][] = []

    for (let stops = 0; !lister.isDone; stops++) {
      let entries = 0
      lister.run(() => entries++ > stops % 3)
      const { files, states } = lister.drain()
      found.push(...files.map((path, index): [string, number] => [path, sizeAt(states, index)]))
    }

    expect(Object.fromEntries(found)).toEqual({ a: 1, b: 2, 'deep/c': 3, 'deep/d': 4, 'deep/deeper/e': 5 })
    expect(found).toHaveLength(5)
  })

  it('leaves large folders to others, and goes on with the rest', () => {
    const root = plantedFolder()
    const deep = nodeFs.lstatSync(`${root}/deep`).size

    const lister = listerOf(root, deep - 1)
    lister.run(() => false)

    // Folders of few entries have one size on most disks: then the root is too large as well.
    const large = lister.large()
    const rest = new FolderLister(nodeFs, { root, folders: large, without: [] })
    rest.run(() => false)
    expect(large.length).toBeGreaterThan(0)
    expect(lister.large()).toEqual([])
    expect([...lister.drain().files, ...rest.drain().files].toSorted()).toEqual(Object.keys(FILES))
  })

  it('gives away the folders that it has not begun', () => {
    const lister = listerOf(plantedFolder())
    lister.run(() => lister.entryCount > 0 && !lister.isWithin)

    const rest = lister.rest()

    expect(rest).toEqual(['deep'])
    expect(lister.isDone).toBe(true)
    expect(lister.drain().files.toSorted()).toEqual(['a', 'b'])
  })
})
