import type { LogCommand } from '../../domain/command.ts'
import type { Digest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { blobDigests, encodeManifest, fileCount, manifestDigest, manifestSize } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Collection, Location } from '../../ports/blob-store.ts'
import { bytesSource } from '../../ports/sources.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Preparation } from '../../ports/metadata-store.ts'
import type { LogIntent, LogOutcome, Upload } from '../../ports/transport.ts'
import type { ServicePorts } from './service-ports.ts'
import { readBases } from './base-blobs.ts'
import type { BaseBlobs } from './base-blobs.ts'
import { confirmBlobs } from './confirm-blobs.ts'
import { placeMetadata, refreshMetadata, storeMetadataBlob } from './metadata.ts'

/**
 * Begins a log: reads head and the collection state before any blob is relied on.
 *
 * Costs 2 requests. A base version tells what is present, the latest one where none is given: 1 request, 1 more where
 * blobs travel in packs, and 2 more for a given one that is not the latest. Where no blob travels in packs a given base
 * is read by `commit`, and only if the manifest names blobs that this upload has neither stored nor found.
 *
 * `commit` relies on no other blob without a look: one request a blob that neither this upload nor a live base has.
 */
export async function beginUpload(
  ports: ServicePorts,
  key: ArtifactKey,
  { bases, ...options }: CallOptions & { readonly bases: readonly Digest[] },
): Promise<Upload> {
  const prepared = await ports.metadata.prepare(key, options)
  const blobs = ports.blobs.in(key.project)
  const { known, places } = await basesAtFirst(ports, key, { prepared, bases, options })
  const stored = new Map<Digest, Location>(known)
  const upload = { key, prepared, stored, places, bases }
  const { collection } = prepared
  return {
    key,
    head: prepared.head,
    async ingest(sources, transfer) {
      const blobsStored = await blobs.ingest(sources, { ...transfer, collection, known })
      // Each one is remembered, for `commit` looks for every blob that it does not find here.
      for (const { digest, location } of blobsStored) stored.set(digest, location)
      return blobsStored
    },
    async missing(wanted, call) {
      const unknown = wanted.filter(({ digest }) => !stored.has(digest))
      const present = await blobs.present(
        unknown.map(({ digest }) => digest),
        { ...call, collection },
      )
      for (const digest of present) stored.set(digest, null)
      return unknown.filter(({ digest }) => !present.has(digest))
    },
    async write(items, transfer) {
      const locations = await blobs.write(items, { ...transfer, collection, known, pack: true })
      items.forEach(({ digest }, index) => stored.set(digest, locations[index] ?? null))
    },
    commit: (manifest, intent, call) => commitManifest(ports, { ...upload, manifest, intent }, call),
  }
}

interface Commit {
  readonly key: ArtifactKey
  readonly prepared: Preparation
  /** Where the blobs lie that this upload stored or found, and those of live base versions. */
  readonly stored: Map<Digest, Location>
  /** Where base versions had their blobs. */
  readonly places: ReadonlyMap<Digest, Location>
  readonly bases: readonly Digest[]
  readonly manifest: Manifest
  readonly intent: LogIntent
}

async function commitManifest(ports: ServicePorts, commit: Commit, options: CallOptions): Promise<LogOutcome> {
  const { key, prepared, intent } = commit
  const { blob, ...metadata } = placeMetadata(intent.metadata)
  const command = { ...logCommand(commit), ...metadata }
  const confirm = async (collection: Collection) => {
    await learnFromBases(ports, commit, options)
    const uploaded = { ...commit, prepared: prepared.collection, blobs: ports.blobs.in(key.project) }
    await confirmBlobs(uploaded, { ...options, collection })
    if (blob !== null) await storeMetadataBlob(ports, key.project, { blob, collection, options })
    await storeManifest(ports, commit, { collection, options })
  }
  const answer = await ports.metadata.commit(key, command, { ...options, prepared, confirm })
  if (answer.n === null) throw new Error('a log answers with a version')
  const outcome = { ...answer, n: answer.n }
  if (!outcome.created) await recordHit(ports, commit, outcome)
  return outcome
}

