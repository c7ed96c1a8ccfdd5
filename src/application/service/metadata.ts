import { decodeDocument, encodeDocument } from '../../domain/canonical-json.ts'
import { sha256 } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import { METADATA_BYTES_MAX, normaliseMetadata, sameMetadata } from '../../domain/metadata.ts'
import type { Metadata } from '../../domain/metadata.ts'
import { LadingError } from '../../domain/errors.ts'
import { GRACE_MS } from '../../domain/limits.ts'
import { formatVersion } from '../../domain/refs.ts'
import { METADATA_INLINE_BYTES_MAX } from '../../domain/version.ts'
import type { ArtifactKey, VersionKey, VersionRecord } from '../../domain/version.ts'
import type { Collection } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import { bytesSource } from '../../ports/sources.ts'
import type { MetadataEdit, VersionView } from '../../ports/metadata-store.ts'
import type { Change } from '../../ports/transport.ts'
import type { ServicePorts } from './service-ports.ts'
import { readWhole } from './manifests.ts'

/** Metadata as a document carries it: itself when it is small, else the digest of its blob. */
export interface MetadataFields {
  readonly metadata: Metadata | null
  readonly metadataDigest: Digest | null
}

/** How metadata is carried, and its encoding when it needs a blob. */
export function placeMetadata(metadata: Metadata | null): MetadataFields & { readonly blob: Uint8Array | null } {
  const bytes = metadata === null ? null : encodeDocument(metadata)
  if (bytes === null || bytes.length <= METADATA_INLINE_BYTES_MAX) return { metadata, metadataDigest: null, blob: null }
  return { metadata: null, metadataDigest: sha256(bytes), blob: bytes }
}

/** The metadata of a version as it is now. One request; one more when it is large. */
export async function readMetadata(
  ports: ServicePorts,
  { key, record }: Pick<VersionView, 'key' | 'record'>,
  options: CallOptions,
): Promise<Metadata | null> {
  const edit = await ports.metadata.metadataEdit(key, options)
  return loadMetadata(ports, key.project, { fields: edit ?? record, options })
}

/**
 * Replaces the metadata of a version; what it was logged with stays in its record. `NOT_FOUND` unless the version is live.
 *
 * Costs 3 requests; 5 more when the metadata is large: its blob, and the state of collection before and after it.
 */
export async function updateMetadata(
  ports: ServicePorts,
  key: VersionKey,
  edit: Change & { readonly metadata: Metadata | null },
  options: CallOptions,
): Promise<void> {
  await liveVersion(ports, key, options)
  await replaceMetadata(ports, key, edit, options)
}

/** A version that is live; `NOT_FOUND` for any other. Costs 2 requests. */
export async function liveVersion(ports: ServicePorts, key: VersionKey, options: CallOptions): Promise<VersionView> {
  const found = await ports.metadata.resolve(key, { kind: 'version', n: key.n }, options)
  if (!found?.live) throw notLive(key, found?.ended ?? null)
  return found
}

/**
 * After a log of known content: replaces that version's metadata when other, non-empty metadata was given. Costs one
 * request, two when the record is not at hand, and one more when the metadata differs. Answers whether it did.
 */
export async function refreshMetadata(
  ports: ServicePorts,
  { key, record: atHand }: { key: VersionKey; record: VersionRecord | null },
  edit: Change & { readonly metadata: Metadata },
  options: CallOptions,
): Promise<boolean> {
  const record = atHand ?? (await ports.metadata.record(key, options))
  if (record === null || sameMetadata(await readMetadata(ports, { key, record }, options), edit.metadata)) return false
  await replaceMetadata(ports, key, edit, options)
  return true
}

async function replaceMetadata(
  ports: ServicePorts,
  key: VersionKey,
  edit: Change & { readonly metadata: Metadata | null },
  options: CallOptions,
): Promise<void> {
  const { blob, ...fields } = placeMetadata(edit.metadata)
  const untilMs = blob === null ? undefined : await confirmMetadataBlob(ports, key, blob, options)
  const document: MetadataEdit = { ...fields, at: edit.at, run: edit.run }
  await ports.metadata.editMetadata(key, document, { ...options, untilMs })
}

/**
 * Stores the blob until the state of collection is the same after it as before. Answers until when it may be relied on:
 * half of the time that a collector waits between condemning and deleting, from the read that saw that state.
 */
export async function confirmMetadataBlob(
  ports: ServicePorts,
  key: ArtifactKey,
  blob: Uint8Array,
  options: CallOptions,
): Promise<number> {
  let { collection } = await ports.metadata.prepare(key, options)
  for (;;) {
    await storeMetadataBlob(ports, key.project, { blob, collection, options })
    const before = collection
    const readAtMs = ports.clock.monotonicMs()
    collection = (await ports.metadata.prepare(key, options)).collection
    if (before.epoch === collection.epoch && before.state === collection.state) return readAtMs + GRACE_MS / 2
  }
}

/** Stores the blob of large metadata. */
export async function storeMetadataBlob(
  ports: ServicePorts,
  project: string,
  { blob, collection, options }: { blob: Uint8Array; collection: Collection; options: CallOptions },
): Promise<void> {
  const item = { digest: sha256(blob), sizeBytes: blob.length, source: bytesSource(blob) }
  await ports.blobs.in(project).write([item], { ...options, collection, pack: false })
}

/** Metadata as it was given, from a document or its blob. No request; one when it is large. */
export async function loadMetadata(
  ports: ServicePorts,
  project: string,
  { fields, options }: { fields: MetadataFields; options: CallOptions },
): Promise<Metadata | null> {
  if (fields.metadataDigest === null) return fields.metadata
  const bytes = await readWhole(ports.blobs.in(project), fields.metadataDigest, {
    ...options,
    bytesMax: METADATA_BYTES_MAX,
  })
  return normaliseMetadata(decodeDocument(bytes, { key: fields.metadataDigest }))
}

function notLive({ n, ...key }: VersionKey, ended: VersionView['ended']): LadingError {
  return new LadingError('NOT_FOUND', {
    key: `${key.project}/${key.artifact}`,
    detail: `${formatVersion(n)} ${ended === null ? 'does not exist' : `was ${ended}`}`,
    next: 'list the versions, then choose one',
  })
}
