import { AT, contentOf, logCommand, runOf } from './commands.ts'
import { pagesOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'
import type { MetadataStore, RunRecord } from '../../ports/metadata-store.ts'
import type { RunRef, VersionKey } from '../../domain/version.ts'

const base = { category: 'runs and lineage', tier: 'quick', requires: [] } as const

/** Runs, and the edges between runs and versions. */
export const runCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.run.started-and-resumed',
    obligation: "Creates a run's first record, or answers the one that is there: a run is resumed by its id.",
    async run({ open, project, check }) {
      const [ann, ben] = [await open(), await open()]
      const first = { ...recordOf(project, 'r1'), group: 'team ✓', config: { lr: 0.1, deep: { list: [null, ''] } } }
      check.equal(await ann.run(project, 'r1', {}), null, 'before')

      check.equal(await ann.startRun(first, {}), first, 'started')
      check.equal(await ben.startRun({ ...recordOf(project, 'r1'), name: 'another' }, {}), first, 'resumed')

      check.equal(await (await open()).run(project, 'r1', {}), first, 'read')
      check.equal(await ben.run(`${project}-2`, 'r1', {}), null, 'in another project')
    },
  },
  {
    ...base,
    id: 'metadata.run.started-by-many',
    requires: ['manyWriters'],
    obligation: "Creates a run's first record, or answers the one that is there: a run is resumed by its id.",
    async run({ open, project, check }) {
      const handles = await Promise.all(Array.from({ length: 5 }, () => open()))

      const starting = handles.map((store, index) =>
        store.startRun({ ...recordOf(project, 'r1'), name: `${index}` }, {}),
      )
      const records = await Promise.all(starting)

      const kept = await (await open()).run(project, 'r1', {})
      check.equal(
        records,
        handles.map(() => kept!),
        'all are answered the same record',
      )
    },
  },
  {
    ...base,
    id: 'metadata.run.ended',
    obligation: 'Ends a run; idempotent.',
    async run({ open, project, check }) {
      const store = await open()
      const run = recordOf(project, 'r1')
      await store.startRun(run, {})
      check.equal((await store.linksOfRun(project, 'r1', {})).ended, false, 'before')

      await store.endRun(run, AT, {})
      await (await open()).endRun(run, '2030-01-01T00:00:00.000Z', {})

      check.equal((await (await open()).linksOfRun(project, 'r1', {})).ended, true, 'after')
      check.equal(await store.startRun(run, {}), run, 'it can be resumed')
    },
  },
  {
    ...base,
    id: 'metadata.run.pages',
    obligation: 'Runs of a project in code-point order of their ids.',
    async run({ open, project, check }) {
      const store = await open()
      const ids = ['-', '0', 'B', '__proto__', 'a', 'a-b', 'a.b', 'aa', 'constructor', 'r'.repeat(128)].sort()
      for (const id of [...ids].reverse()) await store.startRun(recordOf(project, id), {})
      await store.startRun(recordOf(`${project}-2`, 'other'), {})

      for (const limit of [1, 3, 100]) {
        const rows = await pagesOf(async (page) => (await open()).runs(project, page), { limit })
        check.equal(
          rows,
          ids.map((id) => recordOf(project, id)),
          `pages of ${limit}`,
        )
      }
    },
  },
  {
    ...base,
    id: 'metadata.edges.both-ways',
    obligation: 'Records an edge; idempotent.',
    async run({ open, artifact, key, project, check }) {
      const model = await artifact()
      await model.log('A')
      await model.log('B')
      const [ann, other] = [runOf(project, 'ann'), runOf(`${project}-2`, 'ann')]
      const store = await open()
      for (const run of [ann, other]) await store.startRun({ ...recordOf(run.project, run.id), name: run.name }, {})
      const [v0, v1] = [
        { ...key, n: 0 },
        { ...key, n: 1 },
      ]

      for (const opId of ['op-1', 'op-2']) {
        await store.recordEdge({ kind: 'out', run: ann, version: v0, at: AT, opId }, {})
        await store.recordEdge({ kind: 'in', run: ann, version: v0, at: AT, opId }, {})
        await store.recordEdge({ kind: 'in', run: other, version: v0, at: AT, opId }, {})
        await store.recordEdge({ kind: 'in', run: ann, version: v1, at: AT, opId }, {})
      }
      await endAll(store, [ann, other])

      const fresh = await open()
      const links = await fresh.linksOf(v0, {})
      check.equal(
        { ...links, in: [...links.in].sort(byProject) },
        { out: [ann], in: [ann, other], derived: [] },
        'of v0',
      )
      check.equal(await fresh.linksOf(v1, {}), { out: [], in: [ann], derived: [] }, 'of v1')
      check.equal(await fresh.linksOfRun(project, 'ann', {}), { out: [v0], in: [v0, v1], ended: true }, 'of the run')
      const theirs = await fresh.linksOfRun(other.project, 'ann', {})
      check.equal(theirs, { out: [], in: [v0], ended: true }, 'of the run of the same id in another project')
    },
  },
  {
    ...base,
    id: 'metadata.edges.of-a-log',
    obligation: 'Edges of a run: one list.',
    async run({ open, artifact, key, project, check }) {
      const [model, run] = [await artifact(), runOf(project, 'r1')]
      const origin = { project: `${project}-2`, artifact: 'base' }
      await model.store.commit(origin, logCommand('origin'), {})
      await model.log('A', { run })
      await model.log('B', { run, derivedFrom: { ...key, n: 0 } })
      await model.log('C', { run, derivedFrom: { ...origin, n: 0 } })

      const store = await open()
      const [v0, v1, v2] = [0, 1, 2].map((n) => ({ ...key, n })) as [VersionKey, VersionKey, VersionKey]
      check.equal(await store.linksOfRun(project, 'r1', {}), { out: [v0, v1, v2], in: [], ended: false }, 'of the run')
      check.equal(await store.linksOf(v0, {}), { out: [], in: [], derived: [v1] }, 'derived from v0')
      check.equal(await store.linksOf({ ...origin, n: 0 }, {}), { out: [], in: [], derived: [v2] }, 'across projects')
      check.equal(await store.linksOf(v2, {}), { out: [], in: [], derived: [] }, 'nothing')
    },
  },
  {
    ...base,
    id: 'metadata.edges.of-nothing',
    obligation: 'Edges of a version.',
    async run({ open, key, project, check }) {
      const store = await open()

      check.equal(await store.linksOf({ ...key, n: 7 }, {}), { out: [], in: [], derived: [] })
      check.equal(await store.linksOfRun(project, 'nobody', {}), { out: [], in: [], ended: false })
    },
  },
  {
    ...base,
    id: 'metadata.edges.many-and-odd-names',
    obligation: 'Records an edge; idempotent.',
    async run({ open, artifact, key, project, check }) {
      const model = await artifact()
      await model.log('A')
      const names = ['-', 'in', 'out', 'end', 'derived', 'constructor', '__proto__', 'v0', 'x'.repeat(128)]
      const runs = names.map((id) => runOf(project, id))
      const store = await open()
      for (const run of runs) {
        await store.recordEdge({ kind: 'in', run, version: { ...key, n: 0 }, at: AT, opId: 'op' }, {})
        await store.recordEdge(
          { kind: 'in', run, version: { project, artifact: run.id, n: 10_000 }, at: AT, opId: 'op' },
          {},
        )
      }
      await endAll(store, runs)

      const links = await (await open()).linksOf({ ...key, n: 0 }, {})
      check.equal([...links.in].sort(byId), [...runs].sort(byId), 'of the version')
      for (const { id } of runs) {
        const found = (await store.linksOfRun(project, id, {})).in.map(({ artifact: name, n }) => `${name} ${n}`).sort()
        check.equal(found, [`${key.artifact} 0`, `${id} 10000`].sort(), `of the run ${id}`)
      }
      check.equal((await store.resolve(key, { kind: 'latest' }, {}))?.record.digest, contentOf('A'), 'the artifact')
    },
  },
]

function recordOf(project: string, id: string): RunRecord {
  return { ...runOf(project, id), group: null, config: null, createdAt: AT }
}

/** Edges may be deferred until their run ends. */
async function endAll(store: MetadataStore, runs: readonly RunRef[]): Promise<void> {
  for (const run of runs) await store.endRun(run, AT, {})
}

function byProject(a: RunRef, b: RunRef): number {
  return a.project < b.project ? -1 : 1
}

function byId(a: RunRef, b: RunRef): number {
  return a.id < b.id ? -1 : 1
}
