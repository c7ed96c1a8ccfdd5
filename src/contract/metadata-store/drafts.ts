import type { MetadataStoreCase } from './context.ts'
import { draftConflictCases } from './drafts-conflicts.ts'
import { draftEndCases } from './drafts-ending.ts'
import { draftFinishCases } from './drafts-finishing.ts'
import { draftLimitCases } from './drafts-limits.ts'
import { draftPartCases } from './drafts-parts.ts'
import { draftRaceCases } from './drafts-races.ts'
import { draftRandomCases } from './drafts-random.ts'

/** Collaborative drafts: an acknowledged part is in the version, and a round becomes one version. */
export const draftCases: readonly MetadataStoreCase[] = [
  ...draftPartCases,
  ...draftFinishCases,
  ...draftConflictCases,
  ...draftEndCases,
  ...draftLimitCases,
  ...draftRaceCases,
  ...draftRandomCases,
]
