import { summaryOf } from '../../ports/artifact-summary.ts'
import { pagesOf } from './context.ts'
import type { VersionKey } from '../../domain/version.ts'
import type { VersionView } from '../../ports/metadata-store.ts'
import { contentOf, runOf } from './commands.ts'
import type { ArtifactHandle } from './commands.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'resolving', tier: 'quick', requires: [] } as const

const BEGIN = '2020-02-02T20:20:20.202Z'

/** What is told of an artifact is the same, whoever asks for it and how. */
export const viewCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.head.whole',
    obligation: "The artifact's head, or null when it was never logged.",
    async run({ artifact, open, key, check }) {
      await logAll(await artifact())

      const store = await open()
      const head = (await store.head(key, {}))!
      const { type, next, floor, aliases, latest, description, createdAt, deleting } = head
      check.equal(
        { type, next, floor, aliases, latest, description, createdAt, deleting },
        {
          type: 'model',
          next: 4,
          floor: 2,
          aliases: { best: 2, prod: 3 },
          latest: { n: 3, digest: contentOf('D'), opId: 'op-D' },
          description: 'what it is',
          createdAt: BEGIN,
          deleting: null,
        },
      )
      const operations = head.recent.map(({ opId, rev, result }) => [opId, rev, result])
      const revs = [0, 1, 2].map((back) => head.rev - back)
      check.equal(
        operations.slice(0, 3),
        [
          ['op-best', revs[0], 'done'],
          ['op-D', revs[1], 3],
          ['op-C', revs[2], 2],
        ],
        'operations, newest first',
      )
      const moves = await store.moves(key, {})
      check.equal(head.moves, moves.slice(moves.length - head.moves.length), 'its moves are the last of all')
      check.equal(moves.at(-1)?.rev, head.rev, 'the rev of a move is that of the head that it made')
    },
  },
  {
    ...base,
    id: 'metadata.listings.rows-are-what-is-resolved',
    obligation: 'Live versions, one page at a time.',
    async run({ artifact, open, key, project, check }) {
      await logAll(await artifact())
      const store = await open()
      const resolve = (version: VersionKey): Promise<VersionView | null> => {
        return store.resolve(version, { kind: 'version', n: version.n }, {})
      }

      const { items: versions } = await store.versions(key, { newestFirst: false, limit: 10 })
      const { items: artifacts } = await store.artifacts(project, { limit: 10 })

      const expected = [await resolve({ ...key, n: 2 }), await resolve({ ...key, n: 3 })]
      check.equal<unknown>(versions, expected, 'versions')
      check.equal<unknown>(artifacts, [summaryOf(key, (await store.head(key, {}))!)], 'artifacts')
      const [listed] = (await pagesOf((options) => store.projects(options), { limit: 1_000 })).filter(
        ({ name }) => name === project,
      )
      check.equal([listed?.name, Number.isNaN(Date.parse(listed?.createdAt ?? ''))], [project, false], 'the project')
    },
  },
]

/** Four versions, of which the last two are live, with one of everything. */
async function logAll(model: ArtifactHandle): Promise<void> {
  const { key } = model
  const run = runOf(key.project, 'r1')
  await model.log('A', { aliases: ['prod'], at: BEGIN, run })
  await model.log('B', { metadata: { lr: 0.1 } })
  const third = { opId: 'op-C', supersede: true, aliases: ['prod'], derivedFrom: { ...key, n: 0 }, run }
  await model.log('C', { ...third, metadata: { lr: 0.2 }, description: 'what it is', draft: { id: 'night', round: 1 } })
  await model.log('D', { opId: 'op-D', aliases: ['prod'], metadataDigest: contentOf('large') })
  await model.setAlias('best', 2, { opId: 'op-best', run })
}
