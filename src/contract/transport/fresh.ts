import { summaryOf } from '../../ports/artifact-summary.ts'
import { manifestDigest } from '../../domain/manifest.ts'
import type { Selector } from '../../domain/refs.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Transport } from '../../ports/transport.ts'
import { AT, changeOf, logFiles, manifestOf, moveOf, runOf } from './context.ts'
import type { TransportCase } from './context.ts'

const base = { category: 'listings and runs', tier: 'quick', requires: [] } as const

const SELECTORS: readonly Selector[] = [
  { kind: 'latest' },
  { kind: 'version', n: 0 },
  { kind: 'version', n: 1 },
  { kind: 'alias', alias: 'prod' },
]

/** A client that is open for long sees what others do; and a history is told whole. */
export const freshCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.isolation.nothing-is-stale',
    obligation: 'The version that a selector names now, as `MetadataStore.resolve` does; null when there is none.',
    async run({ open, key, project, files, check }) {
      const [ann, ben] = [await open(), await open()]
      const [run, v0] = [runOf(project, 'r1'), { ...key, n: 0 }]
      const record = { ...run, group: null, config: null, createdAt: AT }
      const steps: Readonly<Record<string, () => Promise<unknown>>> = {
        nothing: async () => {},
        'a run': () => ann.startRun(record, {}),
        'a first version': () => logFiles(ann, key, { files: files('A'), aliases: ['prod'], run, metadata: { lr: 1 } }),
        'a second one': () => logFiles(ann, key, { files: files('B'), derivedFrom: v0 }),
        'an alias that moves': () => ann.moveAlias(key, moveOf('prod', 1), {}),
        'a use': () => ann.recordUse(v0, { run, at: AT, opId: 'op' }, {}),
        'the end of the run': () => ann.endRun(run, AT, {}),
        'other metadata': () => ann.updateMetadata(v0, { ...changeOf(), metadata: { lr: 2 } }, {}),
        'a description': () => ann.describe(key, { ...changeOf(), description: 'what it is' }, {}),
        'another run': () => ann.startRun({ ...record, id: 'r2' }, {}),
        'another artifact': () => logFiles(ann, { project, artifact: 'other' }, { files: files('C') }),
        'another project': () => logFiles(ann, { ...key, project: `${project}-2` }, { files: files('C') }),
      }

      for (const [what, step] of Object.entries(steps)) {
        await step()

        // Ben was asked before the step; a client that begins now was not.
        check.equal(await seenBy(ben, key), await seenBy(await open(), key), `after ${what}`)
      }
    },
  },
  {
    ...base,
    id: 'transport.listings.rows-are-what-is-resolved',
    obligation: 'The version that a selector names now, as `MetadataStore.resolve` does; null when there is none.',
    async run({ open, key, project, files, check }) {
      const [ann, ben, run] = [await open(), await open(), runOf(project, 'r1')]
      const origin = { ...key, n: 0 }
      await logFiles(ann, key, { files: files('A'), aliases: ['prod'], run })
      const given = { description: 'what it is', metadata: { lr: 0.1 }, derivedFrom: origin, run, aliases: ['best'] }
      await logFiles(ann, key, { files: files('B'), ...given })
      await ann.endRun(run, AT, {})

      const view = (await ben.resolve(key, { kind: 'latest' }, {}))!
      const { record } = view
      check.equal(
        { n: record.n, type: record.type, aliases: record.aliases, derivedFrom: record.derivedFrom },
        { n: 1, type: 'model', aliases: ['best'], derivedFrom: origin },
        'the record',
      )
      check.equal([record.description, record.deleted, record.draft], ['what it is', false, null], 'the record')
      check.equal([view.live, view.ended, view.aliases], [true, null, ['best', 'latest']], 'the view')
      const first = await ben.resolve(key, { kind: 'version', n: 0 }, {})
      check.equal<unknown>((await ben.versions(key, { limit: 10, newestFirst: true })).items, [view, first], 'versions')
      const head = (await ben.head(key, {}))!
      check.equal<unknown>((await ben.artifacts(project, { limit: 10 })).items, [summaryOf(key, head)], 'artifacts')
      const { type, next, aliases, latest, description } = head
      check.equal([type, next, latest?.n, latest?.digest, description], ['model', 2, 1, record.digest, 'what it is'])
      check.equal(aliases, { best: 1, prod: 0 }, 'aliases')
      check.equal((await ben.linksOf(origin, {})).derived, [{ ...key, n: 1 }], 'what was derived')
    },
  },
  {
    ...base,
    id: 'transport.export.whole',
    requires: ['export'],
    obligation: 'What is denied rejects `UNSUPPORTED`.',
    async run({ open, key, files, check }) {
      const ann = await open()
      for (const content of ['A', 'B']) await logFiles(ann, key, { files: files(content), aliases: ['prod'] })
      await ann.moveAlias(key, moveOf('prod', 0), {})

      const events = await Array.fromAsync((await open()).export(key, { since: 0 }))

      check.equal([events[0]?.kind, events.at(-1)?.kind], ['artifact', 'state'], 'the first and the last')
      const digests = ['A', 'B'].map((content) => manifestDigest(manifestOf(files(content))))
      const versions = events.flatMap((event) => (event.kind === 'version' ? [event.version.digest] : []))
      check.equal(versions, digests, 'versions')
      const moves = events.flatMap((event) => (event.kind === 'moves' ? event.moves : []))
      check.equal(
        moves.map(({ alias, from, to }) => [alias, from, to]),
        [['prod', 1, 0]],
        'moves by hand',
      )
      const later = await Array.fromAsync((await open()).export(key, { since: 1 }))
      const numbers = later.flatMap((event) => (event.kind === 'version' ? [event.version.n] : []))
      check.equal(numbers, [1], 'versions since v1')
    },
  },
]

/** What a client answers to every question about an artifact and its project. */
async function seenBy(client: Transport, key: ArtifactKey): Promise<unknown> {
  const { project } = key
  const page = { limit: 100 }
  const versions = [0, 1].map((n) => ({ ...key, n }))
  const resolved = await each(SELECTORS, (selector) => client.resolve(key, selector, {}))
  return {
    resolved,
    metadata: await each(resolved, async (view) => view && client.metadata(view, {})),
    head: await client.head(key, {}),
    moves: await client.moves(key, {}),
    links: await each(versions, (version) => client.linksOf(version, {})),
    lineage: await each(versions, (version) => client.lineage(version, { direction: 'both', depth: 5 })),
    versions: (await client.versions(key, { ...page, newestFirst: false })).items,
    artifacts: (await client.artifacts(project, page)).items,
    runs: (await client.runs(project, page)).items,
    run: await client.run(project, 'r1', {}),
    linksOfRun: await client.linksOfRun(project, 'r1', {}),
    uploadHead: (await client.upload(key, { bases: [] })).head,
  }
}

function each<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  return Promise.all(items.map(ask))
}
