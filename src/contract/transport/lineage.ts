import { LINEAGE_NODES_MAX } from '../../domain/lineage.ts'
import type { LineageGraph, LineageOptions } from '../../domain/lineage.ts'
import type { RunRef, VersionKey } from '../../domain/version.ts'
import type { Transport } from '../../ports/transport.ts'
import { AT, logFiles, runOf } from './context.ts'
import type { TestFiles, TransportCase } from './context.ts'

const base = { category: 'lineage', tier: 'quick', requires: [] } as const

const OBLIGATION = 'The graph around a version.'

/** Nodes and edges, by names that a case can read. */
interface Named {
  readonly nodes: readonly string[]
  readonly edges: readonly string[]
  readonly truncated: boolean
}

/** raw:v0 → prepare → data:v0 → train → model:v0 → eval; model:v1 is derived from model:v0 by nobody. */
export const lineageCases: readonly TransportCase[] = [
  {
    ...base,
    id: 'transport.lineage.exact',
    obligation: OBLIGATION,
    async run({ open, project, files, check }) {
      const ann = await open()
      await pipeline(ann, project, files)
      const ben = await open()
      const ask = async (artifact: string, options: LineageOptions): Promise<Named> => {
        return named(await ben.lineage({ project, artifact, n: 0 }, options), project)
      }

      check.equal(
        await ask('data', { direction: 'both', depth: 0 }),
        { nodes: ['data:v0'], edges: [], truncated: true },
        'depth 0',
      )
      check.equal(
        await ask('data', { direction: 'up', depth: 1 }),
        {
          nodes: ['data:v0', 'run/prepare'],
          edges: ['produced run/prepare data:v0'],
          truncated: true,
        },
        'up 1',
      )
      check.equal(
        await ask('data', { direction: 'up', depth: 2 }),
        {
          nodes: ['data:v0', 'raw:v0', 'run/prepare'],
          edges: ['produced run/prepare data:v0', 'used raw:v0 run/prepare'],
          truncated: false,
        },
        'up 2: not the other product of prepare',
      )
      check.equal(
        await ask('data', { direction: 'down', depth: 1 }),
        {
          nodes: ['data:v0', 'run/train'],
          edges: ['used data:v0 run/train'],
          truncated: true,
        },
        'down 1',
      )
      check.equal(
        await ask('data', { direction: 'down', depth: 2 }),
        {
          nodes: ['data:v0', 'model:v0', 'run/train'],
          edges: ['produced run/train model:v0', 'used data:v0 run/train'],
          truncated: true,
        },
        'down 2',
      )
      check.equal(
        await ask('model', { direction: 'both', depth: 2 }),
        {
          nodes: ['data:v0', 'model:v0', 'model:v1', 'run/eval', 'run/train'],
          edges: [
            'derived model:v0 model:v1',
            'produced run/train model:v0',
            'used data:v0 run/train',
            'used model:v0 run/eval',
          ],
          truncated: true,
        },
        'both 2',
      )
    },
  },
  {
    ...base,
    id: 'transport.lineage.whole',
    obligation: OBLIGATION,
    async run({ open, project, files, check }) {
      const ann = await open()
      await pipeline(ann, project, files)

      const down = named(
        await ann.lineage({ project, artifact: 'raw', n: 0 }, { direction: 'down', depth: 100 }),
        project,
      )

      check.equal(down, {
        nodes: ['data:v0', 'model:v0', 'model:v1', 'raw:v0', 'run/eval', 'run/prepare', 'run/train', 'stats:v0'],
        edges: [
          'derived model:v0 model:v1',
          'produced run/prepare data:v0',
          'produced run/prepare stats:v0',
          'produced run/train model:v0',
          'used data:v0 run/train',
          'used model:v0 run/eval',
          'used raw:v0 run/prepare',
        ],
        truncated: false,
      })
    },
  },
  {
    ...base,
    id: 'transport.lineage.cycle-and-unknown',
    obligation: OBLIGATION,
    async run({ open, project, files, check }) {
      const ann = await open()
      const [run, version] = [runOf(project, 'r'), { project, artifact: 'model', n: 0 }]
      await logFiles(ann, version, { files: files('A'), run })
      await use(ann, run, version)

      const cycle = named(await ann.lineage(version, { direction: 'both', depth: 50 }), project)
      check.equal(
        cycle,
        {
          nodes: ['model:v0', 'run/r'],
          edges: ['produced run/r model:v0', 'used model:v0 run/r'],
          truncated: false,
        },
        'a run that used what it made',
      )

      for (const depth of [-1, 0.5, Number.NaN]) {
        await check.rejects(ann.lineage(version, { direction: 'up', depth }), 'INVALID', `a depth of ${depth}`)
      }
    },
  },
  {
    ...base,
    id: 'transport.lineage.truncated',
    tier: 'full',
    obligation:
      'Whether there is more than this: beyond `depth`, or because the graph grew too large. False: it is complete.',
    async run({ open, project, files, check }) {
      const ann = await open()
      const version = { project, artifact: 'model', n: 0 }
      await logFiles(ann, version, { files: files('A') })
      const runs = Array.from({ length: LINEAGE_NODES_MAX }, (_, index) => runOf(project, `r${index}`))
      for (let from = 0; from < runs.length; from += 100) {
        await Promise.all(
          runs.slice(from, from + 100).map((run) => ann.recordUse(version, { run, at: AT, opId: 'op' }, {})),
        )
      }

      const graph = await ann.lineage(version, { direction: 'down', depth: 1 })

      check.equal(graph.truncated, true, 'one node too many')
      check.equal([graph.nodes.length, graph.edges.length], [LINEAGE_NODES_MAX, LINEAGE_NODES_MAX - 1], 'what is left')
    },
  },
]

