import type { ObjectStore } from '../../ports/object-store.ts'
import type { Check } from '../check.ts'
import { listNames, readAll } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'keys', tier: 'quick', requires: [] } as const

const CHARACTERS_MAX = 900

/** Legal, each of them, and each has a meaning of its own to some file system, shell, service or driver. */
const HOSTILE = [
  '...',
  '..a',
  'a..',
  '.hidden',
  '-',
  '--help',
  '_',
  '.-',
  '0',
  '00',
  '1e3',
  'CON',
  'nul.txt',
  'a.tmp',
  'a.lock',
  'a.meta',
  'tmp/x',
  '.tmp/x',
  'staging/x',
  '.git/HEAD',
  '.staging/x',
  'node_modules/x',
  'index.html',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty/x',
  '-rf',
  'a.json',
  'A-Z_a-z.0-9',
]

/** Keys that are legal and still go wrong. */
export const keyCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.keys.hostile',
    obligation: 'The facade has checked every key (`[A-Za-z0-9._/-]`, relative, at most 900 characters)',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const name of HOSTILE) {
        const answer = await store.putIfAbsent(key(name), bytes(name, 100), {})
        check.equal(answer === 'exists', false, `${name} is free`)
      }

      for (const name of HOSTILE) check.bytesEqual(await readAll(store, key(name)), bytes(name, 100), name)
      check.equal(await listNames(store, namespace), [...HOSTILE].sort())
      await store.delete(HOSTILE.map(key), {})
      check.equal(await listNames(store, namespace), [], 'after they were deleted')
    },
  },
  {
    ...base,
    id: 'object.keys.long-and-deep',
    obligation: 'The facade has checked every key (`[A-Za-z0-9._/-]`, relative, at most 900 characters)',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const room = CHARACTERS_MAX - namespace.length
      const long = 'x'.repeat(200)
      const folders = `d/${long}/${long}/${long}/${long}`.slice(0, room)
      const deep = 'e/'.repeat(room).slice(0, room - 1)
      const legal = [long, `${long.slice(1)}y`, folders, deep].map((name) => name.replace(/\/$/, 'z'))

      for (const name of legal) await store.putIfAbsent(key(name), bytes(name, 100), {})

      for (const name of legal) check.bytesEqual((await store.get(key(name), {}))?.bytes, bytes(name, 100), name)
      check.equal(await listNames(store, namespace), [...legal].sort())
    },
  },
  {
    ...base,
    id: 'object.keys.folder-is-no-object',
    obligation: 'Missing ones are fine.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('folder/deep/x'), bytes('x', 10), {})

      for (const name of ['folder', 'folder/deep']) {
        check.equal(await store.get(key(name), {}), null, `get of ${name}`)
        check.equal(await store.read(key(name), {}), null, `read of ${name}`)
        check.equal(await store.stat(key(name), {}), null, `stat of ${name}`)
      }
      await store.delete([key('folder'), key('folder/deep')], {})

      check.bytesEqual(await readAll(store, key('folder/deep/x')), bytes('x', 10), 'what lies in the folder')
    },
  },
  {
    ...base,
    id: 'object.keys.below-an-object',
    obligation: 'What is known of an object without reading it; null when there is none.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      await store.putIfAbsent(key('file'), bytes('file', 10), {})

      check.equal(await store.get(key('file/x'), {}), null, 'get')
      check.equal(await store.read(key('file/x/y'), {}), null, 'read')
      check.equal(await store.stat(key('file/x'), {}), null, 'stat')
      await store.delete([key('file/x')], {})

      check.bytesEqual(await readAll(store, key('file')), bytes('file', 10), 'the object itself')
    },
  },
  {
    ...base,
    id: 'object.keys.case',
    obligation: 'Keys that differ only in case are different keys.',
    async run({ open, key, bytes, check }) {
      const store = await open()
      const pairs = [
        ['model', 'Model'],
        ['folder/x', 'Folder/x'],
        ['deep/a/x', 'deep/A/y'],
      ] as const

      for (const [first, second] of pairs) {
        const [ours, other] = [bytes(first, 10), bytes(second, 20)]
        await store.putIfAbsent(key(first), ours, {})
        const [made] = await Promise.allSettled([store.putIfAbsent(key(second), other, {})])
        if (made.status === 'fulfilled') {
          check.equal(made.value === 'exists', false, `${second} is another key`)
          check.bytesEqual(await readAll(store, key(second)), other, second)
        } else {
          await refusesOtherCase(await open(), { key: key(second), check })
        }

        check.bytesEqual(await readAll(await open(), key(first)), ours, first)
      }
    },
  },
  {
    ...base,
    id: 'object.keys.illegal',
    obligation: 'The facade has checked every key (`[A-Za-z0-9._/-]`, relative, at most 900 characters)',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      const illegal = [
        '',
        '/',
        '/etc/passwd',
        '../a',
        'a/../b',
        'a/./b',
        'a//b',
        'a/',
        'a b',
        'a\0',
        'é',
        'a\\b',
        '%2e',
      ]

      for (const name of [...illegal, 'x'.repeat(CHARACTERS_MAX + 1)]) {
        await check.rejects(store.put(name, bytes('a', 1), {}), 'INVALID', JSON.stringify(name))
        await check.rejects(store.get(name, {}), 'INVALID', JSON.stringify(name))
        await check.rejects(store.delete([key('fine'), name], {}), 'INVALID', JSON.stringify(name))
      }

      check.equal(await listNames(store, namespace), [])
    },
  },
]

/** A handle that has seen nothing yet refuses what the one before refused. */
async function refusesOtherCase(store: ObjectStore, { key, check }: { key: string; check: Check }): Promise<void> {
  await check.rejects(store.putIfAbsent(key, new Uint8Array(1), {}), 'CONFLICT', 'putIfAbsent')
  await check.rejects(store.put(key, new Uint8Array(1), {}), 'CONFLICT', 'put')
  await check.rejects(store.delete([key], {}), 'CONFLICT', 'delete')
}
