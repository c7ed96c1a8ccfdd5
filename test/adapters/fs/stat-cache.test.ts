import { execFileSync } from 'node:child_process'
import * as nodeFs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { stateOf } from '../../../src/adapters/fs/bulk/file-states.ts'
import { createStatCache } from '../../../src/adapters/fs/stat-cache/stat-cache.ts'
import { sha256 } from '../../../src/domain/digest.ts'
import type { FileState } from '../../../src/ports/file-state.ts'
import type { StatCache } from '../../../src/ports/stat-cache.ts'
import { spawnScript } from '../../support/child-process.ts'
import type { SavingTask } from '../../support/saving-states.ts'
import { plant, temporaryFolder, treeOf } from './user-files-kit.ts'

const SECOND_NS = 1_000_000_000n
const LATER_MS = 10_000

/** A folder with files, and a cache elsewhere. `failures` are what the cache complained about. */
function setUp(files: Readonly<Record<string, string>> = { 'a.bin': 'alpha' }) {
  const [folder, kept] = [temporaryFolder(), join(temporaryFolder(), 'deep', 'cache')]
  plant(folder, files)
  const failures: unknown[] = []
  const create = () => createStatCache({ folder: async () => kept, onFailure: (error) => void failures.push(error) })
  return { folder, kept, failures, create, cache: create(), at: (path: string) => join(folder, path) }
}

/** As if all files had been there for a while: what has changed just now is not remembered. */
function whenSettled(ms = LATER_MS): void {
  const now = Date.now()
  const spy = vi.spyOn(Date, 'now').mockReturnValue(now + ms)
  onTestFinished(() => spy.mockRestore())
}

function stateAt(path: string): FileState {
  return stateOf(nodeFs.lstatSync(path, { bigint: true }))
}

/** Remembers a file as it is now. */
async function remember(cache: StatCache, folder: string, path: string): Promise<void> {
  const stats = await cache.open(folder)
  stats.rememberRead(path, stateAt(join(folder, path)), sha256(nodeFs.readFileSync(join(folder, path))))
  await stats.save()
}

async function recall(cache: StatCache, folder: string, path: string): Promise<string | null> {
  return (await cache.open(folder)).digestOf(path, stateAt(join(folder, path)))
}

/** The one file that the cache has. */
function onlyFile(kept: string): string {
  const names = nodeFs.readdirSync(kept)
  expect(names).toHaveLength(1)
  return join(kept, names[0]!)
}

