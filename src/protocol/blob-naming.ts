import { formatBlobName, parseBlobName } from '../domain/blob-name.ts'
import type { BlobName, BlobNameParts } from '../domain/blob-name.ts'
import type { Digest } from '../domain/digest.ts'
import { LadingError } from '../domain/errors.ts'
import type { Collection, Location } from '../ports/blob-store.ts'

/** Which names may be written and relied on under one state of collection (protocol.md, "Collecting blobs"). */
export interface BlobNaming {
  /** The name to write, and to look for: the plain one, or the one of this epoch while that is condemned. */
  nameOf(kind: BlobNameParts['kind'], digest: Digest): BlobName
  /** Whether a blob that was present may be relied on to stay. */
  isReliable(digest: Digest, location: Location): boolean
}

/** The names under a state of collection. Costs no request. */
export function namingUnder({ epoch, condemned }: Collection): BlobNaming {
  let condemnedBlobs: ReadonlySet<Digest> | null = null
  return {
    nameOf(kind, digest) {
      const plain = formatBlobName({ kind, digest, epoch: null })
      if (!condemned.has(plain)) return plain
      const renewed = formatBlobName({ kind, digest, epoch })
      if (!condemned.has(renewed)) return renewed
      throw new LadingError('UNAVAILABLE', {
        key: renewed,
        detail: 'it is condemned in the epoch in which it would be written',
        next: 'read the state of collection again',
      })
    },
    isReliable(digest, location) {
      if (location) return !condemned.has(location.pack)
      // Which of its names a loose blob lies under is not known; a blob is condemned under all of them at once.
      condemnedBlobs ??= digestsOf(condemned)
      return !condemnedBlobs.has(digest)
    },
  }
}

function digestsOf(names: ReadonlySet<string>): ReadonlySet<Digest> {
  const parts = [...names].map(parseBlobName)
  return new Set(parts.flatMap((name) => (name?.kind === 'blob' ? [name.digest] : [])))
}
