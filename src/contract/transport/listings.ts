import type { RunRecord } from '../../ports/metadata-store.ts'
import { AT, logFiles, runOf } from './context.ts'
import type { TransportCase } from './context.ts'

const base = { category: 'listings and runs', tier: 'quick', requires: [] } as const

/** What there is. */
export const listingCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.listings.pages',
    obligation: 'Artifacts of a project that have a live version, in code-point order; of one type where it is given.',
    async run({ open, key, project, files, check }) {
      const ann = await open()
      for (const artifact of ['a', 'b', 'c']) {
        await logFiles(ann, { project, artifact }, { files: files('A'), type: artifact === 'b' ? 'data' : 'model' })
      }
      for (const content of ['B', 'C']) await logFiles(ann, { ...key, artifact: 'a' }, { files: files(content) })
      const ben = await open()

      const first = await ben.artifacts(project, { limit: 2 })
      const second = await ben.artifacts(project, { limit: 2, cursor: first.cursor })
      check.equal(
        [...first.items, ...second.items].map((row) => row.key.artifact),
        ['a', 'b', 'c'],
        'artifacts',
      )
      const data = await ben.artifacts(project, { limit: 2, type: 'data' })
      check.equal(
        data.items.map((row) => row.key.artifact),
        ['b'],
        'of one type',
      )
      const a = { project, artifact: 'a' }
      const newest = await ben.versions(a, { limit: 2, newestFirst: true })
      const rest = await ben.versions(a, { limit: 2, newestFirst: true, cursor: newest.cursor })
      check.equal(
        [...newest.items, ...rest.items].map((row) => row.key.n),
        [2, 1, 0],
        'versions',
      )
      const oldest = await ben.versions(a, { limit: 2, newestFirst: false })
      check.equal(
        oldest.items.map((row) => row.key.n),
        [0, 1],
        'versions, oldest first',
      )
      check.equal(await listsProject(), true, 'projects')
      for (const limit of [0, 1_001]) await check.rejects(ben.projects({ limit }), 'INVALID', `a page of ${limit}`)

      async function listsProject(): Promise<boolean> {
        let cursor: string | undefined
        do {
          const page = await ben.projects({ limit: 1_000, cursor })
          if (page.items.some(({ name }) => name === project)) return true
          cursor = page.cursor
        } while (cursor !== undefined)
        return false
      }
    },
  },
  {
    ...base,
    id: 'transport.runs.lifetime',
    obligation: "Creates a run's first record, or answers the one that is there: a run is resumed by its id.",
    async run({ open, project, check }) {
      const [ann, ben] = [await open(), await open()]
      const record: RunRecord = { ...runOf(project, 'r1'), group: 'g', config: { lr: 1 }, createdAt: AT }

      check.equal(await ann.startRun(record, {}), record, 'started')
      check.equal(await ben.startRun({ ...record, name: 'other' }, {}), record, 'resumed')
      check.equal(await ben.run(project, 'r1', {}), record, 'read')
      check.equal(await ben.run(project, 'r2', {}), null, 'another')
      check.equal((await ben.runs(project, { limit: 10 })).items, [record], 'listed')
      await ann.endRun(record, AT, {})
      await ann.endRun(record, AT, {})
      check.equal(await ben.linksOfRun(project, 'r1', {}), { out: [], in: [], ended: true }, 'ended')
    },
  },
  {
    ...base,
    id: 'transport.runs.use-once',
    obligation: 'Records that a run used a version: once, however often it is called.',
    async run({ open, key, project, files, check }) {
      const [ann, run] = [await open(), runOf(project, 'r1')]
      const version = { ...key, n: 0 }
      await logFiles(ann, key, { files: files('A'), run })

      for (const opId of ['op-1', 'op-1', 'op-2']) await ann.recordUse(version, { run, at: AT, opId }, {})
      await ann.endRun(run, AT, {})

      const ben = await open()
      check.equal(await ben.linksOf(version, {}), { out: [], in: [run], derived: [] }, 'of the version')
      const links = await ben.linksOfRun(project, 'r1', {})
      check.equal(links, { out: [version], in: [version], ended: true }, 'of the run')
    },
  },
  {
    ...base,
    id: 'transport.closed.refuses',
    obligation: 'Releases what the transport holds. Idempotent.',
    async run({ open, key, files, check }) {
      const [ann, ben] = [await open(), await open()]
      await logFiles(ann, key, { files: files('A') })
      const upload = await ann.upload(key, { bases: [] })

      await Promise.all([ann.close(), ann.close()])

      await check.rejects(ann.resolve(key, { kind: 'latest' }, {}), 'CLOSED', 'resolve')
      await check.rejects(ann.upload(key, { bases: [] }), 'CLOSED', 'upload')
      await check.rejects(upload.missing([], {}), 'CLOSED', 'an upload that was begun before')
      await check.rejects(ann.projects({ limit: 1 }), 'CLOSED', 'projects')
      check.equal((await ben.resolve(key, { kind: 'latest' }, {}))?.key.n, 0, 'another client goes on')
    },
  },
  {
    ...base,
    id: 'transport.aborted.refuses',
    obligation: 'Stops the call. It then rejects `ABORTED`; nothing half done stays visible.',
    async run({ open, key, files, check }) {
      const [ann, signal] = [await open(), AbortSignal.abort()]
      await logFiles(ann, key, { files: files('A') })

      await check.rejects(ann.resolve(key, { kind: 'latest' }, { signal }), 'ABORTED', 'resolve')
      await check.rejects(ann.upload(key, { bases: [], signal }), 'ABORTED', 'upload')
      await check.rejects(ann.projects({ limit: 1, signal }), 'ABORTED', 'projects')
      await check.rejects(ann.lineage({ ...key, n: 0 }, { direction: 'up', depth: 1, signal }), 'ABORTED', 'lineage')
    },
  },
]
