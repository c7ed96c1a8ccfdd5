import { LadingError } from '../../domain/errors.ts'
import type { Collection } from '../../ports/blob-store.ts'
import { logCommand } from './commands.ts'
import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'confirming blobs', tier: 'quick', requires: [] } as const

const OBLIGATION =
  'Called before a version is created, again for each collection state that is met: makes every blob that the version needs'

/** A version names only blobs that are there. */
export const confirmingCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.confirm.before-creation',
    obligation: OBLIGATION,
    async run({ open, key, check }) {
      const [ann, ben] = [await open(), await open()]
      for (const [n, content] of ['A', 'B'].entries()) {
        const seen: unknown[] = []
        const prepared = await ann.prepare(key, {})
        const confirm = async (collection: Collection): Promise<void> => {
          seen.push([collection.epoch, collection.state, await ben.resolve(key, { kind: 'version', n }, {})])
        }

        await ann.commit(key, logCommand(content), { prepared, confirm })

        check.equal(prepared.head?.next ?? 0, n, 'the head that was prepared')
        check.equal(seen.length >= 1, true, `${content}: it was called`)
        check.equal(
          seen,
          seen.map(() => [0, 'swept', null]),
          `${content}: the version is not there yet`,
        )
      }
    },
  },
  {
    ...base,
    id: 'metadata.confirm.not-on-a-hit',
    obligation: 'Not called for content that is there already.',
    async run({ open, artifact, key, check }) {
      const model = await artifact()
      await model.log('A')
      await model.log('B')
      const store = await open()
      const confirm = async (): Promise<void> => {
        throw new Error('confirm was called for content that is there')
      }

      for (const [n, content] of ['A', 'B'].entries()) {
        const answer = await store.commit(key, logCommand(content, { aliases: ['again'] }), { confirm })
        check.equal(answer.n, n, content)
        const prepared = await store.prepare(key, {})
        check.equal((await store.commit(key, logCommand(content), { prepared, confirm })).n, n, `${content}, prepared`)
      }
    },
  },
  {
    ...base,
    id: 'metadata.confirm.failing',
    obligation: OBLIGATION,
    async run({ open, artifact, key, check }) {
      const model = await artifact()
      await model.log('A')
      const before = await stateOf(await open(), key)
      const confirm = async (): Promise<void> => {
        throw new LadingError('CORRUPT', { detail: 'a blob is damaged' })
      }

      await check.rejects(model.store.commit(key, logCommand('B'), { confirm }), 'CORRUPT')

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      check.equal((await model.log('C')).n, 1, 'its number is free')
    },
  },
  {
    ...base,
    id: 'metadata.confirm.prepared-is-old',
    obligation: 'Opaque to the caller: lets `commit` start from this very read of head.',
    async run({ open, artifact, key, check }) {
      const [store, ben] = [await open(), await artifact()]
      const preparedFirst = await store.prepare(key, {})
      await ben.log('A', { aliases: ['prod'] })
      await ben.log('B')
      const prepared = await store.prepare(key, {})
      await ben.log('C')
      await ben.delete(0, { withAliases: true })

      const log = async (content: string, seen: typeof prepared) => {
        return (await store.commit(key, logCommand(content), { prepared: seen })).n
      }
      check.equal(await log('D', preparedFirst), 3, 'prepared before the first version')
      check.equal(await log('A', prepared), 4, 'its content was deleted since')
      check.equal(await log('C', prepared), 2, 'its content was logged since')
    },
  },
]
