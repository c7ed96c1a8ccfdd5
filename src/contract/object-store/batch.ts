import type { BatchWrite, ObjectStore } from '../../ports/object-store.ts'
import { ContractFailure } from '../check.ts'
import { listNames } from './context.ts'
import type { ObjectStoreCase } from './context.ts'

const base = { category: 'atomic batches', tier: 'quick', requires: ['batch'] } as const

/** Many objects in one commit, and reads that are pinned to one. */
export const batchCases: readonly ObjectStoreCase[] = [
  {
    ...base,
    id: 'object.batch.commits-all',
    obligation: 'Applies all writes in one commit on top of `parent`; `stale` when the tip is another.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      await ann.put(key('b'), bytes('old', 10), {})
      const parent = await ann.batch.tip({})

      const writes = [created(key('d/a'), bytes('a', 100)), written(key('b'), bytes('b', 200))]
      const answer = await ann.batch.commit(writes, { parent, title: 'both' })

      check.equal(answer, { commit: await ben.batch.tip({}) }, 'the commit is the tip')
      check.equal(await listNames(ben, namespace), ['b', 'd/a'])
      check.bytesEqual((await ben.get(key('d/a'), {}))?.bytes, bytes('a', 100))
      check.bytesEqual((await ben.get(key('b'), {}))?.bytes, bytes('b', 200))
    },
  },
  {
    ...base,
    id: 'object.batch.all-or-nothing',
    obligation: 'Must be all or nothing, also when a single precondition fails (then `stale`).',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      await store.put(key('taken'), bytes('taken', 10), {})
      const parent = await store.batch.tip({})

      const writes = [
        created(key('a'), bytes('a', 10)),
        created(key('taken'), bytes('b', 10)),
        written(key('c'), bytes('c', 10)),
      ]
      const answer = await store.batch.commit(writes, { parent, title: 'one is taken' })

      check.equal(answer, 'stale')
      check.equal(await listNames(await open(), namespace), ['taken'])
      check.bytesEqual((await store.get(key('taken'), {}))?.bytes, bytes('taken', 10))
    },
  },
  {
    ...base,
    id: 'object.batch.stale-parent',
    obligation: 'Applies all writes in one commit on top of `parent`; `stale` when the tip is another.',
    async run({ open, key, bytes, namespace, check }) {
      const [ann, ben] = [await open(), await open()]
      const parent = await ben.batch.tip({})
      await ann.batch.commit([created(key('a'), bytes('a', 10))], { parent, title: 'first' })

      const answer = await ben.batch.commit([created(key('b'), bytes('b', 10))], { parent, title: 'second' })

      check.equal(answer, 'stale', 'although it writes another key')
      check.equal(await listNames(ann, namespace), ['a'])
    },
  },
  {
    ...base,
    id: 'object.batch.pinned-reads',
    obligation: 'Reads objects as they were at a commit; null for each that was not there.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const keys = [key('changed'), key('deleted'), key('later'), key('plain')]
      await ann.put(keys[0]!, bytes('0', 10), {})
      await ann.put(keys[1]!, bytes('1', 10), {})
      const pinned = await ben.batch.tip({})
      const before = await ben.batch.getAt(pinned, keys, {})

      await ann.batch.commit([written(keys[0]!, bytes('new', 10)), created(keys[2]!, bytes('2', 10))], {
        parent: pinned,
        title: 'change',
      })
      await ann.delete([keys[1]!], {})
      await ann.putIfAbsent(keys[3]!, bytes('3', 10), {})

      check.equal(
        before.map((found) => found !== null),
        [true, true, false, false],
      )
      check.equal(await ben.batch.getAt(pinned, keys, {}), before, 'as it was')
      const now = await ben.batch.getAt(await ben.batch.tip({}), keys, {})
      check.equal(
        now.map((found) => found !== null),
        [true, false, true, true],
        'at the tip',
      )
    },
  },
  {
    ...base,
    id: 'object.batch.pinned-lists',
    obligation: 'Lists keys as they were at a commit.',
    async run({ open, key, bytes, namespace, check }) {
      const store = await open()
      for (const name of ['a', 'b/x', 'c']) await store.put(key(name), bytes(name, 10), {})
      const pinned = await store.batch.tip({})
      const before = await store.list(namespace, { depth: 'children', limit: 10 })

      await store.batch.commit([written(key('a'), bytes('new', 99)), created(key('d'), bytes('d', 10))], {
        parent: pinned,
        title: 'change',
      })
      await store.delete([key('c'), key('b/x')], {})

      check.equal(await store.batch.listAt(pinned, namespace, { depth: 'children', limit: 10 }), before)
      const first = await store.batch.listAt(pinned, namespace, { depth: 'all', limit: 2 })
      const second = await store.batch.listAt(pinned, namespace, { depth: 'all', limit: 2, cursor: first.cursor })
      check.equal(
        [...first.entries, ...second.entries].map((entry) => entry.key),
        ['a', 'b/x', 'c'].map(key),
        'in pages',
      )
    },
  },
  {
    ...base,
    id: 'object.batch.commits-since',
    obligation: 'The commits after `commit`, newest first.',
    async run({ open, key, bytes, check }) {
      const [ann, ben] = [await open(), await open()]
      const start = await ann.batch.tip({})
      const ids: string[] = []
      for (const title of ['first', 'second', 'third']) {
        const parent = ids.at(-1) ?? start
        const answer = await ann.batch.commit([written(key('a'), bytes(title, 10))], { parent, title })
        if (answer === 'stale') throw new ContractFailure('a commit on top of the tip', answer)
        ids.push(answer.commit)
      }

      const titled = [...ids.entries()].map(([n, id]) => ({ id, title: ['first', 'second', 'third'][n]! })).reverse()
      check.equal(await ben.batch.commitsSince(start, {}), titled)
      check.equal(await ben.batch.commitsSince(ids[1]!, {}), titled.slice(0, 1))
      check.equal(await ben.batch.commitsSince(ids[2]!, {}), [], 'after the tip')
    },
  },
  {
    ...base,
    id: 'object.batch.unknown-commit',
    obligation: 'Rejects `NOT_FOUND` when it is not an ancestor of the tip.',
    async run({ open, check }) {
      const store = await open()

      await check.rejects(store.batch.commitsSince('0123456789abcdef0123456789abcdef01234567', {}), 'NOT_FOUND')
    },
  },
  {
    ...base,
    id: 'object.batch.one-winner',
    obligation: 'Applies all writes in one commit on top of `parent`; `stale` when the tip is another.',
    async run({ open, key, bytes, namespace, check }) {
      const handles = [await open(), await open()]
      const parent = await handles[0]!.batch.tip({})

      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          handles[n % 2]!.batch.commit([created(key(`${n}`), bytes(`${n}`, 10))], { parent, title: `${n}` }),
        ),
      )

      const winner = check.oneWinner(results, { losers: 'stale' })
      check.equal(await listNames(await open(), namespace), [`${winner}`])
    },
  },
  {
    ...base,
    id: 'object.batch.never-half',
    obligation: 'Must be all or nothing, also when a single precondition fails (then `stale`).',
    async run({ open, key, check }) {
      const [ann, ben] = [await open(), await open()]
      const keys = [key('a'), key('b')]
      const write = async (): Promise<void> => {
        for (let n = 0; n < 30; n++) {
          await commitOnTip(
            ann,
            keys.map((name) => written(name, Buffer.from(`${n}`))),
          )
        }
      }
      const read = async (): Promise<void> => {
        for (let n = 0; n < 30; n++) {
          const [a, b] = await ben.batch.getAt(await ben.batch.tip({}), keys, {})
          check.equal(a && Buffer.from(a.bytes).toString(), b && Buffer.from(b.bytes).toString(), 'both of one commit')
        }
      }

      await Promise.all([write(), read()])
    },
  },
]

function created(key: string, bytes: Uint8Array): BatchWrite {
  return { key, bytes, precondition: 'ifAbsent' }
}

function written(key: string, bytes: Uint8Array): BatchWrite {
  return { key, bytes, precondition: 'none' }
}

async function commitOnTip(store: ObjectStore, writes: readonly BatchWrite[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const parent = await store.batch.tip({})
    if ((await store.batch.commit(writes, { parent, title: `attempt ${attempt}` })) !== 'stale') return
  }
  throw new ContractFailure('a commit in 100 attempts', 'stale each time')
}
