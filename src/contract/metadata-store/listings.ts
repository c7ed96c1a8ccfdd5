import { logCommand } from './commands.ts'
import { pagesOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'listings', tier: 'quick', requires: [] } as const

/** Projects and artifacts. */
export const listingCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.projects.in-order',
    obligation: 'Projects in code-point order of their names.',
    async run({ open, project, check }) {
      const store = await open()
      const names = ['-a', '-b', '.0', '0', 'Z', '_', 'a'].map((end) => `${project}${end}`)
      for (const name of [...names].reverse()) await store.commit({ project: name, artifact: 'a' }, logCommand('A'), {})

      for (const limit of [3, 1_000]) {
        const rows = await pagesOf(async (page) => (await open()).projects(page), { limit })
        const mine = rows.filter(({ name }) => name.startsWith(project))
        check.equal(
          mine.map(({ name }) => name),
          names,
          `pages of ${limit}`,
        )
        check.equal(
          mine.every(({ createdAt }) => !Number.isNaN(Date.parse(createdAt))),
          true,
          'when they were made',
        )
      }
    },
  },
  {
    ...base,
    id: 'metadata.projects.by-a-run',
    obligation: "Creates a run's first record, or answers the one that is there: a run is resumed by its id.",
    async run({ open, project, check }) {
      const store = await open()
      const run = { project, id: 'r1', name: 'r1', group: null, config: null, createdAt: '2026-01-01T00:00:00.000Z' }
      check.equal(await isListed(), false, 'before')

      await store.startRun(run, {})

      check.equal(await isListed(), true, 'after')
      async function isListed(): Promise<boolean> {
        const rows = await pagesOf((page) => store.projects(page), { limit: 1_000 })
        return rows.some(({ name }) => name === project)
      }
    },
  },
  {
    ...base,
    id: 'metadata.projects.reading-makes-none',
    obligation: 'Projects in code-point order of their names.',
    async run({ open, project, key, check }) {
      const store = await open()

      await store.head(key, {})
      await store.prepare(key, {})
      await store.artifacts(project, { limit: 1 })
      await store.runs(project, { limit: 1 })

      const rows = await pagesOf((page) => store.projects(page), { limit: 1_000 })
      check.equal(
        rows.some(({ name }) => name === project),
        false,
      )
    },
  },
  {
    ...base,
    id: 'metadata.artifacts.pages-by-type',
    obligation:
      "Artifacts of a project that have a live version, in a stable order of the store's own; of one type where it is given.",
    async run({ open, project, check }) {
      const store = await open()
      const names = ['0', 'D', 'Z', '_', 'a', 'b', 'b0', 'ba', 'c']
      const typeOf = (index: number) => (index % 2 === 0 ? 'model' : 'data set')
      for (const [index, artifact] of [...names.entries()].reverse()) {
        await store.commit({ project, artifact }, logCommand('A', { type: typeOf(index) }), {})
      }
      await store.commit({ project: `${project}-2`, artifact: 'other' }, logCommand('A'), {})

      for (const type of [undefined, 'model', 'data set', 'model ', 'x']) {
        const expected = names.filter((_, index) => type === undefined || typeOf(index) === type)
        for (const limit of [1, 2, 100]) {
          const rows = await pagesOf(async (page) => (await open()).artifacts(project, { ...page, type }), { limit })
          check.equal(
            rows.map(({ key }) => key.artifact),
            expected,
            `type ${type}, pages of ${limit}`,
          )
          check.equal(
            rows.every(({ latest }) => latest === 0),
            true,
            'with their latest versions',
          )
        }
      }
    },
  },
  {
    ...base,
    id: 'metadata.artifacts.all-of-odd-names',
    obligation:
      "Artifacts of a project that have a live version, in a stable order of the store's own; of one type where it is given.",
    async run({ open, project, check }) {
      const store = await open()
      const names = ['-', 'a', 'a-b', 'a.b', 'a0', 'constructor', '__proto__', 'latest', 'v0', 'x'.repeat(128)]
      for (const artifact of names) await store.commit({ project, artifact }, logCommand('A'), {})

      for (const type of [undefined, 'model']) {
        const rows = await pagesOf((page) => store.artifacts(project, { ...page, type }), { limit: 3 })
        check.equal(rows.map(({ key }) => key.artifact).sort(), [...names].sort(), `type ${type}`)
      }
    },
  },
  {
    ...base,
    id: 'metadata.artifacts.refused-log-is-not-listed',
    obligation:
      "Artifacts of a project that have a live version, in a stable order of the store's own; of one type where it is given.",
    async run({ open, key, project, check }) {
      const store = await open()
      await check.rejects(store.commit(key, logCommand('A', { description: 'a'.repeat(20_000) }), {}), 'INVALID')

      check.equal(await pagesOf(async (options) => (await open()).artifacts(project, options), { limit: 10 }), [])
      check.equal(
        await pagesOf(async (options) => (await open()).artifacts(project, { ...options, type: 'model' }), {
          limit: 10,
        }),
        [],
        'by type',
      )
    },
  },
  {
    ...base,
    id: 'metadata.artifacts.while-others-write',
    obligation:
      "Artifacts of a project that have a live version, in a stable order of the store's own; of one type where it is given.",
    async run({ open, project, check }) {
      const [ann, ben] = [await open(), await open()]
      const staying = Array.from({ length: 9 }, (_, index) => `s${index}`)
      for (const artifact of staying) await ann.commit({ project, artifact }, logCommand('A'), {})

      const between = async (pages: number): Promise<void> => {
        if (pages > 5) return
        await ben.commit({ project, artifact: `a${pages}` }, logCommand('A'), {})
        await ben.commit({ project, artifact: `z${pages}` }, logCommand('A'), {})
      }
      const rows = await pagesOf((page) => ann.artifacts(project, page), { limit: 2, between })

      const seen = rows.map(({ key }) => key.artifact)
      check.equal(new Set(seen).size, seen.length, 'each once')
      check.equal(
        staying.filter((name) => !seen.includes(name)),
        [],
        'what was there before',
      )
    },
  },
]