describe('a stat cache', () => {
  it('remembers a file that has not changed, also for another process that names its folder by a link', async () => {
    whenSettled()
    const { folder, cache, create } = setUp()
    const link = join(temporaryFolder(), 'link')
    nodeFs.symlinkSync(folder, link, 'junction')

    await remember(cache, folder, 'a.bin')

    expect(await recall(create(), folder, 'a.bin')).toBe(sha256('alpha'))
    expect(await recall(create(), link, 'a.bin')).toBe(sha256('alpha'))
  })

  it.each<[string, (path: string) => void]>([
    ['written anew with the same bytes', (path) => nodeFs.writeFileSync(path, 'alpha')],
    ['of another size', (path) => nodeFs.appendFileSync(path, '!')],
    [
      'edited in place, its mtime put back',
      (path) => {
        const { atime, mtime } = nodeFs.statSync(path)
        nodeFs.writeFileSync(path, 'ALPHA')
        nodeFs.utimesSync(path, atime, mtime)
      },
    ],
    ['touched', (path) => nodeFs.utimesSync(path, 1, 1)],
    ['given other permissions', (path) => nodeFs.chmodSync(path, 0o600)],
    ['given another name besides', (path) => nodeFs.linkSync(path, `${path}-${nodeFs.statSync(path).nlink}`)],
    [
      'replaced by a file of the same size and mtime',
      (path) => {
        const { atime, mtime } = nodeFs.statSync(path)
        nodeFs.writeFileSync(`${path}-2`, 'ALPHA')
        nodeFs.utimesSync(`${path}-2`, atime, mtime)
        nodeFs.renameSync(`${path}-2`, path)
      },
    ],
    [
      'moved away and a copy put in its place',
      (path) => {
        nodeFs.renameSync(path, `${path}-2`)
        nodeFs.copyFileSync(`${path}-2`, path)
      },
    ],
  ])('knows nothing of a file that was %s', async (_, change) => {
    whenSettled()
    const { folder, cache, at } = setUp()
    await remember(cache, folder, 'a.bin')
    // The clock of the disk has steps; a change in the step of the file's making is what `isRacy` is about.
    const before = stateAt(at('a.bin'))
    do change(at('a.bin'))
    while (stateAt(at('a.bin')).ctimeNs === before.ctimeNs)

    expect(await recall(cache, folder, 'a.bin')).toBeNull()
  })

  it.each<[string, Partial<Record<keyof FileState, bigint | number>>]>([
    ['device', { dev: 1n }],
    ['inode, beyond 2^63', { ino: 2n ** 64n - 1n }],
    ['size', { sizeBytes: 1 }],
    ['mtime', { mtimeNs: 1n }],
    ['ctime', { ctimeNs: 1n }],
  ])('knows nothing of a file of another %s, as of another machine', async (_, other) => {
    whenSettled()
    const { folder, cache, at } = setUp()
    await remember(cache, folder, 'a.bin')

    const stats = await cache.open(folder)

    expect(stats.digestOf('a.bin', { ...stateAt(at('a.bin')), ...other } as FileState)).toBeNull()
  })

  it('remembers a file on a disk with inodes and sizes beyond 2^53', async () => {
    const { folder, cache } = setUp()
    const state = { dev: 2n ** 64n - 2n, ino: 2n ** 64n - 1n, sizeBytes: 2 ** 53 - 1, mtimeNs: -1n, ctimeNs: 7n }
    const stats = await cache.open(folder)

    stats.rememberRead('x', state, sha256('x'))
    await stats.save()

    expect((await cache.open(folder)).digestOf('x', state)).toBe(sha256('x'))
  })

  it('keeps what others of many files are, in whatever order they are asked for', async () => {
    whenSettled()
    const names = Array.from({ length: 50 }, (_, index) => `f${index}/ü ${index}`)
    const { folder, cache, at } = setUp(Object.fromEntries(names.map((name) => [name, name])))
    const first = await cache.open(folder)
    for (const name of names) first.rememberRead(name, stateAt(at(name)), sha256(name))
    await first.save()
    const second = await cache.open(folder)
    second.rememberRead('f7/ü 7', stateAt(at('f8/ü 8')), sha256('other'))
    await second.save()

    const stats = await cache.open(folder)

    for (const name of names.toReversed()) {
      expect(stats.digestOf(name, stateAt(at(name)))).toBe(name === 'f7/ü 7' ? null : sha256(name))
    }
    expect(stats.digestOf('f7/ü 7', stateAt(at('f8/ü 8')))).toBe(sha256('other'))
  })

  it('keeps what others of more than a hundred files are when one is added', async () => {
    const { folder, cache } = setUp()
    const state = { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: 1n, ctimeNs: 1n }
    const names = Array.from({ length: 200 }, (_, index) => `f${index}`)
    const first = await cache.open(folder)
    for (const name of names) first.rememberRead(name, state, sha256(name))
    await first.save()
    const second = await cache.open(folder)
    second.rememberRead('new', state, sha256('new'))
    await second.save()

    const stats = await cache.open(folder)

    for (const name of [...names, 'new']) expect(stats.digestOf(name, state)).toBe(sha256(name))
  })

  it('keeps no path that would not come back as it is', async () => {
    const { folder, cache, kept } = setUp()
    const stats = await cache.open(folder)
    const state = { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: 1n, ctimeNs: 1n }

    for (const path of ['', 'a\0b', 'half \uD800']) stats.rememberRead(path, state, sha256('x'))
    await stats.save()

    expect(nodeFs.existsSync(kept)).toBe(false)
  })
})

