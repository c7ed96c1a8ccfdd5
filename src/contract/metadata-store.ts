import { aliasCases } from './metadata-store/aliases.ts'
import { clockCases } from './metadata-store/clocks.ts'
import { confirmingCases } from './metadata-store/confirming.ts'
import type { MetadataStoreCase } from './metadata-store/context.ts'
import { copyingCases } from './metadata-store/copying.ts'
import { deniedCases } from './metadata-store/denied.ts'
import { deletingCases } from './metadata-store/deleting.ts'
import { documentCases } from './metadata-store/documents.ts'
import { draftCases } from './metadata-store/drafts.ts'
import { freshCases } from './metadata-store/fresh.ts'
import { idempotencyCases } from './metadata-store/idempotency.ts'
import { lifetimeCases } from './metadata-store/lifetime.ts'
import { limitCases } from './metadata-store/limits.ts'
import { linearizableCases } from './metadata-store/linearizable.ts'
import { listingCases } from './metadata-store/listings.ts'
import { loggingCases } from './metadata-store/logging.ts'
import { nameCases } from './metadata-store/names.ts'
import { raceCases } from './metadata-store/races.ts'
import { randomCases } from './metadata-store/random.ts'
import { resolvingCases } from './metadata-store/resolving.ts'
import { runCases } from './metadata-store/runs.ts'
import { viewCases } from './metadata-store/views.ts'

/** Every obligation of a metadata store. Isolation comes first: without it no other case says anything. */
export const metadataStoreCases: readonly MetadataStoreCase[] = [
  ...lifetimeCases,
  ...freshCases,
  ...loggingCases,
  ...aliasCases,
  ...deletingCases,
  ...limitCases,
  ...idempotencyCases,
  ...resolvingCases,
  ...viewCases,
  ...listingCases,
  ...runCases,
  ...documentCases,
  ...copyingCases,
  ...nameCases,
  ...confirmingCases,
  ...raceCases,
  ...linearizableCases,
  ...draftCases,
  ...clockCases,
  ...deniedCases,
  ...randomCases,
]
