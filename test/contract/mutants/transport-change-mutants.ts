import { LadingError } from '../../../src/domain/errors.ts'
import type { Head } from '../../../src/domain/head.ts'
import type { RunRef } from '../../../src/domain/version.ts'
import type { RunRecord } from '../../../src/ports/metadata-store.ts'
import type { Transport } from '../../../src/ports/transport.ts'
import { turn } from './bytes.ts'
import type { Mutant } from './mutant.ts'

/** Longer values do not fit into the column. */
const COLUMN_CHARACTERS = 250

/** Clients of services that lose conditions, count what they should not, or tell less than there is. */
export const transportChangeMutants: readonly Mutant<Transport>[] = [
  {
    id: 'errors-have-no-code',
    broken: 'What the service refuses comes out as a failure of the server.',
    cites: [
      { source: 'strongbox/strongbox#420', what: 'a path of a missing artifact is answered 500' },
      { source: 'mvnpm/mvnpm#14', what: 'an artifact that is not found is a 500' },
    ],
    killedBy: 'transport.alias.refused',
    breaks: () => (sound) => ({
      ...sound,
      async moveAlias(key, move, options) {
        await sound.moveAlias(key, move, options).catch((cause: unknown) => {
          throw new Error('500 Internal Server Error', { cause })
        })
      },
    }),
  },
  {
    id: 'condition-is-lost-on-the-way',
    broken: 'What a move expects is not sent: the service moves the alias whatever it points at.',
    cites: [
      { source: 'stackshy/cloudemu#657', what: 'conditions of a write were silently ignored: 200 and overwritten' },
    ],
    killedBy: 'transport.alias.expect',
    breaks: () => (sound) => ({
      ...sound,
      moveAlias: (key, move, options) => sound.moveAlias(key, { ...move, expect: undefined }, options),
    }),
  },
  {
    id: 'condition-is-checked-by-the-client',
    broken: 'The client asks where the alias points, compares, and then moves it.',
    cites: [
      { source: 'dandi/dandi-archive#1757', what: 'concurrent calls compare and then save: some data is clobbered' },
    ],
    killedBy: 'transport.alias.expect',
    breaks: () => (sound) => ({
      ...sound,
      async moveAlias(key, move, options) {
        const now = (await sound.head(key, options))?.aliases[move.alias] ?? null
        if (move.expect !== undefined && move.expect !== now)
          throw new LadingError('CONFLICT', { detail: `found v${now}` })
        await turn()
        await sound.moveAlias(key, { ...move, expect: undefined }, options)
      },
    }),
  },
  {
    id: 'use-is-counted',
    broken: 'Each report that a run used a version is one more use.',
    cites: [
      {
        source: 'datahub-project/datahub#3380',
        what: 'duplicate lineage leads to duplicate edges, and the count shows 2 upstreams',
      },
    ],
    killedBy: 'transport.runs.use-once',
    breaks: () => {
      const uses: RunRef[] = []
      return (sound) => ({
        ...sound,
        async recordUse(key, use, options) {
          uses.push(use.run)
          await sound.recordUse(key, use, options)
        },
        linksOf: async (key, options) => ({ ...(await sound.linksOf(key, options)), in: uses }),
      })
    },
  },
  {
    id: 'run-is-renamed',
    broken: 'A run that is resumed takes over what the one who resumes it says.',
    cites: [{ source: 'wandb/wandb#553', what: 'giving the id of a run changed its name on resume' }],
    killedBy: 'transport.runs.lifetime',
    breaks: () => {
      const runs = new Map<string, RunRecord>()
      return (sound) => ({
        ...sound,
        async startRun(run, options) {
          await sound.startRun(run, options)
          runs.set(run.id, run)
          return run
        },
        run: async (project, id, options) => runs.get(id) ?? sound.run(project, id, options),
      })
    },
  },
  {
    id: 'cycle-is-walked-around',
    broken: 'A node that is reached on two ways is in the graph twice.',
    cites: [
      { source: 'MarquezProject/marquez#2181', what: 'a graph with edges up and down adds the same node many times' },
      { source: 'opendatadiscovery/odd-platform#12', what: 'the lineage API sends duplicate nodes' },
    ],
    killedBy: 'transport.lineage.cycle-and-unknown',
    breaks: () => (sound) => ({
      ...sound,
      async lineage(key, options) {
        const graph = await sound.lineage(key, options)
        const reached = graph.edges.flatMap(({ from, to }) => graph.nodes.filter(({ id }) => id === from || id === to))
        return reached.length > 0 ? { ...graph, nodes: reached } : graph
      },
    }),
  },
  {
    id: 'lineage-of-one-step',
    broken: 'Of the lineage only the nearest run and version are answered.',
    cites: [
      { source: 'Fszta/parrant#46', what: 'the upstream lineage was n-1 instead of the full chain' },
      { source: 'AbsaOSS/spline#368', what: 'the lineage of a job that ran again is missing' },
    ],
    killedBy: 'transport.lineage.whole',
    breaks: () => (sound) => ({
      ...sound,
      lineage: (key, options) => sound.lineage(key, { ...options, depth: Math.min(options.depth, 2) }),
    }),
  },
  {
    id: 'cut-graph-looks-complete',
    broken: 'A graph that ends at the depth that was asked for does not say that there is more.',
    cites: [{ source: 'InsForge/InsForge#1959', what: 'hitting the internal scan cap reports a complete listing' }],
    killedBy: 'transport.lineage.exact',
    breaks: () => (sound) => ({
      ...sound,
      lineage: async (key, options) => ({ ...(await sound.lineage(key, options)), truncated: false }),
    }),
  },
  {
    id: 'long-metadata-is-cut',
    broken: 'Long values of metadata are cut to what the column takes.',
    cites: [
      { source: 'ecmwf/anemoi-training#69', what: 'strings are truncated to 250 characters when they are logged' },
      { source: 'mlflow/mlflow#11208', what: 'long tags and params are truncated to the maximum length' },
    ],
    killedBy: 'transport.metadata.small-and-large',
    breaks: () => (sound) => ({
      ...sound,
      async metadata(version, options) {
        const metadata = await sound.metadata(version, options)
        const cut = (value: unknown): unknown => (typeof value === 'string' ? value.slice(0, COLUMN_CHARACTERS) : value)
        return (
          metadata && Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, cut(value) as never]))
        )
      },
    }),
  },
  {
    id: 'null-is-left-out',
    broken: 'Metadata that is to be removed is left out of the request, and stays.',
    cites: [
      {
        source: 'spring-projects/spring-data-rest#727',
        what: 'a PATCH with `{"field": null}` is ignored, and the field is never cleared',
      },
    ],
    killedBy: 'transport.metadata.small-and-large',
    breaks: () => (sound) => ({
      ...sound,
      async updateMetadata(key, edit, options) {
        if (edit.metadata) await sound.updateMetadata(key, edit, options)
      },
    }),
  },
  {
    id: 'pages-end-early',
    broken: 'A page that is not the last one has no cursor.',
    cites: [
      {
        source: 'mlflow/mlflow#9363',
        what: 'search_model_versions(max_results=1) of 100 versions answers an empty token',
      },
    ],
    killedBy: 'transport.listings.pages',
    breaks: () => (sound) => ({
      ...sound,
      artifacts: async (project, options) => ({ items: (await sound.artifacts(project, options)).items }),
      versions: async (key, options) => ({ items: (await sound.versions(key, options)).items }),
    }),
  },
  {
    id: 'nobody-did-it',
    broken: 'A change is recorded as done by the server, when it came.',
    cites: [
      {
        source: 'mlflow/mlflow#2169',
        what: 'the lack of an audit trail of which model was in production is a serious controls issue',
      },
    ],
    killedBy: 'transport.change.by-whom-and-when',
    breaks: () => (sound) => ({
      ...sound,
      moveAlias: (key, move, options) =>
        sound.moveAlias(key, { ...move, run: null, at: new Date().toISOString() }, options),
    }),
  },
  {
    id: 'answer-is-kept',
    broken: 'A client keeps the head of an artifact that it has read once.',
    cites: [{ source: 'linkerd/linkerd#292', what: 'a client cache holds stale resolutions' }],
    killedBy: 'transport.isolation.nothing-is-stale',
    breaks: () => (sound) => {
      const heads = new Map<string, Head | null>()
      return {
        ...sound,
        async head(key, options) {
          const name = `${key.project}/${key.artifact}`
          const head = heads.get(name) ?? (await sound.head(key, options))
          heads.set(name, head)
          return head
        },
      }
    },
  },
]
