import { formatBlobName, reliableUnder } from '../domain/blob-name.ts'
import type { BlobName, BlobNameParts } from '../domain/blob-name.ts'
import type { Digest } from '../domain/digest.ts'
import { LadingError } from '../domain/errors.ts'
import type { Collection, Location } from '../ports/blob-store.ts'

/**
 * Which names may be written and relied on under one state of collection. A condemned name is neither, so that a collector
 * may delete it however late, and nobody waits for one.
 */
export interface BlobNaming {
  /** The name to write, and to look for: the plain one, or the one of this epoch while that is condemned. */
  nameOf(kind: BlobNameParts['kind'], digest: Digest): BlobName
  /** Whether all blobs are written under their plain names. */
  readonly isPlain: boolean
  /** Whether a blob that was present may be relied on to stay. */
  isReliable(digest: Digest, location: Location): boolean
}

/** The names under a state of collection. Costs no request. */
export function namingUnder({ epoch, condemned }: Collection): BlobNaming {
  const isReliable = reliableUnder(condemned)
  return {
    isPlain: condemned.size === 0,
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
    isReliable: (digest, location) => isReliable(digest, location?.pack ?? null),
  }
}
