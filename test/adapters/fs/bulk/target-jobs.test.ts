import * as nodeFs from 'node:fs'
import { linkSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateAt } from '../../../../src/adapters/fs/bulk/file-states.ts'
import { getObjects } from '../../../../src/adapters/fs/bulk/get-objects.ts'
import { FOUND, inspectTargets } from '../../../../src/adapters/fs/bulk/inspect-targets.ts'
import type { SyncFileSystem } from '../../../../src/adapters/fs/bulk/sync-file-system.ts'
import { writeTargets } from '../../../../src/adapters/fs/bulk/write-targets.ts'
import { errno, plant, temporaryFolder, treeOf } from '../user-files-kit.ts'

const isWindows = process.platform === 'win32'

/** A folder to write into, and one beside it where nothing may ever be written. */
function createPlace() {
  const parent = temporaryFolder()
  const [root, outside] = [join(parent, 'root'), join(parent, 'outside')]
  mkdirSync(root)
  mkdirSync(outside)
  return { parent, root, outside }
}

/** Files of one folder, named by letters, with their names as content. */
function writeInto(fs: SyncFileSystem, folder: string, names: readonly string[]) {
  const slices = Float64Array.from(names.flatMap((_, index) => [index, index + 1]))
  const output = writeTargets(fs, {
    groups: [{ folder, indexes: names.map((_, index) => index) }],
    names: names.join('\0'),
    slab: Buffer.from(names.join('')),
    slices,
    temporary: ['.lading-0123456789ab', '.part'],
    mtimeSeconds: 1_700_000_000,
  })
  return { ...output, written: [...output.written] }
}

/** `node:fs` with some of its functions replaced. */
function fsWith(replaced: Partial<SyncFileSystem>): SyncFileSystem {
  return { ...nodeFs, ...replaced }
}

describe('files that are written together', () => {
  it('have their bytes, a mode for everybody, a marked time, and the state that is told', () => {
    const { root } = createPlace()

    const { written, states } = writeInto(nodeFs, root, ['a', 'b'])

    expect(written).toEqual([1, 1])
    expect(treeOf(root)).toEqual(['a', 'b'])
    expect(readFileSync(join(root, 'b'), 'utf8')).toBe('b')
    const { dev, ino, mtimeNs, ctimeNs, mode } = statSync(join(root, 'b'), { bigint: true })
    expect(stateAt(states, 1)).toEqual({ dev, ino, sizeBytes: 1, mtimeNs, ctimeNs })
    expect(mtimeNs).toBe(1_700_000_000_000_000_000n)
    if (!isWindows) expect(Number(mode) & 0o777).toBe(0o644 & ~process.umask())
  })

  it('replace a file under its name alone, and nothing that is no file', () => {
    const { root, parent } = createPlace()
    plant(root, { 'a/b': 'a folder', b: 'before' })
    linkSync(join(root, 'b'), join(parent, 'other-name'))
    symlinkSync('../outside', join(root, 'c'))

    const { written } = writeInto(nodeFs, root, ['a', 'b', 'c', 'd'])

    expect(written).toEqual([0, 1, 0, 1])
    expect(readFileSync(join(root, 'b'), 'utf8')).toBe('b')
    expect(readFileSync(join(parent, 'other-name'), 'utf8')).toBe('before')
    expect(treeOf(root)).toEqual(['a', 'a/b', 'b', 'c', 'd'])
  })

  it.each(['openSync', 'writeSync', 'renameSync', 'fstatSync'] as const)(
    'leave nothing half written when %s fails',
    (name) => {
      const { root } = createPlace()
      let calls = 0
      const failing = (...args: never[]) => {
        // The first two open and check the folder.
        if (++calls === (name === 'openSync' ? 3 : 2)) throw errno('EIO')
        return (nodeFs[name] as (...args: never[]) => unknown)(...args)
      }

      const { written } = writeInto(fsWith({ [name]: failing }), root, ['a', 'b', 'c'])

      expect(written).toEqual([1, 0, 1])
      expect(treeOf(root).filter((path) => path.startsWith('.lading-'))).toEqual([])
    },
  )

  it('are written as well on a disk that takes no times', () => {
    const { root } = createPlace()
    const futimesSync = () => {
      throw errno('EPERM')
    }

    expect(writeInto(fsWith({ futimesSync }), root, ['a']).written).toEqual([1])

    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('a')
  })

  it('are whole on a disk that takes a byte at a time', () => {
    const { root } = createPlace()
    const writeSync = (file: number, bytes: Uint8Array, from: number) => nodeFs.writeSync(file, bytes, from, 1)

    const slab = Buffer.from('alpha')
    const input = { groups: [{ folder: root, indexes: [0] }], names: 'a', slab, mtimeSeconds: 1 }
    writeTargets(fsWith({ writeSync: writeSync as SyncFileSystem['writeSync'] }), {
      ...input,
      slices: Float64Array.of(0, 5),
      temporary: ['.lading-0123456789ab', '.part'],
    })

    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('alpha')
  })

  it.skipIf(isWindows)('are not written into a folder that a link has the place of, or a parent of it', () => {
    const { root, outside } = createPlace()
    mkdirSync(join(outside, 'b'))
    symlinkSync('../outside', join(root, 'a'))

    expect(writeInto(nodeFs, join(root, 'a'), ['x']).written).toEqual([0])
    expect(writeInto(nodeFs, join(root, 'a', 'b'), ['x']).written).toEqual([0])
    expect(writeInto(nodeFs, join(root, 'missing'), ['x']).written).toEqual([0])

    expect(treeOf(outside)).toEqual(['b'])
  })

  it.skipIf(isWindows).each(['lstatSync', 'openSync', 'renameSync', 'fstatSync'] as const)(
    'are told as not written, and never lie elsewhere, when a link takes the place of their folder before %s',
    (name) => {
      const { root, outside } = createPlace()
      plant(root, { 'a/z': 'z' })
      let calls = 0
      const swapping = (...args: never[]) => {
        if (++calls === (name === 'openSync' ? 2 : 1)) {
          renameSync(join(root, 'a'), join(root, 'moved'))
          symlinkSync('../outside', join(root, 'a'))
        }
        return (nodeFs[name] as (...args: never[]) => unknown)(...args)
      }

      const { written } = writeInto(fsWith({ [name]: swapping }), join(root, 'a'), ['x', 'y'])

      expect(written).toEqual([0, 0])
      expect(treeOf(outside)).toEqual([])
    },
  )

  it.runIf(process.platform === 'linux')(
    'do not lie elsewhere when a link had the place of their folder and went again',
    () => {
      const { root, outside } = createPlace()
      mkdirSync(join(root, 'a'))
      const swap = () => {
        renameSync(join(root, 'a'), join(root, 'moved'))
        symlinkSync('../outside', join(root, 'a'))
      }
      const swapBack = () => {
        nodeFs.unlinkSync(join(root, 'a'))
        renameSync(join(root, 'moved'), join(root, 'a'))
      }
      let opened = 0
      const openSync = (...args: Parameters<SyncFileSystem['openSync']>) => {
        if (++opened === 1) return nodeFs.openSync(...args)
        swap()
        const file = nodeFs.openSync(...args)
        swapBack()
        return file
      }
      const renaming = (...args: Parameters<SyncFileSystem['renameSync']>) => {
        swap()
        try {
          nodeFs.renameSync(...args)
        } finally {
          swapBack()
        }
      }

      const { written } = writeInto(fsWith({ openSync, renameSync: renaming }), join(root, 'a'), ['x'])

      expect(written).toEqual([1])
      expect(treeOf(outside)).toEqual([])
      expect(treeOf(join(root, 'a'))).toEqual(['x'])
    },
  )

  it.runIf(process.platform === 'linux')(
    'do not lie elsewhere when a link takes the place of their folder between the two names of a renaming',
    () => {
      const { root, outside } = createPlace()
      mkdirSync(join(root, 'a'))
      const renaming = (from: string, to: string) => {
        const found = nodeFs.realpathSync(from)
        renameSync(join(root, 'a'), join(root, 'moved'))
        symlinkSync('../outside', join(root, 'a'))
        renameSync(found.replace(join(root, 'a'), join(root, 'moved')), to)
      }

      const { written } = writeInto(fsWith({ renameSync: renaming as never }), join(root, 'a'), ['x'])

      expect(written).toEqual([0])
      expect(treeOf(outside)).toEqual([])
    },
  )
})

