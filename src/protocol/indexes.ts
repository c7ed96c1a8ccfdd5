import { encodeDocument } from '../domain/canonical-json.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import { repeatUntilKnown } from './context.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { derivedKey, runEdgeKey } from './keys.ts'
import { attempt, isUnanswered } from './writes.ts'

/** Writes the index documents of a version: all of them are there, for certain, when it answers. */
export async function writeIndexes(
  context: ProtocolContext,
  documents: ArtifactDocuments,
  { key, record }: { key: ArtifactKey; record: VersionRecord },
): Promise<void> {
  await pointIndexForward(context, documents, { key, record })
  for (const [edge, body] of edgeDocuments(key, record)) await putUntilThere(context, edge, body)
}

/** The edges that follow from a version's record. */
export function edgeDocuments(key: ArtifactKey, record: VersionRecord): (readonly [string, Uint8Array])[] {
  const { n, run, derivedFrom, createdAt: at, opId } = record
  const edges: (readonly [string, Uint8Array])[] = []
  if (run) edges.push([runEdgeKey('out', run, { ...key, n }), encodeDocument({ at, opId, run })])
  if (derivedFrom) edges.push([derivedKey(derivedFrom, { ...key, n }), encodeDocument({ at, opId })])
  return edges
}

/**
 * Puts a document that is written once, again until it is certainly there. `exists` when it may be somebody else's:
 * after an answer was lost, nobody knows.
 */
export async function putUntilThere(
  context: ProtocolContext,
  key: string,
  body: Uint8Array,
): Promise<'created' | 'exists'> {
  return repeatUntilKnown(context, async () => {
    const answer = await attempt(() => context.objects.putIfAbsent(key, body, {}))
    if (isUnanswered(answer)) return 'again'
    return answer === 'exists' ? 'exists' : 'created'
  })
}

/** `digests/<D>` names this version or a later one. It never goes back. */
async function pointIndexForward(
  context: ProtocolContext,
  documents: ArtifactDocuments,
  { key, record: { digest, n } }: { key: ArtifactKey; record: VersionRecord },
): Promise<void> {
  let seen: Awaited<ReturnType<ArtifactDocuments['readIndex']>> = null
  await repeatUntilKnown(context, async () => {
    const entry = { digest, n, seen }
    const answer = await attempt(() => documents.writeIndex(key, entry, {}))
    if (answer === 'ok') return 'there'
    seen = await documents.readIndex(key, digest, {})
    if (seen !== null && seen.value >= n) return 'there'
    return isUnanswered(answer) ? 'again' : 'at once'
  })
}
