import { LadingError } from '../domain/errors.ts'
import { throwIfAborted } from './facade/call-gate.ts'
import { exportHistory } from './history-export.ts'
import type { HistoryHost } from './history-host.ts'
import { HistoryImport } from './history-import.ts'
import type { MetadataStore } from './metadata-store.ts'

export type { HistoryHost, ReplayWork } from './history-host.ts'

/**
 * Histories of artifacts, from one store into another.
 *
 * A history holds versions, tombstones, floors, alias moves, the description and the newest metadata of each version;
 * the edges of its producers and of what was derived follow from the records. Uses, runs that logged known content, and
 * the records of runs are not in it.
 */
export function createHistory(host: HistoryHost): Pick<MetadataStore, 'export' | 'import'> {
  return {
    export: (key, options) => exportHistory(host, key, options),

    async import(key, events, options) {
      const replay = new HistoryImport(host, key, options)
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

/** Blobs are put before the import; a collection that began since may have condemned them. */
export function blobsOutdated(): LadingError {
  return new LadingError('UNAVAILABLE', {
    detail: 'a collection of blobs began while the history was being imported',
    next: 'copy the blobs again, then import it again',
  })
}
