import type { LogCommand } from '../../domain/command.ts'
import type { Digest } from '../../domain/digest.ts'
import { blobDigests, fileCount, manifestDigest, manifestSize } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { Head } from '../../domain/head.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { BlobItem, Collection, Location, ProjectBlobs } from '../../ports/blob-store.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Preparation } from '../../ports/metadata-store.ts'
import type { IngestedBlob, LogIntent, LogOutcome, TransferOptions, Upload } from '../../ports/transport.ts'
import type { ServicePorts } from './service-ports.ts'
import { readBases } from './base-blobs.ts'
import type { BaseBlobs } from './base-blobs.ts'
import { confirmContent } from './confirm-content.ts'
import { recordHit } from './known-content.ts'
import { placeMetadata } from './metadata.ts'

/** What an upload starts from. */
interface UploadStart extends BaseBlobs {
  readonly key: ArtifactKey
  readonly prepared: Preparation
  readonly bases: readonly Digest[]
}

/** What a version or a part is made of, beside the blobs that an upload brought. */
export interface Brought {
  readonly manifest: Manifest
  /** The encoding of metadata that is too large for a document. */
  readonly metadataBlob: Uint8Array | null
}

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
): Promise<ServiceUpload> {
  const prepared = await ports.metadata.prepare(key, options)
  const found = await basesAtFirst(ports, key, { prepared, bases, options })
  return new ServiceUpload(ports, { key, prepared, bases, ...found })
}

/** An upload to the service of this process, which may end as a version or as a part of a draft. */
export class ServiceUpload implements Upload {
  readonly key: ArtifactKey
  readonly head: Head | null
  readonly prepared: Preparation
  readonly #ports: ServicePorts
  readonly #blobs: ProjectBlobs
  readonly #start: UploadStart
  /** Where the blobs lie that this upload stored or found, and those of live base versions. */
  readonly #stored: Map<Digest, Location>

  constructor(ports: ServicePorts, start: UploadStart) {
    this.key = start.key
    this.head = start.prepared.head
    this.prepared = start.prepared
    this.#ports = ports
    this.#blobs = ports.blobs.in(start.key.project)
    this.#start = start
    this.#stored = new Map(start.known)
  }

  async ingest(sources: readonly ByteSource[], options: TransferOptions): Promise<readonly IngestedBlob[]> {
    const blobsStored = await this.#blobs.ingest(sources, { ...options, ...this.#under() })
    // Each one is remembered, for `commit` looks for every blob that it does not find here.
    for (const { digest, location } of blobsStored) this.#stored.set(digest, location)
    return blobsStored
  }

  async missing(wanted: readonly IngestedBlob[], options: CallOptions): Promise<readonly IngestedBlob[]> {
    const unknown = wanted.filter(({ digest }) => !this.#stored.has(digest))
    const sizes = new Map<Digest, number>()
    for (const { digest, sizeBytes } of unknown) sizes.set(digest, sizeBytes)
    const { collection } = this.prepared
    const present = await this.#blobs.present([...sizes.keys()], { ...options, collection, sizes })
    for (const digest of present) this.#stored.set(digest, null)
    return unknown.filter(({ digest }) => !present.has(digest))
  }

  async write(items: readonly BlobItem[], options: TransferOptions): Promise<void> {
    const locations = await this.#blobs.write(items, { ...options, ...this.#under(), pack: true })
    items.forEach(({ digest }, index) => this.#stored.set(digest, locations[index] ?? null))
  }

  async commit(manifest: Manifest, intent: LogIntent, options: CallOptions): Promise<LogOutcome> {
    const { key, prepared } = this
    const { blob, ...metadata } = placeMetadata(intent.metadata)
    const command = { ...logCommand({ prepared, manifest, intent }), ...metadata }
    const confirm = this.confirming({ manifest, metadataBlob: blob }, options)
    const answer = await this.#ports.metadata.commit(key, command, { ...options, prepared, confirm })
    if (answer.n === null) throw new Error('a log answers with a version')
    const outcome = { ...answer, n: answer.n }
    if (outcome.created) return outcome
    return {
      ...outcome,
      metadataReplaced: await recordHit(this.#ports, { key, intent: { ...intent, metadataDigest: null }, outcome }),
    }
  }

  /** What makes all that a version or a part of this content needs present, under each state that it is called with. */
  confirming({ manifest, metadataBlob }: Brought, options: CallOptions): (collection: Collection) => Promise<void> {
    return async (collection) => {
      await this.#learnFromBases(manifest, options)
      const { key, prepared, places } = this.#start
      const content = {
        key,
        prepared: prepared.collection,
        stored: this.#stored,
        places,
        manifest,
        metadataBlob,
      }
      await confirmContent(this.#ports, content, { ...options, collection })
    }
  }

  /** A draft names blobs of its base that this upload has not seen. */
  async #learnFromBases(manifest: Manifest, options: CallOptions): Promise<void> {
    const { key, prepared, bases } = this.#start
    if (this.#ports.blobs.capabilities.packBelowBytes > 0 || bases.length === 0) return
    if ([...blobDigests(manifest).keys()].every((digest) => this.#stored.has(digest))) return
    const { known } = await readBases(this.#ports, key, { ...options, prepared, bases, required: true })
    for (const [digest, location] of known) if (!this.#stored.has(digest)) this.#stored.set(digest, location)
  }

  #under(): { readonly collection: Collection; readonly known: BaseBlobs['known'] } {
    return { collection: this.prepared.collection, known: this.#start.known }
  }
}

function logCommand({
  prepared,
  manifest,
  intent,
}: {
  prepared: Preparation
  manifest: Manifest
  intent: LogIntent
}): LogCommand {
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
