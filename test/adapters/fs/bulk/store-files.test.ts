import { execFileSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stateAt, stateOf } from '../../../../src/adapters/fs/bulk/file-states.ts'
import { chunksMoved, createControl, stopJob } from '../../../../src/adapters/fs/bulk/job-control.ts'
import { NO_DIGEST, storeFiles } from '../../../../src/adapters/fs/bulk/store-files.ts'
import type { StoreFilesOutput } from '../../../../src/adapters/fs/bulk/store-files.ts'
import type { SyncFileSystem } from '../../../../src/adapters/fs/bulk/sync-file-system.ts'
import { VOUCHED, vouchFiles } from '../../../../src/adapters/fs/bulk/vouch-files.ts'
import { sha256 } from '../../../../src/domain/digest.ts'
import { errno, pattern, plant, temporaryFolder, treeOf } from '../user-files-kit.ts'
import { fsWithoutChunk, recorded, stingyFs, syncFsWith } from './recorded-fs.ts'

const isWindows = process.platform === 'win32'

const MIB = 1024 * 1024

/** Each size goes another way: in one piece, in turn, and behind its own reading. */
const SIZES = { small: 5_000, 'of some chunks': 2 * MIB + 3, large: 33 * MIB + 3 }

const ALL_BYTES = pattern(SIZES.large)

