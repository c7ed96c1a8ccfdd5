import { abortCases } from './object-store/abort.ts'
import { batchCases } from './object-store/batch.ts'
import { bulkCases } from './object-store/bulk.ts'
import type { ObjectStoreCase } from './object-store/context.ts'
import { copyCases } from './object-store/copy.ts'
import { createCases } from './object-store/create.ts'
import { deleteCases } from './object-store/delete.ts'
import { isolationCases } from './object-store/isolation.ts'
import { keyCases } from './object-store/keys.ts'
import { lifetimeCases } from './object-store/lifetime.ts'
import { listingCases } from './object-store/listing.ts'
import { processCases } from './object-store/processes.ts'
import { randomCases } from './object-store/random.ts'
import { rangeCases } from './object-store/ranges.ts'
import { roundTripCases } from './object-store/round-trip.ts'
import { stagingCases } from './object-store/staging.ts'
import { swapCases } from './object-store/swap.ts'

/** Every obligation of a driver. Isolation comes first: without it no other case says anything. */
export const objectStoreCases: readonly ObjectStoreCase[] = [
  ...isolationCases,
  ...roundTripCases,
  ...rangeCases,
  ...listingCases,
  ...keyCases,
  ...createCases,
  ...swapCases,
  ...stagingCases,
  ...abortCases,
  ...deleteCases,
  ...copyCases,
  ...batchCases,
  ...bulkCases,
  ...lifetimeCases,
  ...randomCases,
  ...processCases,
]
