import { createDraftStore } from '../ports/drafts.ts'
import type { Clock, Ids } from '../ports/environment.ts'
import type { MetadataCapabilities, MetadataStore } from '../ports/metadata-store.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { createCommands } from './commands.ts'
import type { ProtocolContext } from './context.ts'
import { createDocuments } from './documents.ts'
import { createDraftRecords } from './draft-records.ts'
import { createFormatGate } from './format.ts'
import { createProtocolHistory } from './history.ts'
import { createLayouts } from './layouts.ts'
import { createLinks } from './links.ts'
import { createListings } from './listings.ts'
import { createMetadataEdits } from './metadata-edits.ts'
import { createMoves } from './moves.ts'
import { createProjectRecords } from './project-records.ts'
import { createRegisters } from './registers.ts'
import { createRuns } from './runs.ts'
import { createVersionReads } from './versions.ts'

/**
 * A MetadataStore over any object store: no database, no lock, no daemon, any number of writers.
 *
 * What it relies on and promises is told in docs/on-disk-format.md, "The commit protocol". Does no I/O until it is used;
 * the driver's capabilities choose the kind of register. Closing it closes the object store.
 */
export function createProtocolMetadataStore(parts: { objects: ObjectStore; clock: Clock; ids: Ids }): MetadataStore {
  const { objects } = parts
  const context: ProtocolContext = { ...parts, registers: createRegisters(parts) }
  const documents = createDocuments(context)
  const format = createFormatGate(context)
  const records = createProjectRecords(context, format)
  const commands = createCommands(context, documents, { format, records })
  const reads = createVersionReads(context, documents)
  const links = createLinks(context)
  const host = { ...commands, ...reads, ...links, ids: context.ids }
  return {
    capabilities: capabilitiesOf(objects),
    drafts: createDraftStore(host, createDraftRecords(context, documents, { records })),
    open: (options) => format.check(options),
    ...commands,
    ...reads,
    ...createMetadataEdits(context),
    ...createLayouts(context),
    ...createListings(context, documents),
    ...createMoves(context, documents),
    ...createRuns(context, records),
    ...links,
    ...createProtocolHistory({ context, documents, records }),
    close: () => objects.close(),
  }
}

function capabilitiesOf(objects: ObjectStore): MetadataCapabilities {
  const { adapter } = objects.capabilities
  return Object.freeze({ adapter, edges: 'now', writers: 'many', drafts: true })
}
