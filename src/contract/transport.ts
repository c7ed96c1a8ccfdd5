import { byteCases } from './transport/bytes.ts'
import { changeCases } from './transport/changes.ts'
import type { TransportCase } from './transport/context.ts'
import { deniedCases } from './transport/denied.ts'
import { lineageCases } from './transport/lineage.ts'
import { listingCases } from './transport/listings.ts'

/** Every obligation of a transport. */
export const transportCases: readonly TransportCase[] = [
  ...byteCases,
  ...changeCases,
  ...listingCases,
  ...lineageCases,
  ...deniedCases,
]
