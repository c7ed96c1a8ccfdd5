import pMap from 'p-map'
import { reliableUnder } from '../../domain/blob-name.ts'
import type { Digest } from '../../domain/digest.ts'
import type { DraftPart, DraftRound, FinishClosing } from '../../domain/draft.ts'
import { LadingError } from '../../domain/errors.ts'
import { manifestDigest } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Collection, Location } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { FinishRoundOptions } from '../../ports/draft-store.ts'
import type { FinishIntent, LogOutcome, PartIntent, PartUpload, Transport, Upload } from '../../ports/transport.ts'
import { locateBlobs } from './base-blobs.ts'
import { confirmContent } from './confirm-content.ts'
import type { Content } from './confirm-content.ts'
import { refreshHit } from './known-content.ts'
import { readManifest } from './manifests.ts'
import { confirmMetadataBlob, placeMetadata } from './metadata.ts'
import type { ServicePorts } from './service-ports.ts'
import { ServiceUpload } from './upload.ts'

/** Parts that are read at once. */
const REQUESTS_MAX = 16

/**
 * Collaborative drafts over the drafts of the metadata store and the blobs.
 *
 * A part costs what a log costs, but for the commit itself. A finish costs 2 requests more than `DraftStore.finish`, and for
 * each part 1 more where blobs travel in packs; bytes of files are read only to copy what is condemned.
 */
export function createDrafts(
  ports: ServicePorts,
): Pick<Transport, 'draftRound' | 'upsert' | 'finish' | 'abandon' | 'drafts'> {
  const { drafts } = ports.metadata
  return {
    draftRound: (key, options) => drafts.round(key, options),
    upsert: (round, part, options) => upsertPart(ports, round, part, options),
    finish: (round, intent, options) => finishRound(ports, round, intent, options),
    async abandon(round, { opId, at, run }, options) {
      await drafts.abandon(round, { kind: 'abandon', opId, at, run }, options)
    },
    drafts: (key, options) => drafts.list(key, options),
  }
}

async function upsertPart(
  ports: ServicePorts,
  round: DraftRound,
  { upload, manifest, intent }: PartUpload & { readonly intent: PartIntent },
  options: CallOptions,
): Promise<void> {
  const own = uploadFor(round, upload)
  const { opId, at, run, type, description } = intent
  const { blob: metadataBlob, ...metadata } = placeMetadata(intent.metadata)
  const part: DraftPart = { opId, at, run, type, description, ...metadata, manifest: manifestDigest(manifest) }
  const confirm = own.confirming({ manifest, metadataBlob }, options)
  await ports.metadata.drafts.upsert(round, part, { ...options, prepared: own.prepared, confirm })
}

/** What an upload has stored is in its project, and the type that it saw is that of its artifact. */
function uploadFor({ project, artifact }: DraftRound, upload: Upload): ServiceUpload {
  if (!(upload instanceof ServiceUpload)) throw new Error('the upload is of another transport')
  if (upload.key.project === project && upload.key.artifact === artifact) return upload
  throw new LadingError('INVALID', {
    detail: `the upload was begun for ${upload.key.project}/${upload.key.artifact}`,
    next: 'begin one for the artifact of the draft',
  })
}

async function finishRound(
  ports: ServicePorts,
  round: DraftRound,
  intent: FinishIntent,
  options: CallOptions,
): Promise<LogOutcome> {
  const { metadata: store } = ports
  const { project, artifact } = round
  const key = { project, artifact }
  const baseRev = intent.sent?.baseRev ?? (await store.head(key, options))?.rev ?? 0
  const { blob, ...metadata } = placeMetadata(intent.metadata)
  // Before the closing, which names it: whoever carries that out has no other way to get it.
  if (blob !== null) await confirmMetadataBlob(ports, key, blob, options)
  const { opId, at, run, type, description, aliases, onConflict } = intent
  const said = { opId, at, run, type, description, aliases, onConflict }
  const closing: FinishClosing = { kind: 'finish', baseRev, ...said, ...metadata }
  const union = unionOf(ports, key, blob, options)
  return store.drafts.finish(round, closing, {
    ...options,
    ...union,
    onKnown: async (outcome, log) => void (await refreshHit(ports, { key, intent: { ...log, opId }, outcome })),
  })
}

/** Reads the parts of a round and makes their union present. Bytes that a part has stored are there: none is sent again. */
function unionOf(
  ports: ServicePorts,
  key: ArtifactKey,
  metadataBlob: Uint8Array | null,
  options: CallOptions,
): Pick<FinishRoundOptions, 'manifestOf' | 'confirm'> {
  // Whoever finishes holds them all the same.
  const parts = new Map<Digest, Manifest>()
  let known: Pick<Content, 'prepared' | 'stored' | 'places'> | null = null
  return {
    async manifestOf(digest, call) {
      const manifest = await readManifest(ports.blobs.in(key.project), digest, call)
      parts.set(digest, manifest)
      return manifest
    },
    async confirm(manifest, collection) {
      known ??= await blobsOfParts(ports, key, { parts, collection, options })
      await confirmContent(ports, { ...known, key, manifest, metadataBlob }, { ...options, collection })
    },
  }
}

/** Parts of an open round are reachable: what they name and is not condemned is there, and stays. */
async function blobsOfParts(
  ports: ServicePorts,
  { project }: ArtifactKey,
  {
    parts,
    collection,
    options,
  }: { parts: ReadonlyMap<Digest, Manifest>; collection: Collection; options: CallOptions },
): Promise<Pick<Content, 'prepared' | 'stored' | 'places'>> {
  const isReliable = reliableUnder(collection.condemned)
  const stored = new Map<Digest, Location>()
  const places = new Map<Digest, Location>()
  const learn = async ([base, atHand]: readonly [Digest, Manifest]): Promise<void> => {
    for (const [digest, location] of await locateBlobs(ports, project, { base, atHand, options })) {
      places.set(digest, location)
      if (isReliable(digest, location?.pack ?? null)) stored.set(digest, location)
    }
  }
  await pMap(parts, learn, { concurrency: REQUESTS_MAX })
  return { prepared: collection, stored, places }
}