describe('a file that changed just before it was read', () => {
  const NOW_NS = BigInt(Date.now()) * 1_000_000n

  it.each<[string, bigint, bigint, boolean]>([
    ['long ago', -10n * SECOND_NS + 7n, -10n * SECOND_NS + 7n, true],
    ['150 ms ago', -150_000_000n + 7n, -150_000_000n + 7n, true],
    ['50 ms ago', -50_000_000n + 7n, -50_000_000n + 7n, false],
    ['long ago, but its ctime is of 50 ms ago', -10n * SECOND_NS, -50_000_000n + 7n, false],
    ['in the future, by its mtime', SECOND_NS, -10n * SECOND_NS + 7n, false],
    ['in the future, by its ctime', -10n * SECOND_NS, 60n * SECOND_NS, false],
  ])('changed %s', async (_, mtime, ctime, isRemembered) => {
    vi.spyOn(Date, 'now').mockReturnValue(Number(NOW_NS / 1_000_000n))
    onTestFinished(() => void vi.restoreAllMocks())
    const { folder, cache } = setUp()
    const state = { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: NOW_NS + mtime, ctimeNs: NOW_NS + ctime }
    const stats = await cache.open(folder)

    stats.rememberRead('x', state, sha256('x'))
    await stats.save()

    expect((await cache.open(folder)).digestOf('x', state)).toBe(isRemembered ? sha256('x') : null)
  })

  it('counts as such for two seconds on a disk that keeps whole ones', async () => {
    const at = (NOW_NS / SECOND_NS) * SECOND_NS
    vi.spyOn(Date, 'now').mockReturnValue(Number(at / 1_000_000n))
    onTestFinished(() => void vi.restoreAllMocks())
    const { folder, cache } = setUp()
    const stats = await cache.open(folder)

    for (const ago of [1n, 2n, 3n]) {
      const time = at - ago * SECOND_NS
      stats.rememberRead(`${ago}`, { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: time, ctimeNs: time }, sha256('x'))
    }

    await stats.save()
    const again = await cache.open(folder)
    const known = [1n, 2n, 3n].map((ago) => {
      const time = at - ago * SECOND_NS
      return again.digestOf(`${ago}`, { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: time, ctimeNs: time }) !== null
    })
    expect(known).toEqual([false, false, true])
  })

  it('is remembered when this process made it and no later write can leave its mtime', async () => {
    const { folder, cache, at } = setUp()
    nodeFs.utimesSync(at('a.bin'), 1_000, 1_000)
    const [marked, stats] = [stateAt(at('a.bin')), await cache.open(folder)]

    stats.rememberWritten('a.bin', marked, sha256('alpha'))
    stats.rememberWritten('b', { ...marked, mtimeNs: marked.mtimeNs + 1n }, sha256('b'))
    stats.rememberWritten('c', { ...marked, ctimeNs: 2_000n * SECOND_NS }, sha256('c'))

    await stats.save()
    const again = await cache.open(folder)
    expect(again.digestOf('a.bin', marked)).toBe(sha256('alpha'))
    expect(again.digestOf('b', { ...marked, mtimeNs: marked.mtimeNs + 1n })).toBeNull()
    expect(again.digestOf('c', { ...marked, ctimeNs: 2_000n * SECOND_NS })).toBeNull()
    nodeFs.writeFileSync(at('a.bin'), 'ALPHA')
    expect(again.digestOf('a.bin', stateAt(at('a.bin')))).toBeNull()
  })
})

