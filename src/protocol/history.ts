import { LadingError } from '../domain/errors.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import { throwIfAborted } from '../ports/facade/call-gate.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { exportHistory } from './history-export.ts'
import { HistoryImport } from './history-import.ts'
import { createMetadataEdits } from './metadata-edits.ts'
import { createMoves } from './moves.ts'
import type { ProjectRecords } from './project-records.ts'

/**
 * Histories of artifacts, from one store into another.
 *
 * A history holds versions, tombstones, floors, alias moves, the description and the newest metadata of each version;
 * the edges of its producers and of what was derived follow from the records. Uses, runs that logged known content, and
 * the records of runs are not in it.
 */
export function createHistory(parts: {
  context: ProtocolContext
  documents: ArtifactDocuments
  records: ProjectRecords
}): Pick<MetadataStore, 'export' | 'import'> {
  const { context, documents } = parts
  const readers = { ...createMoves(context, documents), ...createMetadataEdits(context) }
  return {
    export: (key, options) => exportHistory({ ...parts, ...readers }, key, options),

    async import(key, events, options) {
      const replay = new HistoryImport({ ...parts, ...readers, key }, options)
      let ended = false
      for await (const event of events) {
        throwIfAborted(options)
        await replay.take(event)
        ended = event.kind === 'state'
      }
      if (!ended) throw cutOff()
    },
  }
}

function cutOff(): LadingError {
  return new LadingError('INVALID', {
    detail: 'the history ends before it tells the state of the artifact',
    next: 'import it again, whole; what was imported stays and is not imported twice',
  })
}
