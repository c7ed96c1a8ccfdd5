import { formatBlobName } from '../../domain/blob-name.ts'
import type { LogCommand } from '../../domain/command.ts'
import type { Digest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { blobDigests, encodeManifest, fileCount, manifestDigest, manifestSize } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Collection, Location, ProjectBlobs } from '../../ports/blob-store.ts'
import { bytesSource } from '../../ports/sources.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Preparation } from '../../ports/metadata-store.ts'
import type { LogIntent, LogOutcome, Upload } from '../../ports/transport.ts'
import type { ServicePorts } from './service-ports.ts'
import { placeMetadata, refreshMetadata, storeMetadataBlob } from './metadata.ts'
import { readManifest } from './manifests.ts'

/**
 * Begins a log: reads head and the collection state before any blob is relied on.
 *
 * Costs 2 requests, and 2 more for each base where blobs travel in packs.
 */
export async function beginUpload(
  ports: ServicePorts,
  key: ArtifactKey,
  { bases, ...options }: CallOptions & { readonly bases: readonly Digest[] },
): Promise<Upload> {
  const prepared = await ports.metadata.prepare(key, options)
  const blobs = ports.blobs.in(key.project)
  const known = await knownBlobs(ports, key.project, { bases: basesOf(prepared, bases), prepared, options })
  const stored = new Map<Digest, Location>(known)
  const { collection } = prepared
  return {
    key,
    head: prepared.head,
    async ingest(sources, transfer) {
      const blobsStored = await blobs.ingest(sources, { ...transfer, collection, known })
      // What is an object of its own need not be remembered: there may be very many.
      for (const { digest, location } of blobsStored) if (location !== null) stored.set(digest, location)
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
    commit: (manifest, intent, call) => commitManifest(ports, { key, prepared, stored, manifest, intent }, call),
  }
}

interface Commit {
  readonly key: ArtifactKey
  readonly prepared: Preparation
  /** Where the blobs of this upload lie. */
  readonly stored: ReadonlyMap<Digest, Location>
  readonly manifest: Manifest
  readonly intent: LogIntent
}

async function commitManifest(ports: ServicePorts, commit: Commit, options: CallOptions): Promise<LogOutcome> {
  const { key, prepared, intent } = commit
  const { blob, ...metadata } = placeMetadata(intent.metadata)
  const command = { ...logCommand(commit), ...metadata }
  const confirm = async (collection: Collection) => {
    await confirmBlobs(ports, commit, { collection, options })
    if (blob !== null) await storeMetadataBlob(ports, key.project, { blob, collection, options })
    await storeManifest(ports, commit, { collection, options })
  }
  const answer = await ports.metadata.commit(key, command, { ...options, prepared, confirm })
  if (answer.n === null) throw new Error('a log answers with a version')
  const outcome = { ...answer, n: answer.n }
  if (!outcome.created) await recordHit(ports, commit, { outcome, options })
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

/** Known content: the run logged it all the same, and other metadata replaces what is there. */
async function recordHit(
  ports: ServicePorts,
  { key, intent }: Commit,
  { outcome, options }: { outcome: LogOutcome; options: CallOptions },
): Promise<void> {
  const { run, at, opId, metadata } = intent
  const version = { ...key, n: outcome.n }
  if (run) await ports.metadata.recordEdge({ kind: 'out', run, version, at, opId }, options)
  if (metadata === null) return
  await refreshMetadata(ports, { key: version, record: outcome.record }, { opId, at, run, metadata }, options)
}

/** A collector that started meanwhile may have condemned what this upload relies on. */
async function confirmBlobs(
  ports: ServicePorts,
  { key, prepared, stored, manifest }: Commit,
  { collection, options }: { collection: Collection; options: CallOptions },
): Promise<void> {
  if (collection.epoch === prepared.collection.epoch && collection.state === prepared.collection.state) return
  const digests = [...blobDigests(manifest).keys()]
  const loose = digests.filter((digest) => !stored.get(digest))
  const present = await ports.blobs.in(key.project).present(loose, { ...options, collection })
  const isKept = (digest: Digest): boolean => {
    const location = stored.get(digest)
    return location ? !collection.condemned.has(location.pack) : present.has(digest)
  }
  if (digests.every(isKept)) return
  throw new LadingError('UNAVAILABLE', {
    retry: 'now',
    detail: 'files of this version were collected while it was being logged',
    next: 'log the artifact again',
  })
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

/** The base version is the one a draft was made from, else the latest. */
function basesOf({ head }: Preparation, bases: readonly Digest[]): readonly Digest[] {
  return bases.length > 0 || !head?.latest ? bases : [head.latest.digest]
}

/** What base versions show to be present. Without packs a second write of a blob is as cheap as a look. */
async function knownBlobs(
  ports: ServicePorts,
  project: string,
  { bases, prepared, options }: { bases: readonly Digest[]; prepared: Preparation; options: CallOptions },
): Promise<ReadonlyMap<Digest, Location>> {
  const known = new Map<Digest, Location>()
  if (ports.blobs.capabilities.packBelowBytes === 0) return known
  const blobs: ProjectBlobs = ports.blobs.in(project)
  for (const base of bases) {
    const [manifest, layout] = await Promise.all([
      readManifest(blobs, base, options),
      ports.metadata.layout(project, base, options),
    ])
    for (const digest of blobDigests(manifest).keys()) known.set(digest, layout?.get(digest) ?? null)
  }
  return withoutCondemned(known, prepared.collection)
}

function withoutCondemned(known: Map<Digest, Location>, { condemned }: Collection): ReadonlyMap<Digest, Location> {
  for (const [digest, location] of known) {
    if (condemned.has(location?.pack ?? formatBlobName({ kind: 'blob', digest, epoch: null }))) known.delete(digest)
  }
  return known
}
