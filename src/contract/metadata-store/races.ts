import { artifactIn, contentOf } from './commands.ts'
import { pagesOf, stateOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'races', tier: 'quick', requires: ['manyWriters'] } as const

const WRITERS = 20
const DENSE = 'Versions are dense, never renumbered, never reused; equal content is one version.'
const DECIDED = 'Must decide by `decide`, and make the decision durable before it answers.'

/** Many writers over two handles: a lock inside one handle must not save the day. */
export const raceCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.race.distinct-contents',
    obligation: DENSE,
    async run({ artifact, open, key, check }) {
      const handles = [await artifact(), await artifact()]
      const contents = Array.from({ length: WRITERS }, (_, index) => `content ${index}`)

      const answers = await Promise.all(contents.map((content, index) => handles[index % 2]!.log(content)))

      const state = await stateOf(await open(), key)
      check.equal(
        answers.map(({ n }) => n!).sort((a, b) => a - b),
        contents.map((_, index) => index),
        'dense numbers',
      )
      check.equal(
        answers.every(({ created }) => created),
        true,
        'each made its own',
      )
      for (const [index, { n }] of answers.entries()) {
        check.equal(state?.versions[n!], [contentOf(contents[index]!), 'live'], `v${n}`)
      }
      check.equal([state?.versions.length, state?.latest], [WRITERS, WRITERS - 1], 'versions, latest')
    },
  },
  {
    ...base,
    id: 'metadata.race.equal-contents',
    obligation: DENSE,
    async run({ artifact, open, key, check }) {
      const handles = [await artifact(), await artifact()]

      const logging = Array.from({ length: WRITERS }, (_, index) =>
        handles[index % 2]!.log('A', { aliases: [`a${index}`] }),
      )
      const answers = await Promise.all(logging)

      const state = await stateOf(await open(), key)
      check.equal(
        answers.map(({ n }) => n),
        answers.map(() => 0),
        'the numbers',
      )
      check.equal(answers.filter(({ created }) => created).length, 1, 'one made it')
      check.equal(state?.versions, [[contentOf('A'), 'live']], 'versions')
      check.equal(state?.aliases.length, WRITERS, 'every alias was set')
    },
  },
  {
    ...base,
    id: 'metadata.race.few-contents',
    obligation: DENSE,
    async run({ artifact, open, key, check }) {
      const handles = await Promise.all(Array.from({ length: 4 }, () => artifact()))
      const contents = Array.from({ length: WRITERS }, (_, index) => `content ${index % 5}`)

      const answers = await Promise.all(contents.map((content, index) => handles[index % 4]!.log(content)))

      const state = await stateOf(await open(), key)
      check.equal(state?.versions.length, 5, 'versions')
      check.equal(new Set(state?.versions.map(([digest]) => digest)).size, 5, 'distinct contents')
      for (const [index, { n }] of answers.entries()) {
        check.equal(state?.versions[n!]?.[0], contentOf(contents[index]!), `the answer to writer ${index}`)
      }
    },
  },
  {
    ...base,
    id: 'metadata.race.types',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const handles = [await artifact(), await artifact()]

      const logging = [0, 1].map((index) => handles[index]!.log(`content ${index}`, { type: `type ${index}` }))
      const results = await Promise.allSettled(logging)

      const winner = check.oneWinner(results, { losers: 'CONFLICT' })
      const state = await stateOf(await open(), key)
      check.equal([state?.type, state?.versions.length], [`type ${winner}`, 1])
    },
  },
  {
    ...base,
    id: 'metadata.race.alias-with-expect',
    obligation: 'The target that must hold when the move lands; null: must not exist; undefined: any.',
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      for (let n = 0; n < 6; n++) await ann.log(`content ${n}`)
      let expect: number | null = null
      for (let round = 0; round < 4; round++) {
        const moving = [0, 1, 2, 3, 4, 5]
          .filter((n) => n !== expect)
          .map((n) => ({ n, moved: (n % 2 === 0 ? ann : ben).setAlias('prod', n, { expect }) }))

        const winner = check.oneWinner(await Promise.allSettled(moving.map(({ moved }) => moved)), {
          losers: 'CONFLICT',
        })

        expect = moving[winner]!.n
        check.equal((await stateOf(await open(), key))?.aliases, [['prod', expect]], `round ${round}`)
      }
      check.equal((await ann.store.moves(key, {})).length, 4, 'moves')
    },
  },
  {
    ...base,
    id: 'metadata.race.aliases-add-up',
    obligation: 'All moves of aliases, oldest first: complete and exact, whoever writes meanwhile.',
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await ann.log('A')
      await ann.log('B')

      const moving = Array.from({ length: 45 }, (_, index) => {
        return (index % 2 === 0 ? ann : ben).setAlias(index % 3 === 0 ? 'prod' : `own-${index}`, index % 2)
      })
      await Promise.all(moving)

      const store = await open()
      const moves = await store.moves(key, {})
      const state = await stateOf(store, key)
      for (const alias of new Set(moves.map((move) => move.alias))) {
        const own = moves.filter((move) => move.alias === alias)
        check.equal(
          own.map(({ from }) => from),
          [null, ...own.slice(0, -1).map(({ to }) => to)],
          `${alias}: a chain`,
        )
        check.equal(state?.aliases.find(([name]) => name === alias)?.[1], own.at(-1)?.to, `${alias}: ends where it is`)
      }
      check.equal(state?.aliases.length, 31, 'every alias')
    },
  },
  {
    ...base,
    id: 'metadata.race.delete-and-alias',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      for (let n = 0; n < 8; n++) await ann.log(`content ${n}`)
      for (let n = 0; n < 7; n++) {
        const [moved, deleted] = await Promise.allSettled([ann.setAlias(`a${n}`, n), ben.delete(n)])

        const state = await stateOf(await open(), key)
        const isAliased = state?.aliases.some(([alias]) => alias === `a${n}`)
        check.equal(isAliased, moved.status === 'fulfilled', `v${n}: the alias as it was answered`)
        check.equal(state?.versions[n]?.[1], deleted.status === 'fulfilled' ? 'deleted' : 'live', `v${n} as answered`)
        check.oneWinner([moved, deleted], { losers: moved.status === 'fulfilled' ? 'CONFLICT' : 'NOT_FOUND' })
      }
    },
  },
  {
    ...base,
    id: 'metadata.race.delete-and-log-again',
    obligation: DENSE,
    async run({ artifact, open, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      await ann.log('A')
      for (let round = 0; round < 6; round++) {
        const latest = (await stateOf(await open(), key))!.latest!

        const [, logged] = await Promise.all([ann.delete(latest, { withAliases: true }), ben.log('A')])

        const state = await stateOf(await open(), key)
        const live = state?.versions.flatMap(([, ended], n) => (ended === 'live' ? [n] : []))
        const expected = logged.created ? [logged.n] : []
        check.equal(live, expected, `round ${round}: live versions`)
        check.equal(state?.latest ?? null, live?.at(-1) ?? null, `round ${round}: latest`)
        if (!logged.created) await ann.log('A')
      }
    },
  },
  {
    ...base,
    id: 'metadata.race.deletes-of-the-latest',
    obligation: DECIDED,
    async run({ artifact, open, key, check }) {
      const handles = [await artifact(), await artifact()]
      for (let n = 0; n < 8; n++) await handles[0]!.log(`content ${n}`)

      const deleting = [1, 3, 5, 6, 7].map((n, index) => handles[index % 2]!.delete(n, { withAliases: true }))
      await Promise.all(deleting)

      const state = await stateOf(await open(), key)
      check.equal(
        state?.versions.flatMap(([, ended], n) => (ended === 'live' ? [n] : [])),
        [0, 2, 4],
        'live versions',
      )
      check.equal(state?.latest, 4, 'latest')
    },
  },
  {
    ...base,
    id: 'metadata.race.supersedes',
    obligation: DENSE,
    async run({ artifact, open, key, check }) {
      const handles = [await artifact(), await artifact()]

      const logging = Array.from({ length: 8 }, (_, index) => handles[index % 2]!.log('A', { supersede: true }))
      const answers = await Promise.all(logging)

      const state = await stateOf(await open(), key)
      check.equal(
        answers.map(({ n }) => n!).sort((a, b) => a - b),
        answers.map((_, index) => index),
        'dense numbers',
      )
      check.equal(
        state?.versions.map(([, ended]) => ended === 'live'),
        answers.map((_, index) => index === 7),
        'one lives',
      )
    },
  },
  {
    ...base,
    id: 'metadata.race.artifacts-do-not-meet',
    obligation: DENSE,
    async run({ open, project, check }) {
      const store = await open()
      const keys = Array.from({ length: 10 }, (_, index) => ({ project, artifact: `a${index}` }))

      await Promise.all(keys.map((key) => artifactIn(store, key).log('A', { aliases: ['prod'] })))

      const fresh = await open()
      for (const key of keys) check.equal((await stateOf(fresh, key))?.aliases, [['prod', 0]], key.artifact)
      check.equal(
        (await pagesOf((options) => fresh.artifacts(project, options), { limit: 100 })).length,
        keys.length,
        'the listing',
      )
    },
  },
]
