import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFsObjectStore } from '../../../src/adapters/fs/index.ts'
import { checkedObjectStore } from '../../../src/ports/facade/object-store.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { watchedFs } from '../../support/faulty-fs.ts'
import type { FsCall } from '../../support/faulty-fs.ts'
import { FOLDS, foldingFs } from '../../support/folding-fs.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const BYTES = new TextEncoder().encode('bytes')
const OTHER = new TextEncoder().encode('other')

/** Handles on one store, on a disk that folds case. */
function foldingStore(): () => ObjectStore {
  const fs = foldingFs(FOLDS['folds case'])
  return () => checkedObjectStore(createFsObjectStore({ root: '/Store', fs, durability: 'none' }))
}

describe('a store on a disk that folds case', () => {
  it.each<[string, (store: ObjectStore) => Promise<unknown>]>([
    ['get', (store) => store.get('p/Demo/x', {})],
    ['read', (store) => store.read('p/Demo/x', {})],
    ['stat', (store) => store.stat('p/demo/X', {})],
    ['list', (store) => store.list('p/Demo/', { depth: 'all', limit: 10 })],
    ['putIfAbsent', (store) => store.putIfAbsent('p/Demo/new', BYTES, {})],
    ['put', (store) => store.put('p/demo/X', BYTES, {})],
    ['delete', (store) => store.delete(['p/demo/X'], {})],
    ['copy', (store) => store.copy('p/demo/y', 'p/demo/X', {})],
    ['publish', async (store) => (await store.stage({})).publish('p/demo/X')],
  ])(
    'refuses %s of a key that is there in another spelling, as the first thing that a handle does',
    async (_, call) => {
      const open = foldingStore()
      await open().putIfAbsent('p/demo/x', BYTES, {})
      await open().putIfAbsent('p/demo/y', BYTES, {})

      await expect(call(open())).rejects.toMatchObject({
        code: 'CONFLICT',
        adapter: 'fs',
        detail: expect.stringMatching(/^the store has "(demo|x)" where "(Demo|X)" is asked for/),
      })

      expect((await open().get('p/demo/x', {}))?.bytes).toEqual(BYTES)
      expect((await open().list('p/', { depth: 'all', limit: 10 })).entries.map(({ key }) => key)).toEqual([
        'p/demo/x',
        'p/demo/y',
      ])
    },
  )

  it('finds nothing where nothing is, in any spelling', async () => {
    const open = foldingStore()
    await open().putIfAbsent('p/demo/x', BYTES, {})

    expect(await open().get('p/demo/Y', {})).toBeNull()
    expect((await open().list('p/Other/', { depth: 'all', limit: 10 })).entries).toEqual([])
    await open().delete(['p/demo/Y'], {})
  })

  it('takes a key in another spelling once the first one is deleted', async () => {
    const store = foldingStore()()
    await store.putIfAbsent('x', BYTES, {})
    await store.delete(['x'], {})

    await store.putIfAbsent('X', BYTES, {})

    await expect(store.get('x', {})).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await store.get('X', {}))?.bytes).toEqual(BYTES)
  })

  it('lets one of many spellings that race win, and refuses the others', async () => {
    const open = foldingStore()
    const keys = ['model', 'Model', 'mOdel', 'moDel', 'modEl', 'modeL']

    const made = await Promise.allSettled(keys.map((key) => open().putIfAbsent(key, BYTES, {})))

    const codes = made.map((each) =>
      each.status === 'fulfilled' ? each.status : (each.reason as { code: string }).code,
    )
    expect(codes.toSorted()).toEqual([...Array<string>(5).fill('CONFLICT'), 'fulfilled'])
  })
})

describe('a store on a disk that keeps all names apart', () => {
  function countedStore(): { open: () => ObjectStore; calls: FsCall[] } {
    const calls: FsCall[] = []
    const root = join(temporaryFolder(), 'store')
    const fs = watchedFs((call) => void calls.push(call))
    return { open: () => createFsObjectStore({ root, fs, durability: 'none' }), calls }
  }

  it('pays one stat a handle for that, however much it reads and writes', async () => {
    const { open, calls } = countedStore()
    const store = open()

    for (const key of ['a', 'b', 'c']) await store.putIfAbsent(key, BYTES, {})
    const reader = open()
    for (const key of ['a', 'b', 'c']) await reader.get(key, {})

    const looks = calls.filter(({ name, path }) => name === 'stat' && /(STAGING|A|B|C)$/.test(path))
    expect(looks.map(({ path }) => path.split('/').at(-1))).toEqual(['STAGING', 'A'])
    expect(calls.some(({ name }) => name === 'readdir')).toBe(false)
  })

  it('keeps keys apart that differ only in case', async () => {
    const { open } = countedStore()
    await open().putIfAbsent('x', BYTES, {})

    await open().putIfAbsent('X', OTHER, {})

    expect((await open().get('x', {}))?.bytes).toEqual(BYTES)
    expect((await open().get('X', {}))?.bytes).toEqual(OTHER)
  })
})