describe('files that are stored', () => {
  test('are durable before they get their names', async () => {
    const { fs, calls } = recorded()
    const { store } = storing({ small: 'alpha', large: pattern(2 * MIB) })

    await store(['small'], { fs })

    const read = ['open', 'fstat', 'read', 'fstat', 'lstat']
    const written = ['open', 'mkdir', 'open', 'write', 'futimes', 'fsync', 'close']
    expect(calls).toEqual([...read, ...written, 'rename', 'mkdir', 'rename', 'close'])
    calls.length = 0

    await store(['large'], { fs })

    const copied = ['read', 'write', 'read', 'write', 'read', 'fstat', 'lstat', 'futimes', 'fsync']
    const named = ['lstat', 'rename', 'mkdir', 'rename', 'rm']
    expect(calls).toEqual(['open', 'fstat', 'open', ...copied, 'close', ...named, 'close'])
  })

  test('are not synced where nothing has to survive a power loss', async () => {
    const { fs, calls } = recorded()
    const { store } = storing({ small: 'alpha', large: pattern(2 * MIB) })

    await store(['small', 'large'], { fs, durable: false })

    expect(calls).not.toContain('fsync')
  })

  test('cost no write where they are there already and small, and no sync where they are large', async () => {
    const { fs, calls } = recorded()
    const { store, objects } = storing({ small: 'alpha', large: pattern(2 * MIB) })
    const first = await store(['small', 'large'], {})
    const before = objects().map(({ ino }) => ino)

    expect(await store(['small'], { fs })).toEqual(first.slice(0, 1))

    expect(calls).toEqual(['open', 'fstat', 'read', 'fstat', 'lstat', 'close'])
    expect(await store(['small', 'large'], { fs })).toEqual(first)
    expect(calls).not.toContain('fsync')
    expect(objects().map(({ ino }) => ino)).toEqual(before)
  })

  test.each(Object.entries(SIZES))('have their bytes and digest, a mark, and are read-only: %s', async (_, size) => {
    const content = patternOf(size)
    const { store, objects, at } = storing({ a: content })

    const [found] = await store(['a'], {})

    expect(found).toEqual({ digest: sha256(content), state: stateOf(statSync(at('a'), { bigint: true })) })
    const [object] = objects()
    expect(object!.name).toBe(`${sha256(content).slice(0, 2)}/${sha256(content)}`)
    expect(object!.bytes.equals(content)).toBe(true)
    if (!isWindows) expect(object!.mode & 0o777).toBe(0o444)
    expect(object!.mtimeMs % 1_000).toBe(0)
  })

  test.each(Object.entries(SIZES))('are whole on a disk that takes a few bytes at a time: %s', async (name, size) => {
    const content = patternOf(size)
    const { store, objects } = storing({ a: content })

    const [found] = await store(['a'], { fs: stingyFs(name === 'small' ? 7 : 300_001) })

    expect(found?.digest).toBe(sha256(content))
    expect(objects()[0]!.bytes.equals(content)).toBe(true)
  })

  test('share an object where they are alike', async () => {
    const { store, objects } = storing({ a: 'alpha', b: 'alpha', c: '' })

    const found = await store(['a', 'b', 'c'], {})

    expect(found.map((each) => each?.digest)).toEqual(['alpha', 'alpha', ''].map((content) => sha256(content)))
    expect(objects()).toHaveLength(2)
  })

  test.each([['small'], ['of some chunks']] as const)(
    'take the place of what is cut, with or without its mark, or has lost it: %s',
    async (name) => {
      const content = patternOf(SIZES[name])
      const { store, objects } = storing({ a: content })
      for (const mishap of [
        (path: string) => truncateSync(path, 3),
        (path: string) => {
          truncateSync(path, 3)
          utimesSync(path, 1_700_000_000, 1_700_000_000)
        },
        (path: string) => utimesSync(path, 1_700_000_000.5, 1_700_000_000.5),
      ]) {
        await store(['a'], {})
        const [{ path, ino }] = objects() as [ObjectFile]
        chmodSync(path, 0o644)
        mishap(path)

        expect((await store(['a'], {}))[0]?.digest).toBe(sha256(content))

        const [after] = objects() as [ObjectFile]
        expect(after.bytes.equals(content)).toBe(true)
        expect(after.ino).not.toBe(ino)
      }
    },
  )

  test('stay as they are, without a mark, on a disk that takes none', async () => {
    const { store, objects } = storing({ a: 'alpha' })
    await store(['a'], {})
    const [{ path, ino }] = objects() as [ObjectFile]
    utimesSync(path, 1_700_000_000.5, 1_700_000_000.5)

    await store(['a'], { marks: false })

    expect(objects().map((object) => object.ino)).toEqual([ino])
  })

  test('get their mark by name where times may not be changed through a handle', async () => {
    const futimesSync = (): never => {
      throw errno('ERR_ACCESS_DENIED')
    }
    const { store, objects } = storing({ a: 'alpha' })

    await store(['a'], { fs: syncFsWith({ futimesSync }) })

    expect(objects()[0]!.mtimeMs % 1_000).toBe(0)
  })

  test('are left to the ordinary way where a folder, a link or a file is in the way of their object', async () => {
    const contents = { folder: 'x', link: 'y', below: 'z', fine: 'w', large: pattern(2 * MIB) }
    const { store, at, root } = storing(contents)
    const placeOf = (name: keyof typeof contents) =>
      join(root, sha256(contents[name]).slice(0, 2), sha256(contents[name]))
    mkdirSync(placeOf('folder'), { recursive: true })
    mkdirSync(join(placeOf('link'), '..'), { recursive: true })
    symlinkSync(at('link'), placeOf('link'))
    mkdirSync(placeOf('large'), { recursive: true })
    writeFileSync(join(placeOf('below'), '..'), 'in the way')

    const found = await store(['folder', 'link', 'below', 'large', 'fine'], {})

    expect(found.map((each) => each?.digest)).toEqual([undefined, undefined, undefined, undefined, sha256('w')])
    expect(readFileSync(at('link'), 'utf8')).toBe('y')
  })

  test.each(['fsync', 'write', 'rename'])(
    'are left to the ordinary way when the disk becomes read-only at %s, and lets nothing be removed any more',
    async (at) => {
      let isReadOnly = false
      const { fs } = recorded((name) => {
        isReadOnly ||= name === at
        if (isReadOnly && name !== 'close') throw errno('EROFS')
      })
      const { store, objects } = storing({ a: 'alpha', b: 'beta', c: pattern(2 * MIB) }, { mayLeave: true })

      expect(await store(['a', 'b', 'c'], { fs })).toEqual([null, null, null])

      expect(objects()).toEqual([])
    },
  )

  test.each(['read', 'futimes', 'fsync', 'rename', 'close'])('leave nothing behind when %s fails once', async (at) => {
    for (const size of [100, 2 * MIB]) {
      let hasFailed = false
      const { fs } = recorded((name) => {
        if (name !== at || hasFailed || (at === 'futimes' && size > 0)) return
        hasFailed = true
        throw errno('EIO')
      })
      const { store } = storing({ a: patternOf(size), b: pattern(size + 1) })

      const found = await store(['a', 'b'], { fs })

      expect(found[1]?.digest).toBe(sha256(pattern(size + 1)))
      if (hasFailed && at !== 'close') expect(found[0]).toBeNull()
    }
  })

  test.each([1, 5, 34])('leave nothing behind when the write of chunk %i fails, beside others', async (chunk) => {
    const { store, objects } = storing({ a: patternOf(SIZES.large), b: 'beta' })

    const found = await store(['a', 'b'], { fs: fsWithoutChunk(chunk) })

    expect(found.map((each) => each?.digest)).toEqual([undefined, sha256('beta')])
    expect(objects()).toHaveLength(1)
  })
})

