import type { Digest } from '../domain/digest.ts'
import type { Location } from '../ports/blob-store.ts'
import type { BlobNaming } from './blob-naming.ts'

/** Where each blob of a batch lies, and who stores it: each distinct blob is stored once, by whoever claims it. */
export interface BlobLedger {
  /** True: the caller must store this blob. False: it is known to be present, or someone else of the batch stores it. */
  claim(digest: Digest): boolean
  /** Takes a claim back: the blob was not stored. */
  release(digest: Digest): void
  /** Records where a claimed blob was stored. */
  place(digest: Digest, location: Location): void
  /** Where a blob lies. Only for blobs that are known, or that were placed. */
  locationOf(digest: Digest): Location
  /** Blobs that were claimed and placed as objects of their own. */
  loose(): readonly Digest[]
}

/** A ledger in which nothing is claimed. `known` blobs are relied on unless their names are condemned. */
export function createBlobLedger(known: ReadonlyMap<Digest, Location> | undefined, naming: BlobNaming): BlobLedger {
  const claimed = new Set<Digest>()
  const placed = new Map<Digest, Location>()

  function knownLocation(digest: Digest): Location | undefined {
    const location = known?.get(digest)
    return location !== undefined && naming.isReliable(digest, location) ? location : undefined
  }

  return {
    claim(digest) {
      if (claimed.has(digest) || knownLocation(digest) !== undefined) return false
      claimed.add(digest)
      return true
    },
    release(digest) {
      claimed.delete(digest)
    },
    place(digest, location) {
      placed.set(digest, location)
    },
    locationOf: (digest) => placed.get(digest) ?? knownLocation(digest) ?? null,
    loose: () => [...placed].flatMap(([digest, location]) => (location === null ? [digest] : [])),
  }
}
