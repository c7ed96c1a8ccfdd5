import { stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'
import type { ArtifactHandle } from './commands.ts'

const base = { category: 'aliases', tier: 'quick', requires: [] } as const

const REFUSED = "Must reject with the refusal's code when it is refused; nothing is changed then."
const DECIDED = 'Must decide by `decide`, and make the decision durable before it answers.'

/** An alias always resolves to exactly one version. */
export const aliasCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.alias.set-move-remove',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logThree(model)
      const aliases = async () => (await stateOf(await open(), key))?.aliases

      check.equal(await model.setAlias('prod', 1), { n: null, created: false, aliases: [] }, 'the answer')
      check.equal(await aliases(), [['prod', 1]], 'set')
      await model.setAlias('prod', 0)
      check.equal(await aliases(), [['prod', 0]], 'moved back')
      await model.setAlias('prod', 0)
      check.equal(await aliases(), [['prod', 0]], 'where it is already')
      await model.setAlias('best', 0)
      check.equal(
        await aliases(),
        [
          ['best', 0],
          ['prod', 0],
        ],
        'two on one version',
      )
      await model.setAlias('prod', null)
      check.equal(await aliases(), [['best', 0]], 'removed')
      await model.setAlias('prod', null)
      check.equal(await aliases(), [['best', 0]], 'removed again')
      check.equal((await stateOf(await open(), key))?.latest, 2, '`latest` never moved')
    },
  },
  {
    ...base,
    id: 'metadata.alias.expect',
    obligation: 'The target that must hold when the move lands; null: must not exist; undefined: any.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logThree(model)
      const aliases = async () => (await stateOf(await open(), key))?.aliases

      await model.setAlias('prod', 0, { expect: null })
      await check.rejects(model.setAlias('prod', 1, { expect: null }), 'CONFLICT', 'it exists')
      const error = await check.rejects(model.setAlias('prod', 1, { expect: 2 }), 'CONFLICT', 'another target')
      check.equal(/v2.*v0/.test(error.message), true, 'the error names the expected and the actual value')
      await check.rejects(model.setAlias('prod', null, { expect: 1 }), 'CONFLICT', 'a removal')
      await check.rejects(model.setAlias('prod', 0, { expect: 1 }), 'CONFLICT', 'to where it is')
      await check.rejects(model.setAlias('best', 0, { expect: 0 }), 'CONFLICT', 'an alias that does not exist')
      check.equal(await aliases(), [['prod', 0]], 'after all refusals')

      await model.setAlias('prod', 1, { expect: 0 })
      check.equal(await aliases(), [['prod', 1]], 'the expected target')
      await model.setAlias('prod', null, { expect: 1 })
      await model.setAlias('prod', null, { expect: null })
      check.equal(await aliases(), [], 'removed')
    },
  },
  {
    ...base,
    id: 'metadata.alias.target-must-be-live',
    obligation: REFUSED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await check.rejects(model.setAlias('prod', 0), 'NOT_FOUND', 'an artifact that was never logged')
      await check.rejects(model.setAlias('prod', null), 'NOT_FOUND', 'a removal there')
      check.equal(await stateOf(await open(), key), null, 'no trace of it')
      await model.log('A')
      await model.log('B', { supersede: true })
      await model.log('C')
      await model.log('D')
      await model.delete(2)
      const before = await stateOf(await open(), key)

      await check.rejects(model.setAlias('prod', 0), 'NOT_FOUND', 'a superseded version')
      await check.rejects(model.setAlias('prod', 2), 'NOT_FOUND', 'a deleted version')
      await check.rejects(model.setAlias('prod', 4), 'NOT_FOUND', 'a version that does not exist yet')
      await check.rejects(model.setAlias('prod', 9_999_999_999), 'NOT_FOUND', 'the last number')

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      await model.setAlias('prod', 1)
      await model.setAlias('prod', 3, { expect: 1 })
    },
  },
  {
    ...base,
    id: 'metadata.alias.latest-is-not-moved-by-hand',
    obligation: REFUSED,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await logThree(model)
      const before = await stateOf(await open(), key)

      await check.rejects(model.setAlias('latest', 0), 'INVALID', 'moved')
      await check.rejects(model.setAlias('latest', null), 'INVALID', 'removed')
      await check.rejects(model.setAlias('latest', 2, { expect: 2 }), 'INVALID', 'to where it is')

      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
    },
  },
  {
    ...base,
    id: 'metadata.alias.history',
    obligation: 'All moves of aliases, oldest first: complete and exact, whoever writes meanwhile.',
    async run({ artifact, open, key, project, check }) {
      const model = await artifact()
      const run = { project, id: 'r1', name: 'run of ann' }
      check.equal(await model.store.moves(key, {}), [], 'never logged')

      await model.log('A', { opId: 'op-1', aliases: ['b', 'a'], run, at: '2026-03-01T00:00:00.000Z' })
      await model.setAlias('a', 0, { opId: 'op-nothing' })
      await model.log('B', { opId: 'op-2', aliases: ['a'] })
      await model.setAlias('b', null, { opId: 'op-3', at: '2025-01-01T00:00:00.000Z', run })
      await model.delete(1, { opId: 'op-4', withAliases: true })
      await model.log('C', { opId: 'op-5', supersede: true, aliases: ['c'] })
      await model.deleteAll({ opId: 'op-6' })

      const moves = await (await open()).moves(key, {})
      const seen = moves.map(({ alias, from, to, opId }) => `${opId} ${alias} ${from} ${to}`)
      check.equal(seen, [
        'op-1 a null 0',
        'op-1 b null 0',
        'op-2 a 0 1',
        'op-3 b 0 null',
        'op-4 a 1 null',
        'op-5 c null 2',
        'op-6 c 2 null',
      ])
      check.equal(
        moves.map((move) => move.run),
        [run, run, null, run, null, null, null],
        'by whom',
      )
      check.equal([moves[0]?.at, moves[3]?.at], ['2026-03-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'], 'when')
    },
  },
  {
    ...base,
    id: 'metadata.alias.long-history',
    obligation: 'All moves of aliases, oldest first: complete and exact, whoever writes meanwhile.',
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await ann.log('A')
      await ann.log('B')
      const names = ['prod', 'best', 'old']
      const targets = new Map<string, number | null>()
      const expected: string[] = []

      for (let index = 0; index < 110; index++) {
        const alias = names[index % 3]!
        const [from, to] = [targets.get(alias) ?? null, index % 7 === 3 ? null : Math.floor(index / 3) % 2]
        await (index % 2 === 0 ? ann : ben).setAlias(alias, to, { opId: `op-${index}` })
        if (from !== to) expected.push(`op-${index} ${alias} ${from} ${to}`)
        targets.set(alias, to)
        if (index === 33 || index === 70) check.equal(await history(await artifact()), expected, `after ${index} moves`)
      }

      check.equal(await history({ store: await open(), key }), expected, 'at the end')
    },
  },
  {
    ...base,
    id: 'metadata.alias.many-moves-at-once',
    obligation: 'All moves of aliases, oldest first: complete and exact, whoever writes meanwhile.',
    async run({ artifact, check, key }) {
      const model = await artifact()
      const aliases = Array.from({ length: 150 }, (_, index) => `a${String(index).padStart(3, '0')}`)

      await model.log('A', { opId: 'op-0', aliases })
      await model.log('B', { opId: 'op-1', aliases: aliases.slice(0, 100) })
      await model.deleteAll({ opId: 'op-2' })

      const expected = [
        ...aliases.map((alias) => `op-0 ${alias} null 0`),
        ...aliases.slice(0, 100).map((alias) => `op-1 ${alias} 0 1`),
        ...aliases.map((alias, index) => `op-2 ${alias} ${index < 100 ? 1 : 0} null`),
      ]
      check.equal(await history(await artifact()), expected)
      check.equal((await stateOf(model.store, key))?.aliases, [], 'the aliases')
    },
  },
]

async function logThree(model: ArtifactHandle): Promise<void> {
  for (const content of ['A', 'B', 'C']) await model.log(content)
}

async function history({ store, key }: Pick<ArtifactHandle, 'store' | 'key'>): Promise<string[]> {
  const moves = await store.moves(key, {})
  return moves.map(({ alias, from, to, opId }) => `${opId} ${alias} ${from} ${to}`)
}