describe('files that are not as they were found', () => {
  test('are not stored: other sizes, other kinds, and what is gone', async () => {
    const { store, at, objects } = storing({
      grown: 'alpha',
      cut: 'beta',
      large: pattern(2 * MIB),
      fine: 'x',
      to: 'to',
    })
    writeFileSync(at('grown'), 'alpha and more')
    truncateSync(at('cut'), 1)
    truncateSync(at('large'), 2 * MIB - 1)
    mkdirSync(at('folder'))
    symlinkSync(at('to'), at('link'))
    const names = ['grown', 'cut', 'large', 'folder', 'gone', 'fine', ...(isWindows ? [] : ['link'])]

    const found = await store(names, { sizes: { folder: 4_096, gone: 5, link: 2 } })

    expect(found.map((each) => each?.digest)).toEqual(names.map((name) => (name === 'fine' ? sha256('x') : undefined)))
    expect(objects()).toHaveLength(1)
  })

  test.skipIf(isWindows)('are not waited for: a FIFO', async () => {
    const { store, at } = storing({})
    execFileSync('mkfifo', [at('fifo')])

    expect(await store(['fifo'], { sizes: { fifo: 0 } })).toEqual([null])
  })

  test.runIf(process.platform === 'linux')('are not stored: what the kernel says to be empty, and is not', async () => {
    const { storeAt } = storing({})

    expect(await storeAt('/proc/self/status', 0)).toBeNull()
  })

  test.each([100, 2 * MIB])('are not stored when they change while they are read: of %i bytes', async (size) => {
    const { store, at, objects } = storing({ a: patternOf(size) })
    const { fs } = recorded((name) => {
      if (name === 'read') utimesSync(at('a'), 1, 1)
    })

    expect(await store(['a'], { fs })).toEqual([null])

    expect(objects()).toEqual([])
  })

  test('are not stored when they are longer than they said at the beginning', async () => {
    for (const size of Object.values(SIZES)) {
      const { store, at, objects } = storing({ a: patternOf(size) })
      let reads = 0
      const { fs } = recorded((name) => {
        if (name === 'read' && ++reads === 1) nodeFs.appendFileSync(at('a'), 'x')
      })

      expect(await store(['a'], { fs })).toEqual([null])

      expect(objects()).toEqual([])
    }
  })
})

test.each([SIZES['of some chunks'], SIZES.large])(
  'a file that grows faster than it is read comes to an end: %i',
  async (size) => {
    const { store, at, objects } = storing({ a: patternOf(size) })
    let reads = 0
    const { fs } = recorded((name) => {
      if (name !== 'read') return
      expect(++reads).toBeLessThan(50)
      nodeFs.appendFileSync(at('a'), patternOf(MIB))
    })

    expect(await store(['a'], { fs })).toEqual([null])

    expect(objects()).toEqual([])
  },
)

describe('a job that is told to stop', () => {
  test('stores nothing more', async () => {
    const control = createControl()
    let syncs = 0
    const { fs } = recorded((name) => {
      if (name === 'fsync' && ++syncs === 2) stopJob(control)
    })
    const { store, objects } = storing({ a: 'alpha', b: 'beta', c: 'gamma', d: pattern(2 * MIB) })

    const found = await store(['a', 'b', 'c', 'd'], { fs, control })

    expect(found.map((each) => each?.digest)).toEqual([sha256('alpha'), sha256('beta'), undefined, undefined])
    expect(objects()).toHaveLength(2)
  })

  test.each([
    [SIZES['of some chunks'], 2],
    [SIZES['of some chunks'], 3],
    [SIZES.large, 2],
    [SIZES.large, 34],
  ])('stops in the midst of %i bytes: at read %i', async (size, last) => {
    const control = createControl()
    let reads = 0
    const { fs } = recorded((name) => {
      if (name === 'read' && ++reads === last) stopJob(control)
    })
    const { store, objects } = storing({ a: patternOf(size) })

    expect(await store(['a'], { fs, control })).toEqual([null])

    expect(objects()).toEqual([])
    expect([reads, chunksMoved(control)]).toEqual([last, last - 1])
  })

  test('counts whole chunks: what is told of a file is never more than it has', async () => {
    const control = createControl()
    const { store } = storing({ a: pattern(2 * MIB + 3), b: patternOf(SIZES.large) })

    await store(['a'], { control })
    expect(chunksMoved(control)).toBe(2)
    await store(['b'], { control })

    expect(chunksMoved(control)).toBe(2 + 33)
  })
})