describe('what a stat cache keeps on disk', () => {
  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['empty', () => Buffer.alloc(0)],
    ['cut off in its header', (bytes) => bytes.subarray(0, 40)],
    ['cut off at its end', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['longer than it was', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['other bytes altogether', () => Buffer.alloc(4_096, 'x')],
    ['of another format', (bytes) => Buffer.from(bytes.fill(bytes[32]! ^ 1, 32, 33))],
    ['one that claims more than there is', (bytes) => Buffer.from(bytes.fill(0xff, 36, 40))],
  ])('is ignored and written anew when it is %s', async (_, damage) => {
    whenSettled()
    const { folder, kept, failures, cache } = setUp()
    await remember(cache, folder, 'a.bin')
    nodeFs.writeFileSync(onlyFile(kept), damage(nodeFs.readFileSync(onlyFile(kept))))

    expect(await recall(cache, folder, 'a.bin')).toBeNull()
    await remember(cache, folder, 'a.bin')
    expect(await recall(cache, folder, 'a.bin')).toBe(sha256('alpha'))
    expect(failures).toEqual([])
  })

  it('is ignored whichever of its bytes has one bit flipped', async () => {
    whenSettled()
    const { folder, kept, cache } = setUp()
    await remember(cache, folder, 'a.bin')
    const sound = nodeFs.readFileSync(onlyFile(kept))

    for (let at = 0; at < sound.length; at++) {
      const bytes = Buffer.from(sound)
      bytes[at]! ^= 1 << (at % 8)
      nodeFs.writeFileSync(onlyFile(kept), bytes)
      expect(await recall(cache, folder, 'a.bin')).toBeNull()
    }
  })

  it.skipIf(process.getuid?.() !== 0)('is not trusted when it is another user’s', async () => {
    whenSettled()
    const { folder, kept, cache } = setUp()
    await remember(cache, folder, 'a.bin')
    nodeFs.chownSync(onlyFile(kept), 12_345, 12_345)

    expect(await recall(cache, folder, 'a.bin')).toBeNull()
  })

  it.skipIf(process.platform === 'win32')('is for the eyes of its user alone', async () => {
    whenSettled()
    const { folder, kept, cache } = setUp()

    await remember(cache, folder, 'a.bin')

    expect(nodeFs.statSync(kept).mode & 0o777).toBe(0o700)
    expect(nodeFs.statSync(onlyFile(kept)).mode & 0o777).toBe(0o600)
  })

  it('is not written when nothing new was learned', async () => {
    whenSettled()
    const { folder, kept, cache } = setUp()
    await remember(cache, folder, 'a.bin')
    const before = stateAt(onlyFile(kept))
    const stats = await cache.open(folder)
    stats.digestOf('a.bin', stateAt(join(folder, 'a.bin')))

    await stats.save()

    expect(stateAt(onlyFile(kept))).toEqual(before)
  })

  it('forgets files that nobody asks for any more, once they are more than those that are', async () => {
    const { folder, cache } = setUp()
    const state = { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: 1n, ctimeNs: 1n }
    const first = await cache.open(folder)
    for (let index = 0; index < 1_500; index++) first.rememberRead(`old-${index}`, state, sha256('x'))
    await first.save()
    const second = await cache.open(folder)
    second.digestOf('old-3', state)
    second.rememberRead('new', state, sha256('x'))
    await second.save()

    const stats = await cache.open(folder)

    const known = ['old-3', 'old-4', 'new'].map((path) => stats.digestOf(path, state) !== null)
    expect(known).toEqual([true, false, true])
  })

  it('is bounded: the files that were not used for the longest time go, and nothing else', async () => {
    whenSettled()
    const { folder, kept, cache } = setUp()
    nodeFs.mkdirSync(kept, { recursive: true })
    const plantOld = (name: string, sizeBytes: number, usedS: number) => {
      nodeFs.writeFileSync(join(kept, name), '')
      nodeFs.truncateSync(join(kept, name), sizeBytes)
      nodeFs.utimesSync(join(kept, name), usedS, usedS)
    }
    const name = (letter: string) => `${letter.repeat(64)}.stats`
    for (const [letter, usedS] of [
      ['a', 300],
      ['b', 100],
      ['c', 200],
    ] as const) {
      plantOld(name(letter), 120 * 1024 * 1024, usedS)
    }
    plantOld(`${name('d')}.0123456789abcdef`, 1, 50)
    plantOld('somebody-elses', 1, 1)

    await remember(cache, folder, 'a.bin')

    const left = treeOf(kept).filter((path) => path.startsWith('somebody') || /^(.)\1{63}/.test(path))
    expect(left).toEqual([name('a'), name('c'), 'somebody-elses'])
    expect(await recall(cache, folder, 'a.bin')).toBe(sha256('alpha'))
  })

  it('is whole, whoever of several wins', async () => {
    whenSettled()
    const { folder, kept, create, at } = setUp()
    const state = stateAt(at('a.bin'))
    const save = async (digest: string) => {
      const stats = await create().open(folder)
      stats.rememberRead('a.bin', state, digest)
      await stats.save()
    }
    const digests = Array.from({ length: 20 }, (_, index) => sha256(`${index}`))

    await Promise.all(digests.map(save))

    expect(digests).toContain(await recall(create(), folder, 'a.bin'))
    expect(nodeFs.readdirSync(kept)).toHaveLength(1)
  })

  it('is whole when processes are killed while they write it', async () => {
    const { folder, kept, create } = setUp()
    const [known, state] = [sha256('x'), { dev: 1n, ino: 1n, sizeBytes: 1, mtimeNs: 1n, ctimeNs: 1n }]

    for (let round = 0; round < 3; round++) {
      let lines = 0
      const task: SavingTask = { folder, kept, count: 20_000 }
      const child = spawnScript('saving-states', task, () => {
        if (++lines > 2 + round) child.kill()
      })
      expect((await child.ended).signal).toBe('SIGKILL')
      expect((await create().open(folder)).digestOf('19999', state)).toBe(known)
    }
  })
})

