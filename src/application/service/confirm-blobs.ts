import type { Digest } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { blobDigests } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { Collection, Location, ProjectBlobs } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'

/** What a version is made of, and what its upload has learned of that. */
export interface UploadedBlobs {
  readonly blobs: ProjectBlobs
  readonly manifest: Manifest
  /** The state of collection under which blobs were stored and looked for. */
  readonly prepared: Collection
  /** Where blobs lie that this upload stored or found, and those of live base versions. Copies are added. */
  readonly stored: Map<Digest, Location>
  /** Where base versions had their blobs. */
  readonly places: ReadonlyMap<Digest, Location>
}

/**
 * Makes every blob of a version present under a state of collection, whoever brought it.
 *
 * What was stored or found under this very state is relied on. Anything else is looked for: one request a blob. One
 * that is condemned, or lies only under a name that no longer counts, is copied while it is there. `NOT_FOUND`, naming the
 * path, for one that the store does not have; `UNAVAILABLE` for one that was collected during the upload.
 */
export async function confirmBlobs(
  uploaded: UploadedBlobs,
  { collection, ...options }: CallOptions & { readonly collection: Collection },
): Promise<void> {
  const { blobs, manifest, stored } = uploaded
  const sizes = blobDigests(manifest)
  const unsure = [...sizes.keys()].filter((digest) => !isKept(uploaded, digest, collection))
  if (unsure.length === 0) return
  const present = await blobs.present(unsure, { ...options, collection, sizes })
  for (const digest of present) stored.set(digest, null)
  const elsewhere = unsure.filter((digest) => !present.has(digest))
  await copyBlobs(uploaded, { digests: elsewhere, sizes, collection, options })
}

/**
 * Under another state, packs that it does not condemn were condemned by none before it either, if no epoch lies between
 * the two. Nothing tells this of loose blobs: which of its names one lies under is not known.
 */
function isKept({ prepared, stored }: UploadedBlobs, digest: Digest, { epoch, state, condemned }: Collection): boolean {
  const location = stored.get(digest)
  if (location === undefined) return false
  if (epoch === prepared.epoch && state === prepared.state) return true
  return location !== null && epoch <= prepared.epoch + 1 && !condemned.has(location.pack)
}

interface Copying {
  readonly digests: readonly Digest[]
  readonly sizes: ReadonlyMap<Digest, number>
  readonly collection: Collection
  readonly options: CallOptions
}

async function copyBlobs(uploaded: UploadedBlobs, { digests, sizes, collection, options }: Copying): Promise<void> {
  if (digests.length === 0) return
  const { blobs, stored, places } = uploaded
  const wants = digests.map((digest) => {
    return { digest, sizeBytes: sizes.get(digest)!, location: stored.get(digest) ?? places.get(digest) }
  })
  const copy = async (index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    const { digest, sizeBytes } = wants[index]!
    const source = { sizeBytes, read: () => chunks }
    await blobs.write([{ digest, sizeBytes, source }], { ...options, collection, pack: false })
    stored.set(digest, null)
  }
  try {
    await blobs.read(wants, copy, options)
  } catch (error) {
    throw isLadingError(error, 'NOT_FOUND') ? missing(uploaded, { digests, error }) : error
  }
}

function missing(
  { manifest, stored }: UploadedBlobs,
  { digests, error }: { digests: readonly Digest[]; error: LadingError },
): LadingError {
  const digest = digests.find((candidate) => candidate === error.key) ?? digests[0]
  const path = manifest.entries.find((entry) => entry.digest === digest)?.path
  if (digest !== undefined && stored.has(digest)) {
    return new LadingError('UNAVAILABLE', {
      retry: 'now',
      key: path,
      detail: 'the file was collected while its version was being logged',
      next: 'log the artifact again',
      cause: error,
    })
  }
  return new LadingError('NOT_FOUND', {
    key: path,
    detail: `the store does not have the bytes of this file, SHA-256 ${digest}`,
    next: 'add the file again',
    cause: error,
  })
}