test('objects are vouched for that have their mark and size, and nothing else is', async () => {
  const contents = { sound: 'alpha', cut: 'beta', unmarked: 'gamma', link: 'delta', absent: 'x', below: 'y' }
  const { store, root } = storing(contents)
  await store(['sound', 'cut', 'unmarked'], {})
  const placeOf = (content: string) => join(root, sha256(content).slice(0, 2), sha256(content))
  utimesSync(placeOf('gamma'), 1.5, 1.5)
  mkdirSync(placeOf('delta'), { recursive: true })
  writeFileSync(join(placeOf('y'), '..'), 'a file for a folder')
  const names = Object.keys(contents) as (keyof typeof contents)[]
  const input = {
    root,
    digests: names.map((name) => sha256(contents[name])).join(''),
    sizes: Float64Array.from(names, (name) => (name === 'cut' ? 3 : contents[name].length)),
  }

  const { vouched } = vouchFiles(nodeFs, { ...input, marks: true })
  const unmarked = vouchFiles(nodeFs, { ...input, marks: false }).vouched

  const { yes, no, unknown } = VOUCHED
  // A file in the place of a folder is told otherwise by each system.
  expect([...vouched].slice(0, 5)).toEqual([yes, no, no, no, no])
  expect([no, unknown]).toContain(vouched[5])
  expect([...unmarked].slice(0, 5)).toEqual([yes, no, yes, no, no])
})

/** Made once: nobody changes it. */
function patternOf(size: number): Buffer {
  return ALL_BYTES.subarray(0, size)
}

interface ObjectFile {
  readonly name: string
  readonly path: string
  readonly bytes: Buffer
  readonly ino: number
  readonly mode: number
  readonly mtimeMs: number
}

interface Stored {
  readonly digest: string
  readonly state: ReturnType<typeof stateOf>
}

interface StoreOptions {
  readonly fs?: SyncFileSystem
  readonly durable?: boolean
  readonly marks?: boolean
  readonly control?: ReturnType<typeof createControl>
  /** Of what was not planted. */
  readonly sizes?: Readonly<Record<string, number>>
}

/** Files of the user, and how they are stored. No temporary file may be left. */
function storing(files: Readonly<Record<string, string | Uint8Array>>, { mayLeave = false } = {}) {
  const folder = temporaryFolder()
  const at = (name: string) => join(folder, 'user', name)
  const [root, staging] = [join(folder, 'store', 'blobs'), join(folder, 'store', 'staging')]
  plant(join(folder, 'user'), files)
  mkdirSync(join(folder, 'user'), { recursive: true })
  const job = async (
    paths: readonly string[],
    sizes: readonly number[],
    options: StoreOptions,
  ): Promise<(Stored | null)[]> => {
    const { fs = nodeFs, durable = true, marks = true, control = createControl() } = options
    const input = { paths: paths.join('\0'), sizes: Float64Array.from(sizes), root, temporary: join(staging, '1-2') }
    const output = await storeFiles(fs, { ...input, durable, marks, control })
    if (!mayLeave && nodeFs.existsSync(staging)) expect(treeOf(staging)).toEqual([])
    return paths.map((_, index) => storedAt(output, index))
  }
  const sizeOf = (name: string, options: StoreOptions) => options.sizes?.[name] ?? Buffer.byteLength(files[name]!)
  return {
    at,
    root,
    store: (names: readonly string[], options: StoreOptions) =>
      job(
        names.map(at),
        names.map((name) => sizeOf(name, options)),
        options,
      ),
    storeAt: async (path: string, sizeBytes: number) => (await job([path], [sizeBytes], {}))[0],
    objects: () => objectsIn(root),
  }
}

function storedAt({ digests, states }: StoreFilesOutput, index: number): Stored | null {
  const digest = digests.slice(index * NO_DIGEST.length, (index + 1) * NO_DIGEST.length)
  if (digest === NO_DIGEST) return null
  const { dev, ino, sizeBytes, mtimeNs, ctimeNs } = stateAt(states, index)
  return { digest, state: { dev, ino, sizeBytes, mtimeNs, ctimeNs } }
}

function objectsIn(root: string): readonly ObjectFile[] {
  const names = nodeFs.existsSync(root) ? treeOf(root) : []
  return names.flatMap((name): ObjectFile[] => {
    const path = join(root, name)
    const found = statSync(path)
    if (found.isDirectory()) return []
    const { ino, mode, mtimeMs } = found
    return [{ name: name.replaceAll('\\', '/'), path, bytes: readFileSync(path), ino, mode, mtimeMs }]
  })
}
