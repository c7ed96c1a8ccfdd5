import { encodeDocument } from '../domain/canonical-json.ts'
import type { RunRef, VersionKey } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ProtocolContext } from './context.ts'
import { putUntilThere } from './indexes.ts'
import {
  linksPrefix,
  runEdgeKey,
  runEndKey,
  runKey,
  runPrefix,
  runsPrefix,
  versionEdgeKey,
  versionKey,
} from './keys.ts'
import { keysBelow, listDocuments } from './listings.ts'
import { edgeSchema, parseDocument, runSchema } from './schemas.ts'

/** Runs and the edges between runs and versions: documents that are written once and never change. */
export function createRuns(
  context: ProtocolContext,
  beforeFirstRecord: (project: string, options: CallOptions) => Promise<void>,
): Pick<MetadataStore, 'runs' | 'startRun' | 'run' | 'endRun' | 'recordEdge' | 'linksOf' | 'linksOfRun'> {
  const { objects } = context

  async function run(project: string, id: string, options: CallOptions) {
    const key = runKey(project, id)
    const found = await objects.get(key, options)
    return found && parseDocument(runSchema, found.bytes, key)
  }

  return {
    run,

    async startRun(record, options) {
      await beforeFirstRecord(record.project, options)
      const answer = await putUntilThere(context, runKey(record.project, record.id), encodeDocument(record))
      return answer === 'created' ? record : ((await run(record.project, record.id, options)) ?? record)
    },

    async endRun(ref, at) {
      await putUntilThere(context, runEndKey(ref), encodeDocument({ at }))
    },

    async recordEdge({ kind, run: ref, version, at, opId }) {
      const body = encodeDocument({ at, opId, run: ref })
      // A version can be seen before its writer has synced it: a power loss must not leave an edge to another one.
      const { n, ...artifact } = version
      await objects.sync([versionKey(artifact, n)], {})
      await Promise.all([
        putUntilThere(context, versionEdgeKey(kind, version, ref), body),
        putUntilThere(context, runEdgeKey(kind, ref, version), body),
      ])
    },

    async linksOf(key, options) {
      const prefix = linksPrefix(key)
      const keys = await keysBelow(objects, prefix, options)
      const links = keys.map((found) => found.slice(prefix.length).split('/'))
      const runsOf = (kind: 'in' | 'out') =>
        Promise.all(
          links.filter(([type]) => type === kind).map((link) => edgeRun(`${prefix}${link.join('/')}`, options)),
        )
      const derived = links
        .filter(([type]) => type === 'derived')
        .map(([, project, artifact, n]) => {
          return { project: project!, artifact: artifact!, n: Number(n) }
        })
      return { out: await runsOf('out'), in: await runsOf('in'), derived }
    },

    async linksOfRun(project, id, options) {
      const prefix = runPrefix(project, id)
      const links = (await keysBelow(objects, prefix, options)).map((found) => found.slice(prefix.length).split('/'))
      return {
        out: links.filter(([kind]) => kind === 'out').map(([, artifact, n]) => versionKeyOf(project, artifact, n)),
        in: links.filter(([kind]) => kind === 'in').map(([, from, artifact, n]) => versionKeyOf(from, artifact, n)),
        ended: links.some(([kind]) => kind === 'end'),
      }
    },

    runs: (project, options) => listDocuments(context, { prefix: runsPrefix(project), schema: runSchema }, options),
  }

  /** The name of a run is for people and lies in the edge itself. */
  async function edgeRun(key: string, options: CallOptions): Promise<RunRef> {
    const found = await objects.get(key, options)
    const [project, id] = key.split('/').slice(-2)
    return found ? parseDocument(edgeSchema, found.bytes, key).run : { project: project!, id: id!, name: id! }
  }
}

function versionKeyOf(project: string | undefined, artifact: string | undefined, n: string | undefined): VersionKey {
  return { project: project!, artifact: artifact!, n: Number(n) }
}
