import { AT, contentOf, logCommand, runOf } from './commands.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'logging', tier: 'quick', requires: [] } as const

const OBLIGATION = 'Versions are dense, never renumbered, never reused; equal content is one version.'

/** New content is the next version, known content the version that it has. */
export const loggingCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.log.new-content',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const model = await artifact()

      check.equal(await model.log('A'), { n: 0, created: true, aliases: ['latest'] }, 'A')
      check.equal(await model.log('B', { aliases: ['prod', 'best'] }), {
        n: 1,
        created: true,
        aliases: ['best', 'latest', 'prod'],
      })
      check.equal(
        await model.log('C', { aliases: ['best'] }),
        { n: 2, created: true, aliases: ['best', 'latest'] },
        'C',
      )

      check.equal(await stateOf(await open(), key), {
        type: 'model',
        description: null,
        versions: ['A', 'B', 'C'].map((name) => [contentOf(name), 'live'] as const),
        latest: 2,
        aliases: [
          ['best', 2],
          ['prod', 1],
        ],
      })
    },
  },
  {
    ...base,
    id: 'metadata.log.record',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, open, key, project, check }) {
      const model = await artifact()
      await model.log('A')
      const derivedFrom = { ...key, n: 0 }
      const metadata = JSON.parse('{"lr": 0.1, "ünï": ["✓", null], "__proto__": {"constructor": 1}}') as { lr: number }
      const command = logCommand('B', {
        aliases: ['best'],
        run: runOf(project, 'r1'),
        derivedFrom,
        metadata,
        sizeBytes: 2 ** 53 - 1,
        fileCount: 1_000_000,
        description: 'the second',
        draft: { id: 'team/β', round: 3 },
      })

      await model.send(command)

      const { kind: _kind, baseRev: _baseRev, delivery: _delivery, at, ...content } = command
      const found = await (await open()).resolve(key, { kind: 'version', n: 1 }, {})
      check.equal(found?.record, { ...content, n: 1, createdAt: at, deleted: false }, 'the record')
      check.equal(
        { ...found, record: null },
        {
          key: { ...key, n: 1 },
          record: null,
          live: true,
          ended: null,
          aliases: ['best', 'latest'],
          description: 'the second',
        },
      )
    },
  },
  {
    ...base,
    id: 'metadata.log.unchanged',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await ann.log('A', { aliases: ['first'] })
      await ann.log('B')
      const before = await stateOf(ann.store, key)

      check.equal(await ben.log('B'), { n: 1, created: false, aliases: ['latest'] }, 'the latest content')
      check.equal(await ben.log('A'), { n: 0, created: false, aliases: ['first'] }, 'an older content')

      check.equal(await stateOf(await open(), key), before, 'the state')
    },
  },
  {
    ...base,
    id: 'metadata.log.hit-moves-aliases',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A', { aliases: ['a'] })
      await model.log('B', { aliases: ['b', 'c'] })

      const older = await model.log('A', { aliases: ['b', 'd'] })
      const latest = await model.log('B', { aliases: ['a'] })
      const inPlace = await model.log('B', { aliases: ['a', 'c'] })

      check.equal(older, { n: 0, created: false, aliases: ['a', 'b', 'd'] }, 'aliases move to an older version')
      check.equal(latest, { n: 1, created: false, aliases: ['a', 'c', 'latest'] }, 'aliases move to the latest')
      check.equal(inPlace, { n: 1, created: false, aliases: ['a', 'c', 'latest'] }, 'aliases that are there already')
      const state = await stateOf(await open(), key)
      check.equal(state?.aliases, [
        ['a', 1],
        ['b', 0],
        ['c', 1],
        ['d', 0],
      ])
      check.equal(state?.latest, 1, '`latest` stays')
    },
  },
  {
    ...base,
    id: 'metadata.log.latest-as-alias',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()

      check.equal(await model.log('A', { aliases: ['latest', 'a', 'a'] }), {
        n: 0,
        created: true,
        aliases: ['a', 'latest'],
      })
      check.equal(await model.log('B', { aliases: ['latest'] }), { n: 1, created: true, aliases: ['latest'] })
      check.equal(
        await model.log('A', { aliases: ['latest'] }),
        { n: 0, created: false, aliases: ['a'] },
        'an older one',
      )
      await model.log('C')

      const store = await open()
      const state = await stateOf(store, key)
      check.equal(state?.aliases, [['a', 0]], '`latest` is no alias of its own')
      check.equal(state?.latest, 2, '`latest`')
      const moved = (await store.moves(key, {})).map(({ alias }) => alias)
      check.equal(moved, ['a'], 'moves that were recorded')
    },
  },
  {
    ...base,
    id: 'metadata.log.after-delete',
    obligation: OBLIGATION,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      await model.log('B')
      await model.delete(0)

      check.equal(await model.log('A', { aliases: ['a'] }), { n: 2, created: true, aliases: ['a', 'latest'] })
      check.equal(await model.log('A'), { n: 2, created: false, aliases: ['a', 'latest'] }, 'once more')

      const state = await stateOf(await open(), key)
      const expected = [
        [contentOf('A'), 'deleted'],
        [contentOf('B'), 'live'],
        [contentOf('A'), 'live'],
      ] as const
      check.equal(state?.versions, expected, 'versions')
      const found = await model.store.resolve(key, { kind: 'digest', digest: contentOf('A') }, {})
      check.equal(found?.key.n, 2, 'by digest')
    },
  },
  {
    ...base,
    id: 'metadata.log.supersede',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A', { aliases: ['a'] })
      await model.log('B', { aliases: ['b'] })

      const again = await model.log('A', { supersede: true, aliases: ['c'] })

      check.equal(again, { n: 2, created: true, aliases: ['c', 'latest'] }, 'always a new version')
      const state = await stateOf(await open(), key)
      const ended = [
        [contentOf('A'), 'superseded'],
        [contentOf('B'), 'superseded'],
        [contentOf('A'), 'live'],
      ] as const
      check.equal(state?.versions, ended, 'every older one is ended')
      check.equal(state?.aliases, [['c', 2]], 'with its aliases')
      check.equal(await model.log('A'), { n: 2, created: false, aliases: ['c', 'latest'] }, 'the new one is the hit')
      check.equal(await model.log('B'), { n: 3, created: true, aliases: ['latest'] }, 'a superseded content is new')
    },
  },
  {
    ...base,
    id: 'metadata.log.supersede-first',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, check }) {
      const model = await artifact()

      check.equal(await model.log('A', { supersede: true }), { n: 0, created: true, aliases: ['latest'] })
      check.equal(await model.log('A', { supersede: true }), { n: 1, created: true, aliases: ['latest'] })
    },
  },
  {
    ...base,
    id: 'metadata.log.type-conflict',
    obligation: "Must reject with the refusal's code when it is refused; nothing is changed then.",
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      const before = await stateOf(model.store, key)

      const error = await check.rejects(model.log('B', { type: 'dataset', aliases: ['b'] }), 'CONFLICT', 'new content')
      await check.rejects(model.log('A', { type: 'Model' }), 'CONFLICT', 'known content')
      await check.rejects(model.log('C', { type: 'dataset', supersede: true }), 'CONFLICT', 'supersede')

      check.equal(
        ['"model"', '"dataset"'].every((type) => error.message.includes(type)),
        true,
        'the error names both',
      )
      check.equal(await stateOf(await open(), key), before, 'nothing is changed')
      await model.deleteAll()
      await check.rejects(model.log('A', { type: 'dataset' }), 'CONFLICT', 'the type outlives its versions')
    },
  },
  {
    ...base,
    id: 'metadata.log.odd-types',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ open, project, check }) {
      const store = await open()
      const types = ['a', 'two words', '../../etc', 'ünï✓', '"', '*', '%', '__proto__', '😀'.repeat(128)]
      for (const [index, type] of types.entries()) {
        await store.commit({ project, artifact: `a${index}` }, logCommand('A', { type }), {})
      }

      for (const [index, type] of types.entries()) {
        const rows = await pagesOf(async (page) => (await open()).artifacts(project, { ...page, type }), { limit: 10 })
        check.equal(
          rows.map((row) => [row.key.artifact, row.type]),
          [[`a${index}`, type]],
          type,
        )
      }
    },
  },
  {
    ...base,
    id: 'metadata.log.description',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      const described = async () => (await stateOf(await open(), key))?.description

      await model.log('A', { description: 'first ✓' })
      check.equal(await described(), 'first ✓', 'with new content')
      await model.log('B')
      check.equal(await described(), 'first ✓', 'none given: it stays')
      check.equal(await model.log('A', { description: 'second' }), { n: 0, created: false, aliases: [] })
      check.equal(await described(), 'second', 'with known content')
      await model.log('B', { description: '' })
      check.equal(await described(), '', 'an empty one')
    },
  },
  {
    ...base,
    id: 'metadata.log.times-are-the-clients',
    obligation: "The client's clock, ISO 8601 in UTC. Shown to people; nothing is decided by it.",
    async run({ artifact, check, key }) {
      const model = await artifact()
      const times = [AT, '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', AT]

      for (const [n, at] of times.entries()) check.equal((await model.log(`content ${n}`, { at })).n, n, at)

      for (const [n, at] of times.entries()) {
        check.equal((await model.store.resolve(key, { kind: 'version', n }, {}))?.record.createdAt, at)
      }
    },
  },
]
