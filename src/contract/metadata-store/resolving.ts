import type { Selector } from '../../domain/refs.ts'
import { contentOf, setAliasCommand } from './commands.ts'
import { pagesOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'resolving', tier: 'quick', requires: [] } as const

const RESOLVES = 'The version that a selector names now; null when there is none.'
const PAGES = 'Live versions, one page at a time.'

/** Names of versions, and their listing. */
export const resolvingCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.resolve.each-selector',
    obligation: RESOLVES,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A', { aliases: ['prod'] })
      await model.log('B')
      await model.log('C')
      const store = await open()
      const numbers: readonly (readonly [Selector, number | null])[] = [
        [{ kind: 'latest' }, 2],
        [{ kind: 'version', n: 0 }, 0],
        [{ kind: 'version', n: 2 }, 2],
        [{ kind: 'version', n: 3 }, null],
        [{ kind: 'version', n: 1_000 }, null],
        [{ kind: 'alias', alias: 'prod' }, 0],
        [{ kind: 'alias', alias: 'best' }, null],
        [{ kind: 'alias', alias: 'constructor' }, null],
        [{ kind: 'alias', alias: '__proto__' }, null],
        [{ kind: 'digest', digest: contentOf('B') }, 1],
        [{ kind: 'digest', digest: contentOf('D') }, null],
        [{ kind: 'pending', n: 1 }, null],
      ]

      for (const [selector, n] of numbers) {
        const found = await store.resolve(key, selector, {})
        check.equal(found?.key ?? null, n === null ? null : { ...key, n }, JSON.stringify(selector))
        if (n !== null) check.equal([found?.live, found?.ended], [true, null], JSON.stringify(selector))
      }
    },
  },
  {
    ...base,
    id: 'metadata.locate.each-selector',
    obligation: 'The number that a selector names, for a command on it; null when it names none.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      const store = await open()
      check.equal(await store.locate(key, { kind: 'latest' }, {}), null, 'never logged')
      for (const content of 'ABC') await model.log(content, { aliases: content === 'A' ? ['prod'] : [] })
      await model.delete(1)
      const numbers: readonly (readonly [Selector, number | null])[] = [
        [{ kind: 'latest' }, 2],
        [{ kind: 'version', n: 0 }, 0],
        [{ kind: 'alias', alias: 'prod' }, 0],
        [{ kind: 'alias', alias: 'best' }, null],
        [{ kind: 'alias', alias: 'constructor' }, null],
        [{ kind: 'digest', digest: contentOf('C') }, 2],
        [{ kind: 'digest', digest: contentOf('D') }, null],
      ]

      for (const [selector, n] of numbers) {
        check.equal((await store.locate(key, selector, {}))?.n ?? null, n, JSON.stringify(selector))
      }
      const prepared = (await store.locate(key, { kind: 'alias', alias: 'prod' }, {}))!
      await model.setAlias('prod', 2)
      await store.commit(key, setAliasCommand('old', prepared.n), { prepared })
      check.equal((await store.resolve(key, { kind: 'alias', alias: 'old' }, {}))?.key.n, 0, 'a command on it')
    },
  },
  {
    ...base,
    id: 'metadata.record.logged-or-ended',
    obligation: 'The record of a version as it was logged or ended; null when there is none.',
    async run({ artifact, open, key, check }) {
      const [model, store] = [await artifact(), await open()]
      check.equal(await store.record({ ...key, n: 0 }, {}), null, 'never logged')
      await model.log('A', { aliases: ['prod'], metadata: { lr: 1 } })
      await model.log('B', { supersede: true })
      await model.log('C')
      await model.delete(2, { withAliases: true })

      for (const [n, content] of ['A', 'B', 'C'].entries()) {
        const record = await store.record({ ...key, n }, {})
        const view = await store.resolve(key, { kind: 'version', n }, {})
        check.equal(record, view?.record ?? null, `v${n}, as it is resolved`)
        check.equal([record?.digest, record?.deleted], [contentOf(content), n === 2], `v${n}`)
      }
      check.equal(await store.record({ ...key, n: 3 }, {}), null, 'no such version')
    },
  },
  {
    ...base,
    id: 'metadata.resolve.never-logged',
    obligation: RESOLVES,
    async run({ open, key, check }) {
      const store = await open()
      const selectors: Selector[] = [
        { kind: 'latest' },
        { kind: 'version', n: 0 },
        { kind: 'alias', alias: 'a' },
        { kind: 'digest', digest: contentOf('A') },
      ]

      for (const selector of selectors) check.equal(await store.resolve(key, selector, {}), null, selector.kind)
      check.equal(await store.head(key, {}), null, 'head')
      check.equal(
        await pagesOf((options) => store.versions(key, { ...options, newestFirst: true }), { limit: 1 }),
        [],
        'versions',
      )
    },
  },
  {
    ...base,
    id: 'metadata.resolve.ended',
    obligation: 'Deleted and superseded versions are answered by number, marked; other selectors find live ones only.',
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      await model.log('A')
      await model.delete(0, { withAliases: true })
      await model.log('B', { aliases: ['b'] })
      await model.log('C', { supersede: true })
      const store = await open()

      for (const [n, ended] of [
        [0, 'deleted'],
        [1, 'superseded'],
        [2, null],
      ] as const) {
        const found = await store.resolve(key, { kind: 'version', n }, {})
        check.equal([found?.live, found?.ended], [ended === null, ended], `v${n}`)
      }
      for (const content of ['A', 'B']) {
        check.equal(await store.resolve(key, { kind: 'digest', digest: contentOf(content) }, {}), null, content)
      }
      check.equal(await store.resolve(key, { kind: 'alias', alias: 'b' }, {}), null, 'its alias')
    },
  },
  {
    ...base,
    id: 'metadata.resolve.alias-while-it-moves',
    requires: ['manyWriters'],
    obligation: RESOLVES,
    async run({ artifact, open, key, check }) {
      const [ann, store] = [await artifact(), await open()]
      await ann.log('0', { aliases: ['prod'] })
      let isMoving = true
      const moving = (async () => {
        for (let n = 1; n <= 12; n++) {
          await ann.log(`${n}`, { aliases: ['prod'] })
          await ann.delete(n - 1)
        }
      })().finally(() => (isMoving = false))

      let highest = 0
      while (isMoving) {
        const selectors = [{ kind: 'alias', alias: 'prod' }, { kind: 'latest' }] as const
        const found = await Promise.all(selectors.map((selector) => store.resolve(key, selector, {})))
        check.equal(
          found.map((view) => view?.live),
          [true, true],
          'an alias that exists all the time, and `latest`',
        )
        check.equal(found[0]!.key.n >= highest, true, 'an alias never goes back')
        highest = found[0]!.key.n
      }
      await moving
    },
  },
  {
    ...base,
    id: 'metadata.versions.pages',
    obligation: PAGES,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      for (let n = 0; n < 14; n++) await model.log(`content ${n}`, { aliases: n === 5 ? ['prod'] : [] })
      for (const n of [0, 3, 4, 7, 13]) await model.delete(n, { withAliases: true })
      const store = await open()
      const live = [1, 2, 5, 6, 8, 9, 10, 11, 12]

      for (const limit of [1, 2, 4, 14, 1_000]) {
        for (const newestFirst of [false, true]) {
          const rows = await pagesOf((page) => store.versions(key, { ...page, newestFirst }), { limit })
          const expected = newestFirst ? [...live].reverse() : live
          check.equal(
            rows.map((row) => row.key.n),
            expected,
            `pages of ${limit}, newestFirst ${newestFirst}`,
          )
          check.equal(
            rows.every((row) => row.live),
            true,
            'all are live',
          )
          check.equal(rows.find((row) => row.key.n === 5)?.aliases, ['prod'], 'with aliases')
          check.equal(rows.find((row) => row.key.n === 12)?.aliases, ['latest'], 'with `latest`')
        }
      }
    },
  },
  {
    ...base,
    id: 'metadata.versions.above-the-floor',
    obligation: PAGES,
    async run({ artifact, open, key, check }) {
      const model = await artifact()
      for (const content of 'ABC') await model.log(content)
      await model.log('D', { supersede: true })
      await model.log('E')
      const store = await open()

      for (const newestFirst of [false, true]) {
        const rows = await pagesOf((page) => store.versions(key, { ...page, newestFirst }), { limit: 1 })
        check.equal(
          rows.map((row) => row.key.n),
          newestFirst ? [4, 3] : [3, 4],
          `newestFirst ${newestFirst}`,
        )
      }
    },
  },
  {
    ...base,
    id: 'metadata.versions.while-others-write',
    obligation: PAGES,
    async run({ artifact, key, check }) {
      const [ann, ben] = [await artifact(), await artifact()]
      for (let n = 0; n < 10; n++) await ann.log(`content ${n}`)

      for (const newestFirst of [false, true]) {
        const before = (
          await pagesOf((options) => ann.store.versions(key, { ...options, newestFirst }), { limit: 100 })
        ).map((row) => row.key.n)
        const between = async (pages: number): Promise<void> => {
          if (pages > 3) return
          const { n } = await ben.log(`${newestFirst} ${pages}`)
          // One of those that come last, and one that was listed already: who counts would skip another.
          await ben.delete(n! - 1)
          await ben.delete(before[pages - 1]!)
        }
        const rows = await pagesOf((page) => ann.store.versions(key, { ...page, newestFirst }), { limit: 3, between })

        const seen = rows.map((row) => row.key.n)
        const after = (
          await pagesOf((options) => ann.store.versions(key, { ...options, newestFirst }), { limit: 100 })
        ).map((row) => row.key.n)
        check.equal(
          seen,
          [...seen].sort((a, b) => (newestFirst ? b - a : a - b)),
          'in order',
        )
        check.equal(new Set(seen).size, seen.length, 'each once')
        const missed = before.filter((n) => after.includes(n) && !seen.includes(n))
        check.equal(missed, [], 'what was there before and still is')
      }
    },
  },
]
