import { createDraftStore } from '../ports/drafts.ts'
import type { MetadataCapabilities, MetadataStore } from '../ports/metadata-store.ts'
import { createCommands } from './commands.ts'
import type { SqlContext } from './context.ts'
import { createDraftRecords } from './draft-records.ts'
import { createSqlHistory } from './history.ts'
import { createLayouts } from './layouts.ts'
import { createLinks } from './links.ts'
import { createListings } from './listings.ts'
import { createMetadataEdits } from './metadata-edits.ts'
import { createMoves } from './moves.ts'
import { createRuns } from './runs.ts'
import { createVersionReads } from './versions.ts'

/**
 * A MetadataStore over any SQL database: every call is one transaction, but for confirming blobs, which is none.
 *
 * Does no I/O until it is used. Closing it closes the database.
 */
export function createSqlMetadataStore(context: SqlContext, capabilities: MetadataCapabilities): MetadataStore {
  const { database, ids } = context
  const commands = createCommands(context)
  const reads = createVersionReads(context)
  const links = createLinks(context)
  const moves = createMoves(context)
  const edits = createMetadataEdits(context)
  const host = { ...commands, ...reads, ...links, ids }
  return {
    capabilities,
    drafts: createDraftStore(host, createDraftRecords(context)),
    open: (options) => database.open(options),
    ...commands,
    ...reads,
    ...moves,
    ...edits,
    ...links,
    ...createLayouts(context),
    ...createListings(context),
    ...createRuns(context),
    ...createSqlHistory(context, { ...reads, ...moves, ...edits }),
    close: () => database.close(),
  }
}
