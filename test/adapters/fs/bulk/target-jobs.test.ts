import { execFileSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { linkSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stateAt } from '../../../../src/adapters/fs/bulk/file-states.ts'
import { deliverFiles } from '../../../../src/adapters/fs/bulk/deliver-files.ts'
import { FOUND, inspectTargets } from '../../../../src/adapters/fs/bulk/inspect-targets.ts'
import { chunksMoved, createControl, stopJob } from '../../../../src/adapters/fs/bulk/job-control.ts'
import type { JobControl } from '../../../../src/adapters/fs/bulk/job-control.ts'
import type { SyncFileSystem } from '../../../../src/adapters/fs/bulk/sync-file-system.ts'
import { sha256 } from '../../../../src/domain/digest.ts'
import { errno, pattern, plant, temporaryFolder, treeOf } from '../user-files-kit.ts'
import { fsWithoutChunk, recorded, stingyFs, syncFsWith } from './recorded-fs.ts'

const isWindows = process.platform === 'win32'
const isLinux = process.platform === 'linux'

const MIB = 1024 * 1024

/** A folder to write into, and one beside it where nothing may ever be written. */
function createPlace() {
  const parent = temporaryFolder()
  const [root, outside] = [join(parent, 'root'), join(parent, 'outside')]
  mkdirSync(root)
  mkdirSync(outside)
  return { parent, root, outside }
}

/** Each size goes another way: in one piece, in turn, and behind its own reading. */
const SIZES = { small: 1, 'of some chunks': 2 * MIB + 3, large: 33 * MIB + 3 }

/** Objects of that size, named by letters, which are their content, and what is delivered of them. */
interface Delivery {
  readonly fs?: SyncFileSystem
  readonly size?: number
  readonly control?: JobControl
  /** What is stored in the place of the right bytes; null: nothing. */
  readonly damage?: Readonly<Record<string, (bytes: Buffer) => Buffer | null>>
}

/** Files of one folder. */
async function deliverInto(folder: string, names: readonly string[], delivery: Delivery = {}) {
  const { fs = nodeFs, size = SIZES.small, control = createControl(), damage = {} } = delivery
  const objects = temporaryFolder()
  const contents = names.map((name) => contentOf(name, size))
  for (const [index, name] of names.entries()) {
    const stored = damage[name] ? damage[name](Buffer.from(contents[index]!)) : contents[index]!
    if (stored) plant(objects, { [name]: stored })
  }
  const output = await deliverFiles(fs, {
    objects: names.map((name) => join(objects, name)).join('\0'),
    digests: contents.map((content) => sha256(content)).join(''),
    sizes: Float64Array.from(contents, ({ length }) => length),
    groups: [{ folder, indexes: names.map((_, index) => index) }],
    names: names.join('\0'),
    temporary: ['.lading-0123456789ab', '.part'],
    mtimeSeconds: 1_700_000_000,
    control,
  })
  return { ...output, written: [...output.written] }
}

/** The letter at both ends: bytes in the wrong place show. */
function contentOf(name: string, size: number): Buffer {
  const bytes = Buffer.from(ALL_BYTES.subarray(0, size))
  bytes.write(name, 0)
  bytes.write(name, size - 1)
  return bytes
}

const ALL_BYTES = pattern(SIZES.large)

function temporariesIn(root: string): string[] {
  return treeOf(root).filter((path) => path.startsWith('.lading-'))
}

function stateIn(states: BigInt64Array, index: number) {
  const { dev, ino, sizeBytes, mtimeNs, ctimeNs } = stateAt(states, index)
  return { dev, ino, sizeBytes, mtimeNs, ctimeNs }
}

describe.each(Object.entries(SIZES))('objects that are delivered: %s', (_, size) => {
  it('have their bytes, a mode for everybody, a marked time, and the state that is told', async () => {
    const { root } = createPlace()

    const { written, states } = await deliverInto(root, ['a', 'b'], { size })

    expect(written).toEqual([1, 1])
    expect(treeOf(root)).toEqual(['a', 'b'])
    for (const name of ['a', 'b']) expect(readFileSync(join(root, name)).equals(contentOf(name, size))).toBe(true)
    const { dev, ino, mtimeNs, ctimeNs, mode } = statSync(join(root, 'b'), { bigint: true })
    expect(stateIn(states, 1)).toEqual({ dev, ino, sizeBytes: size, mtimeNs, ctimeNs })
    expect(mtimeNs).toBe(1_700_000_000_000_000_000n)
    if (!isWindows) expect(Number(mode) & 0o777).toBe(0o644 & ~process.umask())
  })

  it('are not written anywhere where one byte is another, one is missing, or one too many', async () => {
    const { root } = createPlace()
    const damage: Delivery['damage'] = {
      a: (bytes) => flipped(bytes, 0),
      b: (bytes) => flipped(bytes, size - 1),
      c: (bytes) => bytes.subarray(0, size - 1),
      d: (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
      e: () => null,
    }
    plant(root, { a: 'before' })

    const { written } = await deliverInto(root, ['a', 'b', 'c', 'd', 'e', 'f'], { size, damage })

    expect(written).toEqual([0, 0, 0, 0, 0, 1])
    expect(treeOf(root)).toEqual(['a', 'f'])
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('before')
  })

  it('are whole on a disk that takes a few bytes at a time', async () => {
    const { root } = createPlace()

    const { written } = await deliverInto(root, ['a'], { size, fs: stingyFs(300_001) })

    expect(written).toEqual([1])
    expect(readFileSync(join(root, 'a')).equals(contentOf('a', size))).toBe(true)
  })

  it('replace a file under its name alone, and nothing that is no file', async () => {
    const { root, parent } = createPlace()
    plant(root, { 'a/b': 'a folder', b: 'before' })
    linkSync(join(root, 'b'), join(parent, 'other-name'))
    symlinkSync('../outside', join(root, 'c'))

    const { written } = await deliverInto(root, ['a', 'b', 'c', 'd'], { size })

    expect(written).toEqual([0, 1, 0, 1])
    expect(readFileSync(join(root, 'b')).equals(contentOf('b', size))).toBe(true)
    expect(readFileSync(join(parent, 'other-name'), 'utf8')).toBe('before')
    expect(treeOf(root)).toEqual(['a', 'a/b', 'b', 'c', 'd'])
  })

  it('are written as well on a disk that takes no times', async () => {
    const { root } = createPlace()
    const futimesSync = () => {
      throw errno('EPERM')
    }

    expect((await deliverInto(root, ['a'], { size, fs: syncFsWith({ futimesSync }) })).written).toEqual([1])

    expect(readFileSync(join(root, 'a')).equals(contentOf('a', size))).toBe(true)
  })

  it('are not begun once the job is told to stop, and left where they are then', async () => {
    const { root } = createPlace()
    const control = createControl()
    const { fs } = recorded((name) => {
      if (name === 'rename') stopJob(control)
    })

    const { written } = await deliverInto(root, ['a', 'b'], { size, fs, control })

    expect(written).toEqual([1, 0])
    expect(treeOf(root)).toEqual(['a'])
  })
})

describe.each([
  ['small', { open: [4, 5], read: [2], write: [2], rename: [2], fstat: [2], lstat: [2] }],
  ['of some chunks', { open: [4, 5], read: [5, 6], write: [4, 5], rename: [2], fstat: [2], lstat: [2] }],
] as const)('objects that are delivered while the disk fails: %s', (size, failing) => {
  // The first file is opened twice and read to its end, in one call or in four; before it, its folder is opened.
  const calls = Object.entries(failing).flatMap(([name, turns]) => turns.map((turn) => [name, turn] as const))

  it.each(calls)('leave nothing half written: %s, call %i', async (failingName, turn) => {
    const { root } = createPlace()
    let count = 0
    const { fs } = recorded((name) => {
      if (name === failingName && ++count === turn + (isLinux || name !== 'open' ? 0 : -1)) throw errno('EIO')
    })

    const { written } = await deliverInto(root, ['a', 'b', 'c'], { size: SIZES[size], fs })

    expect(written).toEqual([1, 0, 1])
    expect(temporariesIn(root)).toEqual([])
  })
})

describe('objects that are delivered', () => {
  it('stop in the middle of a large one, of which nothing is left', async () => {
    for (const size of [SIZES['of some chunks'], SIZES.large]) {
      const { root } = createPlace()
      const control = createControl()
      let reads = 0
      const { fs } = recorded((name) => {
        if (name === 'read' && ++reads === 2) stopJob(control)
      })

      const { written } = await deliverInto(root, ['a'], { size, fs, control })

      expect(written).toEqual([0])
      expect(treeOf(root)).toEqual([])
      expect(chunksMoved(control)).toBe(1)
    }
  })

  it.each([1, 34])('leave nothing behind when the write of chunk %i fails, beside others', async (chunk) => {
    const { root } = createPlace()

    const { written } = await deliverInto(root, ['a'], { size: SIZES.large, fs: fsWithoutChunk(chunk) })

    expect(written).toEqual([0])
    expect(treeOf(root)).toEqual([])
  })

  it.skipIf(isWindows)('are not waited for: a FIFO, or a folder, in the place of an object', async () => {
    const { root, parent } = createPlace()
    execFileSync('mkfifo', [join(parent, 'fifo')])
    for (const object of ['fifo', 'outside']) {
      const { written } = await deliverFiles(nodeFs, {
        objects: join(parent, object),
        digests: sha256(''),
        sizes: Float64Array.of(0),
        groups: [{ folder: root, indexes: [0] }],
        names: 'a',
        temporary: ['.lading-0123456789ab', '.part'],
        mtimeSeconds: 1,
        control: createControl(),
      })

      expect(written[0]).toBe(0)
    }
    expect(treeOf(root)).toEqual([])
  })

  it.skipIf(isWindows)('are not written into a folder that a link has the place of, or a parent of it', async () => {
    const { root, outside } = createPlace()
    mkdirSync(join(outside, 'b'))
    symlinkSync('../outside', join(root, 'a'))

    expect((await deliverInto(join(root, 'a'), ['x'])).written).toEqual([0])
    expect((await deliverInto(join(root, 'a', 'b'), ['x'])).written).toEqual([0])
    expect((await deliverInto(join(root, 'missing'), ['x'])).written).toEqual([0])

    expect(treeOf(outside)).toEqual(['b'])
  })

  it.skipIf(isWindows).each(['lstatSync', 'openSync', 'renameSync', 'fstatSync'] as const)(
    'are told as not written, and never lie elsewhere, when a link takes the place of their folder before %s',
    async (name) => {
      const { root, outside } = createPlace()
      plant(root, { 'a/z': 'z' })
      let calls = 0
      const swapping = (...args: never[]) => {
        if (++calls === (name === 'openSync' ? 3 : 1)) {
          renameSync(join(root, 'a'), join(root, 'moved'))
          symlinkSync('../outside', join(root, 'a'))
        }
        return (nodeFs[name] as (...args: never[]) => unknown)(...args)
      }

      const { written } = await deliverInto(join(root, 'a'), ['x', 'y'], { fs: syncFsWith({ [name]: swapping }) })

      expect(written).toEqual([0, 0])
      expect(treeOf(outside)).toEqual([])
    },
  )

  it.runIf(process.platform === 'linux')(
    'do not lie elsewhere when a link had the place of their folder and went again',
    async () => {
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
      const openSync = (...args: Parameters<SyncFileSystem['openSync']>) => {
        if (!String(args[0]).includes('.lading-')) return nodeFs.openSync(...args)
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

      const { written } = await deliverInto(join(root, 'a'), ['x'], {
        fs: syncFsWith({ openSync, renameSync: renaming }),
      })

      expect(written).toEqual([1])
      expect(treeOf(outside)).toEqual([])
      expect(treeOf(join(root, 'a'))).toEqual(['x'])
    },
  )

  it.runIf(process.platform === 'linux')(
    'do not lie elsewhere when a link takes the place of their folder between the two names of a renaming',
    async () => {
      const { root, outside } = createPlace()
      mkdirSync(join(root, 'a'))
      const renaming = (from: string, to: string) => {
        const found = nodeFs.realpathSync(from)
        renameSync(join(root, 'a'), join(root, 'moved'))
        symlinkSync('../outside', join(root, 'a'))
        renameSync(found.replace(join(root, 'a'), join(root, 'moved')), to)
      }

      const { written } = await deliverInto(join(root, 'a'), ['x'], {
        fs: syncFsWith({ renameSync: renaming as never }),
      })

      expect(written).toEqual([0])
      expect(treeOf(outside)).toEqual([])
    },
  )
})

describe('files that are looked at together', () => {
  const look = async (folder: string, names: readonly string[], fs: SyncFileSystem = nodeFs) => {
    const groups = [{ folder, indexes: names.map((_, index) => index) }]
    return [...(await inspectTargets(fs, { groups, names: names.join('\0') })).kinds]
  }

  it.skipIf(isWindows)('are files, nothing, or to be looked at one by one', async () => {
    const { root } = createPlace()
    plant(root, { a: 'a', 'b/c': 'c' })
    symlinkSync('a', join(root, 'link'))

    expect(await look(root, ['a', 'b', 'link', 'none'])).toEqual([
      FOUND.file,
      FOUND.unknown,
      FOUND.unknown,
      FOUND.nothing,
    ])
  })

  it.skipIf(isWindows)('are unknown where the folder is not in its place, or goes away', async () => {
    const { root } = createPlace()
    plant(root, { 'real/a': 'a' })
    symlinkSync('real', join(root, 'link'))
    const lstatSync = (path: string, options: object) => {
      renameSync(join(root, 'real'), join(root, 'moved'))
      return nodeFs.lstatSync(path, options)
    }

    expect(await look(join(root, 'link'), ['a'])).toEqual([FOUND.unknown])
    expect(await look(join(root, 'none'), ['a'])).toEqual([FOUND.unknown])
    expect(
      await look(join(root, 'real'), ['a'], syncFsWith({ lstatSync: lstatSync as SyncFileSystem['lstatSync'] })),
    ).toEqual([FOUND.unknown])
  })
})

function flipped(bytes: Buffer, offset: number): Buffer {
  bytes[offset]! ^= 0x01
  return bytes
}
