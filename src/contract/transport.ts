import { byteCases } from './transport/bytes.ts'
import { changeCases } from './transport/changes.ts'
import { collaborationCases } from './transport/collaboration.ts'
import type { TransportCase } from './transport/context.ts'
import { deniedCases } from './transport/denied.ts'
import { freshCases } from './transport/fresh.ts'
import { lineageCases } from './transport/lineage.ts'
import { listingCases } from './transport/listings.ts'
import { repairCases } from './transport/repair.ts'

/** Every obligation of a transport. */
export const transportCases: readonly TransportCase[] = [
  ...byteCases,
  ...changeCases,
  ...collaborationCases,
  ...listingCases,
  ...freshCases,
  ...lineageCases,
  ...repairCases,
  ...deniedCases,
]
