import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'

/**
 * What a blob or a pack is called in its project: its key below `p/<project>/`.
 *
 * `blobs/<first two of the digest>/<digest>` or `packs/<digest>`, each with `.<epoch>` behind it where it was written
 * while the plain name was condemned. Collections, layouts and listings all spell it so.
 */
export type BlobName = string

/** What a name says. */
export interface BlobNameParts {
  readonly kind: 'blob' | 'pack'
  /** The SHA-256 of the object's bytes. */
  readonly digest: Digest
  /** The epoch of collection in which it was written anew, at least 1; null for the plain name. */
  readonly epoch: number | null
}

/** The folder of all blobs, relative to their project. */
export const BLOBS_FOLDER = 'blobs/'

const NAME = /^(?:blobs\/(?<folder>[0-9a-f]{2})|packs)\/(?<digest>[0-9a-f]{64})(?:\.(?<epoch>[1-9][0-9]*))?$/

/** The name that these parts make. */
export function formatBlobName({ kind, digest, epoch }: BlobNameParts): BlobName {
  const plain = kind === 'pack' ? `packs/${digest}` : `${blobFolder(digest)}${digest}`
  return epoch === null ? plain : `${plain}.${epoch}`
}

/** The parts of a name; null for anything else. */
export function parseBlobName(name: string): BlobNameParts | null {
  const { folder, digest, epoch } = NAME.exec(name)?.groups ?? {}
  if (!isDigest(digest) || (folder !== undefined && !digest.startsWith(folder))) return null
  const number = epoch === undefined ? null : Number(epoch)
  if (number !== null && !Number.isSafeInteger(number)) return null
  return { kind: folder === undefined ? 'pack' : 'blob', digest, epoch: number }
}

/** The folder that holds a blob under all its names, relative to its project, with a `/` at its end. */
export function blobFolder(digest: Digest): string {
  return `${BLOBS_FOLDER}${digest.slice(0, 2)}/`
}

/**
 * Tells which blobs may be relied on to stay while these names are condemned, and may be deleted at any moment: one in a
 * pack unless the pack is condemned, an object of its own (`pack` null) unless any of its names is.
 */
export function reliableUnder(condemned: ReadonlySet<BlobName>): (digest: Digest, pack: BlobName | null) => boolean {
  let condemnedBlobs: ReadonlySet<Digest> | null = null
  return (digest, pack) => {
    if (pack !== null) return !condemned.has(pack)
    // Which of its names a loose blob lies under is not known; a blob is condemned under all of them at once.
    condemnedBlobs ??= blobsAmong(condemned)
    return !condemnedBlobs.has(digest)
  }
}

function blobsAmong(names: ReadonlySet<BlobName>): ReadonlySet<Digest> {
  const parts = [...names].map(parseBlobName)
  return new Set(parts.flatMap((name) => (name?.kind === 'blob' ? [name.digest] : [])))
}
