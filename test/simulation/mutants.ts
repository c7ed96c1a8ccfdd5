import { BATCH_MUTANTS } from './mutants/batch-mutants.ts'
import { DELETION_MUTANTS } from './mutants/deletion-mutants.ts'
import { DRAFT_MUTANTS } from './mutants/draft-mutants.ts'
import { LOG_MUTANTS } from './mutants/log-mutants.ts'
import { MOVE_MUTANTS } from './mutants/move-mutants.ts'
import type { Mutant } from './mutants/mutant.ts'
import { ONCE_MUTANTS } from './mutants/once-mutants.ts'

/**
 * Every shortcut that the protocol warns of (ADR 8), but those of garbage collection; and some more of drafts.
 * All of them can be said as a patch of the source; `head_without_rev` alone is a store that hides what grows.
 */
export const MUTANTS: readonly Mutant[] = [
  ...LOG_MUTANTS,
  ...DELETION_MUTANTS,
  ...ONCE_MUTANTS,
  ...BATCH_MUTANTS,
  ...MOVE_MUTANTS,
  ...DRAFT_MUTANTS,
]