describe('a cache folder that cannot be used', () => {
  it.each([
    ['is a file', 'file'],
    ['lies below a file', 'file/below'],
  ])('%s: nothing is remembered, nothing rejects, and it is told once', async (_, path) => {
    whenSettled()
    const { folder } = setUp()
    const parent = temporaryFolder()
    plant(parent, { file: 'f' })
    const failures: unknown[] = []
    const cache = createStatCache({
      folder: async () => join(parent, path),
      onFailure: (error) => void failures.push(error),
    })

    await remember(cache, folder, 'a.bin')
    await remember(cache, folder, 'a.bin')

    expect(await recall(cache, folder, 'a.bin')).toBeNull()
    expect(failures).toHaveLength(1)
  })

  it.each<[string, () => Promise<string | null>, number]>([
    ['there is none', async () => null, 0],
    ['nobody can say where it is', () => Promise.reject(new Error('no home')), 1],
  ])('%s: nothing is remembered and nothing rejects', async (_, where, failureCount) => {
    whenSettled()
    const { folder } = setUp()
    const failures: unknown[] = []
    const cache = createStatCache({ folder: where, onFailure: (error) => void failures.push(error) })

    await remember(cache, folder, 'a.bin')

    expect(await recall(cache, folder, 'a.bin')).toBeNull()
    expect(failures).toHaveLength(failureCount)
  })

  it.skipIf(process.platform === 'win32')(
    'has a FIFO in the place of a file: nothing waits for its writer',
    async () => {
      whenSettled()
      const { folder, kept, cache } = setUp()
      await remember(cache, folder, 'a.bin')
      const path = onlyFile(kept)
      nodeFs.rmSync(path)
      execFileSync('mkfifo', [path])

      expect(await recall(cache, folder, 'a.bin')).toBeNull()
      await remember(cache, folder, 'a.bin')
      expect(await recall(cache, folder, 'a.bin')).toBe(sha256('alpha'))
    },
  )

  it('has nothing of a folder that is not there, and keeps what is remembered once it is', async () => {
    whenSettled()
    const { folder, cache, at } = setUp()
    const stats = await cache.open(at('later'))
    plant(folder, { 'later/b': 'beta' })

    stats.rememberRead('b', stateAt(at('later/b')), sha256('beta'))
    await stats.save()

    expect(await recall(cache, at('later'), 'b')).toBe(sha256('beta'))
  })
})
