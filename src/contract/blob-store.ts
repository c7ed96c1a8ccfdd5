import { collectionCases } from './blob-store/collection.ts'
import type { BlobStoreCase } from './blob-store/context.ts'
import { isolationCases } from './blob-store/isolation.ts'
import { largeCases } from './blob-store/large.ts'
import { lifetimeCases } from './blob-store/lifetime.ts'
import { listingCases } from './blob-store/listing.ts'
import { rangeCases } from './blob-store/ranges.ts'
import { repairCases } from './blob-store/repair.ts'
import { roundTripCases } from './blob-store/round-trip.ts'
import { togetherCases } from './blob-store/together.ts'
import { verifyCases } from './blob-store/verify.ts'
import { wholeCases } from './blob-store/whole.ts'

/** Every obligation of a blob store. Isolation comes first: without it no other case says anything. */
export const blobStoreCases: readonly BlobStoreCase[] = [
  ...isolationCases,
  ...roundTripCases,
  ...largeCases,
  ...rangeCases,
  ...wholeCases,
  ...togetherCases,
  ...verifyCases,
  ...repairCases,
  ...collectionCases,
  ...listingCases,
  ...lifetimeCases,
]