async function pipeline(ann: Transport, project: string, files: (content: string) => TestFiles): Promise<void> {
  const [prepare, train, evaluate] = ['prepare', 'train', 'eval'].map((id) => runOf(project, id)) as [
    RunRef,
    RunRef,
    RunRef,
  ]
  const at = (artifact: string): VersionKey => ({ project, artifact, n: 0 })
  await logFiles(ann, at('raw'), { files: files('raw') })
  await use(ann, prepare, at('raw'))
  await logFiles(ann, at('data'), { files: files('data'), run: prepare })
  await logFiles(ann, at('stats'), { files: files('stats'), run: prepare })
  await use(ann, train, at('data'))
  await logFiles(ann, at('model'), { files: files('model'), run: train })
  await logFiles(ann, at('model'), { files: files('model 2'), derivedFrom: at('model') })
  await use(ann, evaluate, at('model'))
  for (const run of [prepare, train, evaluate]) await ann.endRun(run, AT, {})
}

async function use(ann: Transport, run: RunRef, version: VersionKey): Promise<void> {
  await ann.startRun({ ...run, group: null, config: null, createdAt: AT }, {})
  await ann.recordUse(version, { run, at: AT, opId: crypto.randomUUID() }, {})
}

/** The same graph, sorted, with names instead of ids. Ids that are not those of nodes stay as they are. */
function named({ nodes, edges, truncated }: LineageGraph, project: string): Named {
  const names = new Map(
    nodes.map((node) => {
      const { id } = node
      if (node.kind === 'run') return [id, node.run.project === project ? `run/${node.run.id}` : id]
      return [id, node.version.project === project ? `${node.version.artifact}:v${node.version.n}` : id]
    }),
  )
  return {
    nodes: nodes.map(({ id }) => names.get(id)!).sort(),
    edges: edges.map(({ kind, from, to }) => `${kind} ${names.get(from) ?? from} ${names.get(to) ?? to}`).sort(),
    truncated,
  }
}