describe('files that are looked at together', () => {
  const look = (folder: string, names: readonly string[], fs: SyncFileSystem = nodeFs) => {
    const groups = [{ folder, indexes: names.map((_, index) => index) }]
    return [...inspectTargets(fs, { groups, names: names.join('\0') }).kinds]
  }

  it.skipIf(isWindows)('are files, nothing, or to be looked at one by one', () => {
    const { root } = createPlace()
    plant(root, { a: 'a', 'b/c': 'c' })
    symlinkSync('a', join(root, 'link'))

    expect(look(root, ['a', 'b', 'link', 'none'])).toEqual([FOUND.file, FOUND.unknown, FOUND.unknown, FOUND.nothing])
  })

  it.skipIf(isWindows)('are unknown where the folder is not in its place, or goes away', () => {
    const { root } = createPlace()
    plant(root, { 'real/a': 'a' })
    symlinkSync('real', join(root, 'link'))
    const lstatSync = (path: string, options: object) => {
      renameSync(join(root, 'real'), join(root, 'moved'))
      return nodeFs.lstatSync(path, options)
    }

    expect(look(join(root, 'link'), ['a'])).toEqual([FOUND.unknown])
    expect(look(join(root, 'none'), ['a'])).toEqual([FOUND.unknown])
    expect(look(join(root, 'real'), ['a'], fsWith({ lstatSync: lstatSync as SyncFileSystem['lstatSync'] }))).toEqual([
      FOUND.unknown,
    ])
  })
})

describe('objects that are read together', () => {
  it('come one after the other; what is none, or does not fit, is left out', () => {
    const { root } = createPlace()
    plant(root, { a: 'alpha', 'b/c': 'folder', large: 'x'.repeat(20), d: 'delta', empty: '' })
    const paths = ['a', 'b', 'none', 'large', 'd', 'empty'].map((name) => join(root, name)).join('\0')

    const { slab, sizes } = getObjects(nodeFs, { paths, slab: new Uint8Array(12) })

    expect(sizes).toEqual([5, null, null, null, 5, 0])
    expect(Buffer.from(slab).toString('utf8', 0, 10)).toBe('alphadelta')
  })

  it('are left out when the disk fails, and the next one takes their place', () => {
    const { root } = createPlace()
    plant(root, { a: 'alpha', b: 'beta' })
    let calls = 0
    const readSync = (...args: Parameters<typeof nodeFs.readSync>) => {
      if (++calls === 1) throw errno('EIO')
      return nodeFs.readSync(...args)
    }
    const paths = ['a', 'b'].map((name) => join(root, name)).join('\0')

    const { slab, sizes } = getObjects(fsWith({ readSync: readSync as SyncFileSystem['readSync'] }), {
      paths,
      slab: new Uint8Array(9),
    })

    expect(sizes).toEqual([null, 4])
    expect(Buffer.from(slab).toString('utf8', 0, 4)).toBe('beta')
  })
})
