import { reliableUnder } from '../../domain/blob-name.ts'
import type { Digest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { blobDigests } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import { isLive } from '../../domain/version.ts'
import type { ArtifactKey } from '../../domain/version.ts'
import type { Location } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Preparation } from '../../ports/metadata-store.ts'
import { readLayout } from './layouts.ts'
import { readManifest } from './manifests.ts'
import type { ServicePorts } from './service-ports.ts'

/** What base versions tell of blobs. */
export interface BaseBlobs {
  /** Blobs of live versions that were not condemned when the upload began: they are there, and stay. */
  readonly known: ReadonlyMap<Digest, Location>
  /** Where blobs of any base version lie, or lay: the place to copy them from. */
  readonly places: ReadonlyMap<Digest, Location>
}

/** Which versions are read. */
export interface Bases {
  readonly prepared: Preparation
  /** Manifest digests. */
  readonly bases: readonly Digest[]
  /** Whether a base that is live must be readable. Otherwise a damaged one tells nothing. */
  readonly required: boolean
}

/**
 * Reads what base versions of an artifact tell. A base that is not a live version of it is relied on for nothing.
 *
 * Costs for each base 1 request, 1 more where blobs travel in packs, and 2 more unless it is the latest version.
 */
export async function readBases(
  ports: ServicePorts,
  key: ArtifactKey,
  { prepared, bases, required, ...options }: Bases & CallOptions,
): Promise<BaseBlobs> {
  const known = new Map<Digest, Location>()
  const places = new Map<Digest, Location>()
  const isReliable = reliableUnder(prepared.collection.condemned)
  for (const base of bases) {
    const live = await isLiveVersion(ports, key, { prepared, base, options })
    const found = await readBase(ports, key, { base, required: required && live, options })
    for (const [digest, location] of found) {
      places.set(digest, location)
      if (live && isReliable(digest, location?.pack ?? null)) known.set(digest, location)
    }
  }
  return { known, places }
}

async function isLiveVersion(
  { metadata }: ServicePorts,
  key: ArtifactKey,
  { prepared: { head }, base, options }: { prepared: Preparation; base: Digest; options: CallOptions },
): Promise<boolean> {
  if (head === null) return false
  if (head.latest?.digest === base) return true
  const located = await metadata.locate(key, { kind: 'digest', digest: base }, options)
  const record = located && (await metadata.record({ ...key, n: located.n }, options))
  return record !== null && record.digest === base && isLive(record, head.floor)
}

async function readBase(
  ports: ServicePorts,
  { project }: ArtifactKey,
  { base, required, options }: { base: Digest; required: boolean; options: CallOptions },
): Promise<ReadonlyMap<Digest, Location>> {
  try {
    return await locateBlobs(ports, project, { base, options })
  } catch (error) {
    if (!required && (isLadingError(error, 'NOT_FOUND') || isLadingError(error, 'CORRUPT'))) return new Map()
    throw error
  }
}

/** Where the blobs of a manifest lie, each once. Costs 1 request if it is not at hand, 1 more where blobs travel in packs. */
export async function locateBlobs(
  ports: ServicePorts,
  project: string,
  { base, atHand, options }: { base: Digest; atHand?: Manifest | undefined; options: CallOptions },
): Promise<ReadonlyMap<Digest, Location>> {
  const [manifest, layout] = await Promise.all([
    atHand ?? readManifest(ports.blobs.in(project), base, options),
    readLayout(ports, { project, manifest: base }, options),
  ])
  const located = new Map<Digest, Location>()
  for (const [digest, sizeBytes] of blobDigests(manifest)) {
    const location = layout?.get(digest) ?? null
    if (location !== null && location.sizeBytes !== sizeBytes) throw contradicted(base, digest)
    located.set(digest, location)
  }
  return located
}

function contradicted(base: Digest, digest: Digest): LadingError {
  return new LadingError('CORRUPT', {
    key: `layouts/${base}`,
    detail: `it gives ${digest} another size than the manifest does`,
    next: 'restore it from a backup of the store; nothing was changed',
  })
}
