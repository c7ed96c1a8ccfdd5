import type { VersionKey } from '../../../src/domain/version.ts'
import type { Edge, MetadataStore, RunRecord } from '../../../src/ports/metadata-store.ts'
import type { Mutant } from './mutant.ts'

/** Metadata stores that get wrong what is kept beside versions and aliases. */
export const metadataRunMutants: readonly Mutant<MetadataStore>[] = [
  {
    id: 'blobs-are-confirmed-too-late',
    broken: 'A version is created before it is known that its blobs are there.',
    cites: [
      {
        source: 'getnora-io/nora#652',
        what: 'a manifest that refers to absent blobs is accepted, and fails when it is pulled',
      },
    ],
    killedBy: 'metadata.confirm.failing',
    breaks: () => (sound) => ({
      ...sound,
      async commit(key, command, { confirm, ...options }) {
        const { collection } = await sound.prepare(key, options)
        const answer = await sound.commit(key, command, options)
        if (answer.created) await confirm?.(collection)
        return answer
      },
    }),
  },
  {
    id: 'resumed-run-starts-anew',
    broken: 'A run that is resumed by its id loses what it was started with.',
    cites: [
      { source: 'wandb/wandb#912', what: 'the config is overwritten on resume by id' },
      { source: 'wandb/wandb#553', what: 'giving the id of a run changed its name on resume' },
    ],
    killedBy: 'metadata.run.started-and-resumed',
    breaks: () => {
      const runs = new Map<string, RunRecord>()
      return (sound) => ({
        ...sound,
        async startRun(run, options) {
          await sound.startRun(run, options)
          runs.set(`${run.project}/${run.id}`, run)
          return run
        },
        run: async (project, id, options) => runs.get(`${project}/${id}`) ?? sound.run(project, id, options),
      })
    },
  },
  {
    id: 'edge-for-each-report',
    broken: 'An edge that is reported twice is there twice.',
    cites: [
      {
        source: 'datahub-project/datahub#3380',
        what: 'duplicate lineage leads to duplicate edges, and the count shows 2 upstreams',
      },
    ],
    killedBy: 'metadata.edges.both-ways',
    breaks: () => {
      const reports: Edge[] = []
      return (sound) => ({
        ...sound,
        async recordEdge(edge, options) {
          reports.push(edge)
          await sound.recordEdge(edge, options)
        },
        async linksOf(key, options) {
          const links = await sound.linksOf(key, options)
          const own = reports.filter(({ kind, version }) => kind === 'in' && isSame(version, key))
          return { ...links, in: own.map(({ run }) => run) }
        },
      })
    },
  },
  {
    id: 'last-edge-of-a-run',
    broken: 'Of all versions that a run used, the one of its last report is kept.',
    cites: [
      { source: 'MarquezProject/marquez#3093', what: 'a job that ran on several inputs shows one upstream edge' },
    ],
    killedBy: 'metadata.edges.both-ways',
    breaks: () => (sound) => ({
      ...sound,
      async linksOfRun(project, run, options) {
        const links = await sound.linksOfRun(project, run, options)
        return { ...links, in: links.in.slice(-1) }
      },
    }),
  },
  {
    id: 'null-clears-nothing',
    broken: 'An edit to no metadata at all is taken as an edit that says nothing.',
    cites: [
      {
        source: 'spring-projects/spring-data-rest#727',
        what: 'a PATCH with `{"field": null}` is ignored, and the field is never cleared',
      },
    ],
    killedBy: 'metadata.edit.last-writer-wins',
    breaks: () => (sound) => ({
      ...sound,
      async editMetadata(key, edit, options) {
        if (edit.metadata ?? edit.metadataDigest) await sound.editMetadata(key, edit, options)
      },
    }),
  },
]

function isSame(a: VersionKey, b: VersionKey): boolean {
  return a.project === b.project && a.artifact === b.artifact && a.n === b.n
}
