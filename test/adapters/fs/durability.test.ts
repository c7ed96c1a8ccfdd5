import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../../src/adapters/fs/client.ts'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import type { NodeFileSystem } from '../../../src/adapters/fs/index.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { createRecordingFs } from '../../support/recording-fs.ts'
import type { RecordingFs } from '../../support/recording-fs.ts'

const ROOT = '/disk/stores/mine'
const KEY = 'p/demo/a/model/versions/0000000000/0000000001'
const OTHER = 'p/demo/blobs/ab/cdef'

describe('a power loss', () => {
  test('takes nothing of what putIfAbsent acknowledged, and before that leaves all or nothing', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)

    await store.putIfAbsent(KEY, text('one'), {})
    const acknowledged = disk.operations
    await store.putIfAbsent(OTHER, text('two'), {})
    await store.put(`${KEY}x`, text('three'), {})
    await store.delete(['staging/none'], {})

    await eachCrash(disk, async (after, crashed) => {
      expect(await read(crashed, KEY), `after ${after}`).toBeOneOf(after < acknowledged ? [null, 'one'] : ['one'])
    })
  })

  test('takes nothing of what was published and then synced, all of it in one sync', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    const keys = Array.from({ length: 12 }, (_, index) => `p/demo/blobs/a${index % 3}/${index}`)

    for (const key of keys) await publish(store, key, key)
    await store.sync(keys, {})
    const acknowledged = disk.operations

    await eachCrash(disk, async (after, crashed) => {
      for (const key of keys) {
        expect(await read(crashed, key), `after ${after}`).toBeOneOf(after < acknowledged ? [null, key] : [key])
      }
    })
  })

  test('takes nothing of what another process made, once this one was told that it exists', async () => {
    const disk = createRecordingFs()
    // The other one was killed before it had synced a single folder.
    await publish(storeOn(disk.fs), KEY, 'theirs')
    const store = storeOn(disk.fs)

    const answer = await store.putIfAbsent(KEY, text('ours'), {})
    const acknowledged = disk.operations

    expect(answer).toBe('exists')
    expect(await read(disk.crash({ after: acknowledged }), KEY)).toBe('theirs')
  })

  test('takes nothing of what another process made, once this one has synced its key', async () => {
    const disk = createRecordingFs()
    await publish(storeOn(disk.fs), KEY, 'theirs')

    await storeOn(disk.fs).sync([KEY, 'p/demo/missing', 'nothing/there'], {})

    expect(await read(disk.crash(), KEY)).toBe('theirs')
    expect(await read(disk.crash(), 'p/demo/missing')).toBeNull()
  })

  test('takes nothing when a folder that was missing at a sync is made by another process afterwards', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    await store.putIfAbsent(OTHER, text('two'), {})
    await store.sync([KEY], {})
    await publish(storeOn(disk.fs), `${KEY}x`, 'theirs')

    await publish(store, KEY, 'ours')
    await store.sync([KEY], {})

    expect(await read(disk.crash(), KEY)).toBe('ours')
  })

  test('takes nothing when many write at once and share the syncs of their folders', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    const acknowledged = new Map<string, number>()
    const keys = Array.from({ length: 24 }, (_, index) => `p/demo/f${index % 4}/${index}`)

    await Promise.all(
      keys.map(async (key) => {
        await store.putIfAbsent(key, text(key), {})
        acknowledged.set(key, disk.operations)
      }),
    )

    await eachCrash(disk, async (after, crashed) => {
      const due = keys.filter((key) => after >= acknowledged.get(key)!)
      for (const key of due) expect(await read(crashed, key), `after ${after}`).toBe(key)
    })
    // Four folders with keys and six above them; each writer alone would sync seven, 168 in all.
    expect(disk.counts.folderSyncs).toBeLessThanOrEqual(3 * (4 + 6))
  })

  test('takes nothing of a name that was made while its folder was being synced for another', async () => {
    const disk = createRecordingFs()
    const [began, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const store = storeOn(withSlowFirstSync(disk.fs, { began: began.resolve, answer: answer.promise }))
    const first = store.putIfAbsent('p/a', text('a'), {})
    await began.promise
    await publish(store, 'p/b', 'b')

    const second = store.sync(['p/b'], {})
    setImmediate(answer.resolve)
    await Promise.all([first, second])

    expect(await read(disk.crash(), 'p/b')).toBe('b')
  })

  test('leaves all or nothing also where the disk wrote some names early, in any order', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    await store.putIfAbsent(KEY, text('one'), {})
    await publish(store, OTHER, 'two')
    await store.put('staging/note', text('three'), {})
    await store.put('staging/note', text('four'), {})

    for (const survives of [() => true, oddly(1), oddly(2), oddly(3), oddly(4)]) {
      await eachCrash(
        disk,
        async (after, crashed) => {
          expect(await read(crashed, KEY), `after ${after}`).toBeOneOf([null, 'one'])
          expect(await read(crashed, OTHER), `after ${after}`).toBeOneOf([null, 'two'])
          expect(await read(crashed, 'staging/note'), `after ${after}`).toBeOneOf([null, 'three', 'four'])
        },
        survives,
      )
    }
  })

  test('leaves the old or the new body of an object that was emptied', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    await store.putIfAbsent(KEY, text('body'), {})
    const acknowledged = disk.operations
    await store.put(KEY, new Uint8Array(), {})

    for (const survives of [() => false, () => true]) {
      await eachCrash(
        disk,
        async (after, crashed) => {
          if (after >= acknowledged) expect(await read(crashed, KEY), `after ${after}`).toBeOneOf(['body', ''])
        },
        survives,
      )
    }
  })

  test('takes nothing of a copy that was acknowledged', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    await store.putIfAbsent(OTHER, text('two'), {})

    await store.copy(OTHER, `${OTHER}.1`, {})

    expect(await read(disk.crash(), `${OTHER}.1`)).toBe('two')
  })

  test('takes what was acknowledged, if durability is off', async () => {
    const disk = createRecordingFs()
    const store = createFsObjectStore({ root: ROOT, fs: disk.fs, durability: 'none' })

    await store.putIfAbsent(KEY, text('one'), {})
    await publish(store, OTHER, 'two')
    await store.sync([OTHER], {})

    expect(await read(disk.fs, KEY)).toBe('one')
    expect(await read(disk.crash(), KEY)).toBeNull()
    expect(await read(disk.crash(), OTHER)).toBeNull()
    expect(disk.counts).toMatchObject({ fileSyncs: 0, folderSyncs: 0 })
  })
})

