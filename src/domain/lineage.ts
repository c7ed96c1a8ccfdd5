import type { RunRef, VersionKey } from './version.ts'

/** A node of the lineage graph. Its id is unique within a graph and stable between calls. */
export type LineageNode =
  | { readonly kind: 'version'; readonly id: string; readonly version: VersionKey }
  | { readonly kind: 'run'; readonly id: string; readonly run: RunRef }

/** `produced`: run → version; `used`: version → run; `derived`: version → the version made from it. */
export interface LineageEdge {
  readonly kind: 'produced' | 'used' | 'derived'
  readonly from: string
  readonly to: string
}

/** What one question about lineage answers. */
export interface LineageGraph {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** Whether there is more than this: beyond `depth`, or because the graph grew too large. False: it is complete. */
  readonly truncated: boolean
}

/** Which part of the lineage is asked for. */
export interface LineageOptions {
  /** `up`: what it came from. `down`: what came of it. */
  readonly direction: 'up' | 'down' | 'both'
  /** Steps from the start, at least 0; a step goes from a version to a run or back, or to a derived version. */
  readonly depth: number
}

/** Nodes that one lineage answer holds at most. */
export const LINEAGE_NODES_MAX = 10_000

/** The node of a version. */
export function versionNode(version: VersionKey): LineageNode {
  const { project, artifact, n } = version
  return { kind: 'version', id: `${project}/${artifact}:v${n}`, version: { project, artifact, n } }
}

/** The node of a run. */
export function runNode(run: RunRef): LineageNode {
  return { kind: 'run', id: `${run.project}/run/${run.id}`, run: { project: run.project, id: run.id, name: run.name } }
}
