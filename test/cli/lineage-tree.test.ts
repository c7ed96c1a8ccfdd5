import { describe, expect, it } from 'vitest'
import { formatLineage } from '../../src/cli/lineage-tree.ts'
import type { Screen } from '../../src/cli/terminal.ts'
import { widthOf } from '../../src/cli/terminal.ts'
import { runNode, versionNode } from '../../src/domain/lineage.ts'
import type { LineageEdge, LineageGraph, LineageNode } from '../../src/domain/lineage.ts'

const version = (n: number) => versionNode({ project: 'p', artifact: 'model', n })
const run = (id: string, name = id) => runNode({ project: 'p', id, name })

/** Edges as pairs of nodes; what leads to a run is a use, what comes from one a product. */
function graphOf(pairs: readonly (readonly [LineageNode, LineageNode])[], truncated = false): LineageGraph {
  const nodes = new Map(pairs.flat().map((node) => [node.id, node]))
  const edges = pairs.map(([from, to]): LineageEdge => {
    const kind = to.kind === 'run' ? 'used' : from.kind === 'run' ? 'produced' : 'derived'
    return { kind, from: from.id, to: to.id }
  })
  return { nodes: [...nodes.values()], edges, truncated }
}

function drawn(graph: LineageGraph, columns = Number.POSITIVE_INFINITY): readonly string[] {
  const screen: Screen = { columns, style: (_format, text) => text }
  return formatLineage(graph, version(0).id, screen)
}

describe('a lineage tree', () => {
  it('draws what came before and what came after', () => {
    const graph = graphOf([
      [run('train', 'Training'), version(0)],
      [version(0), run('eval')],
      [run('eval'), version(1)],
      [version(0), version(2)],
    ])

    expect(drawn(graph)).toEqual([
      'p/model:v0',
      '├─ came from',
      '│  └─ run train (Training)',
      '└─ led to',
      '   ├─ run eval',
      '   │  └─ p/model:v1',
      '   └─ p/model:v2 (patch)',
    ])
  })

  it('draws what it has drawn already only by name, the start itself too', () => {
    const graph = graphOf([
      [version(0), run('loop')],
      [run('loop'), version(0)],
      [run('loop'), version(1)],
      [version(1), run('loop')],
    ])

    expect(drawn(graph).slice(-4)).toEqual([
      '   └─ run loop',
      '      ├─ p/model:v0 (above)',
      '      └─ p/model:v1',
      '         └─ run loop (above)',
    ])
  })

  it('says that nothing is recorded, and that there is more', () => {
    const alone = { nodes: [version(0)], edges: [], truncated: false }

    expect(drawn(alone)).toEqual(['p/model:v0', 'no run has logged or used it'])
    expect(drawn({ ...alone, truncated: true })).toEqual([
      'p/model:v0',
      'only a part is shown; a larger --depth may show more',
    ])
  })

  it.each([20, 30, 50, 80])('is never wider than a screen of %i columns, however deep it goes', (columns) => {
    const chain = Array.from({ length: 60 }, (_, n) => [version(n), version(n + 1)] as const)

    const lines = drawn(graphOf([...chain, [version(3), run('r'.repeat(100), 'n'.repeat(100))]], true), columns)

    expect(lines.length).toBeGreaterThan(60)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    expect(lines.filter((line) => line.includes('v60') || line.includes('…')).length).toBeGreaterThan(0)
  })

  it('of ten thousand versions in a row stays small in a pipe', () => {
    const chain = Array.from({ length: 9_999 }, (_, n) => [version(n), version(n + 1)] as const)

    const lines = drawn(graphOf(chain))

    expect(lines.length).toBe(10_001)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(400)
  })
})
