import { compareCodePoints } from '../domain/canonical-json.ts'
import type { VersionKey } from '../domain/version.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { SqlContext } from './context.ts'
import { runIn, runParams, textIn, versionKeyIn } from './rows.ts'

/** The edges between runs and versions. What a version's record says of its run and its origin is not kept twice. */
export function createLinks({ database }: SqlContext): Pick<MetadataStore, 'recordEdge' | 'linksOf' | 'linksOfRun'> {
  return {
    recordEdge: ({ kind, run, version, at, opId }, options) => {
      const { project, artifact, n } = version
      const edge = { kind, project, artifact, n, at, opId, ...runParams(run) }
      return database.transaction('write', async (tx) => void (await tx.run('addEdge', edge)), options)
    },

    linksOf: ({ project, artifact, n }, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const edges = await tx.all('edgesOfVersion', { project, artifact, n })
          const runs = (kind: 'in' | 'out') => edges.filter((edge) => textIn(edge, 'kind') === kind).map(runIn)
          const derived = (await tx.all('derivedFrom', { project, artifact, n })).map(versionKeyIn)
          return { out: runs('out'), in: runs('in'), derived: derived.toSorted(byKey) }
        },
        options,
      ),

    linksOfRun: (project, id, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const edges = await tx.all('edgesOfRun', { project, id })
          const kept = (kind: 'in' | 'out') => edges.filter((edge) => textIn(edge, 'kind') === kind).map(versionKeyIn)
          const logged = (await tx.all('versionsOfRun', { project, id })).map(versionKeyIn)
          // A finish records its version with every run of the round, but may have stopped before it got to this one.
          const finished = (await tx.all('finishedWithRun', { project, id })).map(versionKeyIn)
          const ended = (await tx.get('runEnd', { project, id })) !== null
          return { out: eachOnce([...logged, ...kept('out'), ...finished]), in: kept('in'), ended }
        },
        options,
      ),
  }
}

function eachOnce(versions: readonly VersionKey[]): readonly VersionKey[] {
  const found = new Map(versions.map((key) => [`${key.project}/${key.artifact}/${key.n}`, key]))
  return [...found.values()].sort(byKey)
}

function byKey(a: VersionKey, b: VersionKey): number {
  return compareCodePoints(a.project, b.project) || compareCodePoints(a.artifact, b.artifact) || a.n - b.n
}