function logCommand({ prepared, manifest, intent }: Commit): LogCommand {
  return {
    kind: 'log',
    ...intent,
    baseRev: prepared.head?.rev ?? 0,
    delivery: 'alone',
    digest: manifestDigest(manifest),
    draft: null,
    sizeBytes: manifestSize(manifest),
    fileCount: fileCount(manifest),
    metadataDigest: null,
  }
}

/**
 * Known content: the run logged it all the same, and other metadata replaces what is there.
 *
 * The log itself is done, so that nothing stops this any more, and what fails here is no failure of the log.
 */
async function recordHit(ports: ServicePorts, { key, intent }: Commit, { n, record }: LogOutcome): Promise<void> {
  const { run, at, opId, metadata } = intent
  const version = { ...key, n }
  try {
    if (run) await ports.metadata.recordEdge({ kind: 'out', run, version, at, opId }, {})
  } catch (cause) {
    throw halfDone(n, `that run ${run?.id} logged it${metadata ? ', and its metadata' : ''}`, cause)
  }
  try {
    if (metadata) await refreshMetadata(ports, { key: version, record }, { opId, at, run, metadata }, {})
  } catch (cause) {
    throw halfDone(n, 'its metadata', cause)
  }
}

function halfDone(n: number, what: string, cause: unknown): LadingError {
  const why = isLadingError(cause) ? cause.detail : String(cause)
  return new LadingError('UNKNOWN_OUTCOME', {
    detail: `${formatVersion(n)} has this content and the aliases were moved to it, but ${what} may not be recorded: ${why}`,
    next: 'log the artifact again: what is done stays as it is',
    cause,
  })
}

/** Where blobs travel in packs, bases spare their writing. Elsewhere a second write is as cheap as a look. */
async function basesAtFirst(
  ports: ServicePorts,
  key: ArtifactKey,
  { prepared, bases, options }: { prepared: Preparation; bases: readonly Digest[]; options: CallOptions },
): Promise<BaseBlobs> {
  if (ports.blobs.capabilities.packBelowBytes === 0) return { known: new Map(), places: new Map() }
  const required = bases.length > 0
  const latest = prepared.head?.latest ? [prepared.head.latest.digest] : []
  return readBases(ports, key, { ...options, prepared, bases: required ? bases : latest, required })
}

/** A draft names blobs of its base that this upload has not seen. */
async function learnFromBases(
  ports: ServicePorts,
  { key, prepared, stored, bases, manifest }: Commit,
  options: CallOptions,
): Promise<void> {
  if (ports.blobs.capabilities.packBelowBytes > 0 || bases.length === 0) return
  if ([...blobDigests(manifest).keys()].every((digest) => stored.has(digest))) return
  const { known } = await readBases(ports, key, { ...options, prepared, bases, required: true })
  for (const [digest, location] of known) if (!stored.has(digest)) stored.set(digest, location)
}

/** Layout before manifest before version: each names only what is there. */
async function storeManifest(
  ports: ServicePorts,
  { key, stored, manifest }: Commit,
  { collection, options }: { collection: Collection; options: CallOptions },
): Promise<void> {
  const digest = manifestDigest(manifest)
  const layout = new Map<Digest, Location>()
  for (const blob of stored.size > 0 ? blobDigests(manifest).keys() : []) {
    const location = stored.get(blob)
    if (location) layout.set(blob, location)
  }
  if (layout.size > 0) await ports.metadata.writeLayout(key.project, digest, layout, options)
  const bytes = encodeManifest(manifest)
  const item = { digest, sizeBytes: bytes.length, source: bytesSource(bytes) }
  await ports.blobs.in(key.project).write([item], { ...options, collection, pack: false })
}