describe('fsyncs', () => {
  test('of a batch are its files, the folders written to or made, and what is above them', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    const keys = Array.from(
      { length: 500 },
      (_, index) => `p/demo/blobs/${String(index % 20).padStart(2, '0')}/${index}`,
    )

    for (const key of keys) await publish(store, key, key)
    await store.sync(keys, {})

    // 20 folders of blobs, then: blobs, demo, p, mine, stores, disk, /.
    expect(disk.counts).toMatchObject({ fileSyncs: 500, folderSyncs: 27 })
  })

  test('of keys at several depths are one a folder', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    const keys = ['p/a', 'p/x/b', 'p/x/y/c', 'd']

    for (const key of keys) await publish(store, key, key)
    await store.sync(keys, {})

    // y, x, p, mine, stores, disk, /.
    expect(disk.counts.folderSyncs).toBe(7)
  })

  test('of folders that are known to be durable are not repeated', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    await store.putIfAbsent(KEY, text('one'), {})
    const before = { ...disk.counts }

    await store.putIfAbsent(`${KEY}x`, text('two'), {})

    expect(disk.counts.folderSyncs - before.folderSyncs).toBe(1)
    expect(disk.counts.fileSyncs - before.fileSyncs).toBe(1)
  })

  test('are spared for bytes that are there already', async () => {
    const disk = createRecordingFs()
    const store = storeOn(disk.fs)
    await publish(store, OTHER, 'two')
    const before = { ...disk.counts }

    const answer = await publish(store, OTHER, 'two')

    expect(answer).toBe('exists')
    expect(disk.counts.fileSyncs).toBe(before.fileSyncs)
  })
})

function storeOn(fs: NodeFileSystem): ObjectStore {
  return createFsObjectStore({ root: ROOT, fs })
}

async function publish(store: ObjectStore, key: string, content: string): Promise<'created' | 'exists'> {
  const staged = await store.stage({})
  await staged.write(text(content))
  return (await staged.publish(key)) === 'created' ? 'created' : 'exists'
}

async function read(fs: NodeFileSystem, key: string): Promise<string | null> {
  const found = await storeOn(fs).get(key, {})
  return found && Buffer.from(found.bytes).toString()
}

async function eachCrash(
  disk: RecordingFs,
  check: (after: number, crashed: NodeFileSystem) => Promise<void>,
  survives: (path: string) => boolean = () => false,
): Promise<void> {
  const last = disk.operations
  for (let after = 0; after <= last; after++) await check(after, disk.crash({ after, survives }))
}

/** Lets every so many-th change survive: a repeatable stand-in for a disk that writes in its own order. */
function oddly(step: number): (path: string) => boolean {
  let count = 0
  return () => count++ % (step + 1) !== 0
}

/** The same disk, but the first sync of a folder is answered only after `answer`. */
function withSlowFirstSync(fs: NodeFileSystem, hooks: { began: () => void; answer: Promise<void> }): NodeFileSystem {
  const disk = fs.promises as unknown as FileSystem
  let first = true
  const open: FileSystem['open'] = async (path, flags, mode) => {
    const handle = await disk.open(path, flags, mode)
    if (flags !== 'r' || !first) return handle
    first = false
    const sync = async (): Promise<void> => {
      await handle.sync()
      hooks.began()
      await hooks.answer
    }
    return { ...handle, sync }
  }
  return { promises: { ...disk, open } }
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
