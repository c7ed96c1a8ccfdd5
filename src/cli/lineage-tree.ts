import type { LineageEdge, LineageGraph, LineageNode } from '../domain/lineage.ts'
import { fit, printable, widthOf } from './terminal.ts'
import type { Screen } from './terminal.ts'

type Direction = 'up' | 'down'

/** Columns that are kept for what a line says, however deep it is. */
const LABEL_COLUMNS_MIN = 24

const INDENT_COLUMNS = 3

/** Also in a pipe, where there is room for any: with all of them the lines of a long chain would fill the memory. */
const INDENTS_MAX = 100

/** A lineage graph around a version, drawn as two trees: what it came from, and what came of it. It fits the screen. */
export function formatLineage(graph: LineageGraph, start: string, screen: Screen): readonly string[] {
  const branches = (['up', 'down'] as const).map((direction) => drawBranch(graph, start, { direction, screen }))
  const [up, down] = branches as [readonly string[], readonly string[]]
  const isAlone = up.length + down.length === 0
  return [
    screen.style('bold', fit(start, screen.columns)),
    ...section('came from', up, { isLast: down.length === 0, screen }),
    ...section('led to', down, { isLast: true, screen }),
    ...(isAlone && !graph.truncated ? [screen.style('dim', 'no run has logged or used it')] : []),
    ...(graph.truncated ? [screen.style('yellow', fit(TRUNCATED, screen.columns))] : []),
  ]
}

const TRUNCATED = 'only a part is shown; a larger --depth may show more'

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
  const children = (id: string, parents: Parents | null) =>
    (next.get(id) ?? []).map((edge, index, all) => ({ edge, parents, isLast: index === all.length - 1 })).reverse()
  const drawn = new Set([start])
  const lines: string[] = []
  const stack = children(start, null)
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { edge, parents, isLast } = item
    const id = direction === 'up' ? edge.from : edge.to
    const again = drawn.has(id) && next.has(id)
    lines.push(drawLine({ parents, isLast, label: labelOf(byId.get(id)!, edge, again) }, screen))
    if (!again) stack.push(...children(id, { depth: (parents?.depth ?? 0) + 1, isLast, above: parents }))
    drawn.add(id)
  }
  return lines
}

/** The nodes above a line, from the nearest: as a list that siblings share, for a chain may be long. */
interface Parents {
  readonly depth: number
  readonly isLast: boolean
  readonly above: Parents | null
}

interface Label {
  readonly main: string
  readonly isRun: boolean
  readonly aside: string
}

/** What is too deep for the screen begins with `…` instead of the lines of its first ancestors. */
function drawLine(
  { parents, isLast, label }: { readonly parents: Parents | null; readonly isLast: boolean; readonly label: Label },
  { columns, style }: Screen,
): string {
  // One indentation is the section's, one the corner.
  const room = columns - 2 * INDENT_COLUMNS
  const shownMax = Math.min(INDENTS_MAX, Math.max(0, Math.floor((room - LABEL_COLUMNS_MIN) / INDENT_COLUMNS)))
  let [indent, shown] = ['', 0]
  for (let at = parents; at !== null && shown < shownMax; at = at.above, shown++) {
    indent = `${at.isLast ? '   ' : '│  '}${indent}`
  }
  if (shown < (parents?.depth ?? 0)) indent = `…  ${indent.slice(INDENT_COLUMNS)}`
  const main = fit(label.main, room - indent.length)
  const rest = room - indent.length - widthOf(main)
  const aside = rest < 3 ? '' : fit(label.aside, rest)
  return `${indent}${isLast ? '└─' : '├─'} ${label.isRun ? style('cyan', main) : main}${style('dim', aside)}`
}

function labelOf(node: LineageNode, { kind }: LineageEdge, again: boolean): Label {
  const above = again ? ' (above)' : ''
  if (node.kind === 'version')
    return { main: node.id, isRun: false, aside: (kind === 'derived' ? ' (patch)' : '') + above }
  const { id, name } = node.run
  return { main: `run ${id}`, isRun: true, aside: (name === id ? '' : ` (${printable(name)})`) + above }
}
