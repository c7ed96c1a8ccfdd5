import type { LineageEdge, LineageGraph, LineageNode } from '../domain/lineage.ts'
import { printable } from './terminal.ts'
import type { Screen } from './terminal.ts'

type Direction = 'up' | 'down'

/** A lineage graph around a version, drawn as two trees: what it came from, and what came of it. */
export function formatLineage(graph: LineageGraph, start: string, screen: Screen): readonly string[] {
  const branches = (['up', 'down'] as const).map((direction) => drawBranch(graph, start, { direction, screen }))
  const [up, down] = branches as [readonly string[], readonly string[]]
  return [
    screen.style('bold', start),
    ...section('came from', up, { isLast: down.length === 0, screen }),
    ...section('led to', down, { isLast: true, screen }),
    ...(up.length + down.length === 0 ? [screen.style('dim', 'no run has logged or used it')] : []),
    ...(graph.truncated ? [screen.style('yellow', 'the graph is larger: only a part is shown')] : []),
  ]
}

function section(
  title: string,
  lines: readonly string[],
  { isLast, screen }: { readonly isLast: boolean; readonly screen: Screen },
): readonly string[] {
  if (lines.length === 0) return []
  return [
    `${isLast ? '└─' : '├─'} ${screen.style('dim', title)}`,
    ...lines.map((line) => `${isLast ? '   ' : '│  '}${line}`),
  ]
}

/** Depth first with a stack of its own: a chain may be longer than the call stack is deep. */
function drawBranch(
  { nodes, edges }: LineageGraph,
  start: string,
  { direction, screen }: { readonly direction: Direction; readonly screen: Screen },
): readonly string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const next = Map.groupBy(edges, (edge) => (direction === 'up' ? edge.to : edge.from))
  const children = (id: string, indent: string) =>
    (next.get(id) ?? []).map((edge, index, all) => ({ edge, indent, isLast: index === all.length - 1 })).reverse()
  const drawn = new Set<string>()
  const lines: string[] = []
  const stack = children(start, '')
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { edge, indent, isLast } = item
    const id = direction === 'up' ? edge.from : edge.to
    const again = drawn.has(id) && next.has(id)
    const label = nodeLabel(byId.get(id)!, edge, screen) + (again ? screen.style('dim', ' (above)') : '')
    lines.push(`${indent}${isLast ? '└─' : '├─'} ${label}`)
    if (!again) stack.push(...children(id, `${indent}${isLast ? '   ' : '│  '}`))
    drawn.add(id)
  }
  return lines
}

function nodeLabel(node: LineageNode, { kind }: LineageEdge, { style }: Screen): string {
  if (node.kind === 'version') return node.id + (kind === 'derived' ? style('dim', ' (patch)') : '')
  const { id, name } = node.run
  return style('cyan', `run ${id}`) + (name === id ? '' : style('dim', ` (${printable(name)})`))
}
