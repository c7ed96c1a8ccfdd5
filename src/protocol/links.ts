import { encodeDocument } from '../domain/canonical-json.ts'
import type { RunRef, VersionKey } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import { putUntilThere } from './indexes.ts'
import { linksPrefix, runEdgeKey, runPrefix, versionEdgeKey, versionKey } from './keys.ts'
import { keysBelow } from './listings.ts'
import { edgeSchema, parseDocument } from './schemas.ts'

/** What the keys below a version and below a run look like: editors and systems leave files of their own beside ours. */
const VERSION_LINK = /^((in|out)\/[^/]+\/[^/]+|derived\/[^/]+\/[^/]+\/\d{10})$/
const RUN_LINK = /^(out\/[^/]+\/\d{10}|in\/[^/]+\/[^/]+\/\d{10}|end)$/

/** The edges between runs and versions: a grow-only set, kept on both ends. */
export function createLinks(context: ProtocolContext): Pick<MetadataStore, 'recordEdge' | 'linksOf' | 'linksOfRun'> {
  const { objects } = context
  return {
    async recordEdge({ kind, run, version, at, opId }) {
      const body = encodeDocument({ at, opId, run })
      const { n, ...artifact } = version
      // A version can be seen before its writer has synced it: a power loss must not leave an edge to another one.
      await objects.sync([versionKey(artifact, n)], {})
      await Promise.all([
        putUntilThere(context, versionEdgeKey(kind, version, run), body),
        putUntilThere(context, runEdgeKey(kind, run, version), body),
      ])
    },

    async linksOf(key, options) {
      const prefix = linksPrefix(key)
      const keys = (await keysBelow(objects, prefix, options)).filter((key) =>
        VERSION_LINK.test(key.slice(prefix.length)),
      )
      const derived = keys.filter((edge) => edge.startsWith(`${prefix}derived/`)).map(versionAtEnd)
      const runsOf = (kind: 'in' | 'out') => {
        const edges = keys.filter((edge) => edge.startsWith(`${prefix}${kind}/`))
        return mapConcurrently(objects, edges, (edge) => runOfEdge(objects, edge, options))
      }
      return { out: await runsOf('out'), in: await runsOf('in'), derived }
    },

    async linksOfRun(project, id, options) {
      const prefix = runPrefix(project, id)
      const keys = (await keysBelow(objects, prefix, options)).filter((key) => RUN_LINK.test(key.slice(prefix.length)))
      const edges = (kind: 'in' | 'out') => keys.filter((edge) => edge.startsWith(`${prefix}${kind}/`))
      return {
        out: edges('out').map((edge) => ({ ...versionAtEnd(edge), project })),
        in: edges('in').map(versionAtEnd),
        ended: keys.includes(`${prefix}end`),
      }
    },
  }
}

/** The version that the last three segments of an edge name. */
function versionAtEnd(edge: string): VersionKey {
  const [project, artifact, n] = edge.split('/').slice(-3)
  return { project: project!, artifact: artifact!, n: Number(n) }
}

/** The name of a run is for people and lies in the edge itself. */
async function runOfEdge(objects: ObjectStore, edge: string, options: CallOptions): Promise<RunRef> {
  const found = await objects.get(edge, options)
  const [project, id] = edge.split('/').slice(-2)
  return found ? parseDocument(edgeSchema, found.bytes, edge).run : { project: project!, id: id!, name: id! }
}
