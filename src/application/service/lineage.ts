import { LINEAGE_NODES_MAX, runNode, versionNode } from '../../domain/lineage.ts'
import type { LineageEdge, LineageGraph, LineageNode, LineageOptions } from '../../domain/lineage.ts'
import type { RunRef, VersionKey } from '../../domain/version.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

/** What is next to a node, and the way that leads there. */
interface Neighbour {
  readonly node: LineageNode
  readonly kind: LineageEdge['kind']
  readonly way: 'up' | 'down'
}

/** Where a walk stopped. */
interface End {
  readonly way: Neighbour['way']
  readonly nodes: readonly LineageNode[]
}

interface Graph {
  readonly nodes: Map<string, LineageNode>
  readonly edges: Map<string, LineageEdge>
  isFull: boolean
}

/**
 * The graph around a version. What was reached upwards is followed upwards only, and downwards likewise: else every
 * other product of an input would count as lineage. Costs 2 requests a version, 1 a run, side by side for each step;
 * those of the last step too, because only a look tells whether it goes on from there.
 */
export async function traceLineage(
  store: MetadataStore,
  start: VersionKey,
  { direction, depth, ...options }: LineageOptions & CallOptions,
): Promise<LineageGraph> {
  const root = versionNode(start)
  const graph: Graph = { nodes: new Map([[root.id, root]]), edges: new Map(), isFull: false }
  const ends: End[] = []
  for (const way of direction === 'both' ? (['up', 'down'] as const) : [direction]) {
    const reached = new Set([root.id])
    let frontier: readonly LineageNode[] = [root]
    for (let step = 0; step < depth && frontier.length > 0; step++) {
      const around = await Promise.all(frontier.map((node) => neighboursOf(store, node, options)))
      frontier = frontier.flatMap((node, index) => {
        return extend(graph, node, { found: around[index]!.filter((next) => next.way === way), reached })
      })
    }
    ends.push({ way, nodes: frontier })
  }
  const truncated = graph.isFull || (await goesOn(store, graph, { ends, options }))
  return { nodes: [...graph.nodes.values()], edges: [...graph.edges.values()], truncated }
}

/** Whether an edge that the graph does not have leads on from where a walk stopped. */
async function goesOn(
  store: MetadataStore,
  { edges }: Graph,
  { ends, options }: { readonly ends: readonly End[]; readonly options: CallOptions },
): Promise<boolean> {
  const stops = ends.flatMap(({ way, nodes }) => nodes.map((node) => ({ way, node })))
  const around = await Promise.all(stops.map(({ node }) => neighboursOf(store, node, options)))
  return stops.some(({ way, node }, index) => {
    return around[index]!.some((next) => next.way === way && !edges.has(edgeKey(edgeBetween(node, next))))
  })
}

/** Adds what is next to a node; answers the nodes that were not reached before. */
function extend(
  graph: Graph,
  from: LineageNode,
  { found, reached }: { found: readonly Neighbour[]; reached: Set<string> },
): LineageNode[] {
  const fresh: LineageNode[] = []
  for (const neighbour of found) {
    const { node } = neighbour
    if (!graph.nodes.has(node.id) && graph.nodes.size >= LINEAGE_NODES_MAX) {
      graph.isFull = true
      continue
    }
    graph.nodes.set(node.id, node)
    const edge = edgeBetween(from, neighbour)
    graph.edges.set(edgeKey(edge), edge)
    if (!reached.has(node.id)) fresh.push(node)
    reached.add(node.id)
  }
  return fresh
}

function edgeKey({ kind, from, to }: LineageEdge): string {
  return `${kind} ${from} ${to}`
}

function edgeBetween(from: LineageNode, { node, kind, way }: Neighbour): LineageEdge {
  const [source, target] = way === 'down' ? [from, node] : [node, from]
  return { kind, from: source.id, to: target.id }
}

async function neighboursOf(store: MetadataStore, node: LineageNode, options: CallOptions): Promise<Neighbour[]> {
  return node.kind === 'version' ? aroundVersion(store, node.version, options) : aroundRun(store, node.run, options)
}

async function aroundVersion(store: MetadataStore, key: VersionKey, options: CallOptions): Promise<Neighbour[]> {
  const [record, links] = await Promise.all([store.record(key, options), store.linksOf(key, options)])
  const producers = [...(record?.run ? [record.run] : []), ...links.out]
  const origin = record?.derivedFrom
  return [
    ...producers.map((run): Neighbour => ({ node: runNode(run), kind: 'produced', way: 'up' })),
    ...(origin ? [{ node: versionNode(origin), kind: 'derived', way: 'up' } as const] : []),
    ...links.in.map((run): Neighbour => ({ node: runNode(run), kind: 'used', way: 'down' })),
    ...links.derived.map((to): Neighbour => ({ node: versionNode(to), kind: 'derived', way: 'down' })),
  ]
}

async function aroundRun(store: MetadataStore, { project, id }: RunRef, options: CallOptions): Promise<Neighbour[]> {
  const links = await store.linksOfRun(project, id, options)
  return [
    ...links.in.map((key): Neighbour => ({ node: versionNode(key), kind: 'used', way: 'up' })),
    ...links.out.map((key): Neighbour => ({ node: versionNode(key), kind: 'produced', way: 'down' })),
  ]
}
