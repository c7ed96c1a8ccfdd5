import type { Selector } from '../../domain/refs.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { AT, contentOf, logCommand, runOf } from './commands.ts'
import { pagesOf } from './context.ts'
import type { MetadataStoreCase } from './context.ts'

const base = { category: 'lifetime and arguments', tier: 'quick', requires: ['manyWriters'] } as const

const LOGGED = logCommand('A', { aliases: ['prod'] })

const SELECTORS: readonly Selector[] = [
  { kind: 'latest' },
  { kind: 'version', n: 0 },
  { kind: 'version', n: 1 },
  { kind: 'alias', alias: 'prod' },
  { kind: 'digest', digest: contentOf('A') },
]

/** A handle that is open for long sees what others do. */
export const freshCases: readonly MetadataStoreCase[] = [
  {
    ...base,
    id: 'metadata.isolation.nothing-is-stale',
    obligation: 'Must decide by `decide`, and make the decision durable before it answers.',
    async run({ artifact, open, key, project, check }) {
      const [ann, ben] = [await artifact(), await open()]
      const [run, v0] = [runOf(project, 'r1'), { ...key, n: 0 }]
      const edit = { metadata: { lr: 1 }, metadataDigest: null, at: AT, run: null }
      const at = (offset: number) => ({ pack: `packs/${contentOf('pack')}`, offset, sizeBytes: 1 })
      const layout = (offset: number) => new Map([[contentOf('blob'), at(offset)]])
      const steps: Readonly<Record<string, () => Promise<unknown>>> = {
        nothing: async () => {},
        'a run': () => ann.store.startRun({ ...run, group: null, config: null, createdAt: AT }, {}),
        'a first version': () => ann.log('A', { aliases: ['prod'], run }),
        'a second one': () => ann.log('B', { derivedFrom: v0, description: 'what it is' }),
        'another run': () =>
          ann.store.startRun({ ...runOf(project, 'r2'), group: null, config: null, createdAt: AT }, {}),
        'an alias that moves': () => ann.setAlias('prod', 1),
        'an edge': () => ann.store.recordEdge({ kind: 'in', run, version: v0, at: AT, opId: 'op' }, {}),
        'the end of the run': () => ann.store.endRun(run, AT, {}),
        'other metadata': () => ann.store.editMetadata(v0, edit, {}),
        'other metadata again': () => ann.store.editMetadata(v0, { ...edit, metadata: null }, {}),
        'a layout': () => ann.store.writeLayout(project, contentOf('A'), layout(1), {}),
        'another layout': () => ann.store.writeLayout(project, contentOf('A'), layout(2), {}),
        'a deletion': () => ann.delete(0),
        'another artifact': () => ann.store.commit({ project, artifact: 'other' }, LOGGED, {}),
        'another project': () => ann.store.commit({ project: `${project}-2`, artifact: 'a' }, LOGGED, {}),
        'no artifact': () => ann.deleteAll(),
      }

      for (const [what, step] of Object.entries(steps)) {
        await step()

        // Ben was asked before the step; whoever opens the store now was not.
        check.equal(await seenBy(ben, key), await seenBy(await open(), key), `after ${what}`)
      }
    },
  },
]

/** What a handle answers to every question about an artifact and its project. */
async function seenBy(store: MetadataStore, key: ArtifactKey): Promise<unknown> {
  const { project } = key
  const page = { limit: 100 }
  const projects = await pagesOf((options) => store.projects(options), { limit: 1_000 })
  const [versions, runs] = [[0, 1].map((n) => ({ ...key, n })), ['r1', 'r2']]
  return {
    head: await store.head(key, {}),
    prepared: (await store.prepare(key, {})).head,
    resolved: await each(SELECTORS, (selector) => store.resolve(key, selector, {})),
    located: await each(SELECTORS, async (selector) => (await store.locate(key, selector, {}))?.n),
    records: await each(versions, (version) => store.record(version, {})),
    edits: await each(versions, (version) => store.metadataEdit(version, {})),
    links: await each(versions, (version) => store.linksOf(version, {})),
    versions: (await store.versions(key, { ...page, newestFirst: true })).items,
    moves: await store.moves(key, {}),
    layout: await store.layout(project, contentOf('A'), {}),
    projects: projects.filter(({ name }) => name.startsWith(project)),
    artifacts: (await store.artifacts(project, page)).items,
    ofType: (await store.artifacts(project, { ...page, type: 'model' })).items,
    runs: (await store.runs(project, page)).items,
    run: await each(runs, (run) => store.run(project, run, {})),
    linksOfRuns: await each(runs, (run) => store.linksOfRun(project, run, {})),
  }
}

function each<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  return Promise.all(items.map(ask))
}
