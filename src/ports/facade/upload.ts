import { assertLoggable } from '../../domain/manifest.ts'
import { normaliseMetadata } from '../../domain/metadata.ts'
import { assertAliases, assertType } from '../../domain/names.ts'
import type { CallOptions } from '../call.ts'
import type { LogIntent, Upload } from '../transport.ts'
import { WatchedSource } from './caller-errors.ts'
import { assertVersionKey } from './metadata-checks.ts'
import { assertBlobs, assertChange } from './transport-checks.ts'
import { assertBoolean, assertDescription } from './value-checks.ts'
import type { TransportCall, TransportFront } from './transport-front.ts'

/** The checked front of one upload. */
export function checkedUpload({ read, write }: TransportFront, name: string, upload: Upload): Upload {
  const call = (operation: string, options: CallOptions): TransportCall => ({ operation, key: name, options })
  return {
    key: upload.key,
    head: upload.head,
    ingest(sources, options) {
      const callerErrors = new Set<unknown>()
      return write({ ...call('ingest', options), requires: 'onePass', callerErrors }, async () => {
        const watched = sources.map((source) => new WatchedSource(source, callerErrors))
        return upload.ingest(watched, options)
      })
    },
    missing: (blobs, options) =>
      read(call('missing', options), async () => {
        assertBlobs(blobs)
        return blobs.length === 0 ? [] : upload.missing(blobs, options)
      }),
    write(items, options) {
      const callerErrors = new Set<unknown>()
      return write({ ...call('write', options), callerErrors }, async () => {
        assertBlobs(items)
        const watched = items.map((item) => ({ ...item, source: new WatchedSource(item.source, callerErrors) }))
        await upload.write(watched, options)
      })
    },
    commit: (manifest, intent, options) =>
      write(call('log', options), async () => {
        assertLoggable(manifest)
        return upload.commit(manifest, checkedIntent(intent), options)
      }),
  }
}

function checkedIntent(intent: LogIntent): LogIntent {
  assertChange(intent)
  assertType(intent.type)
  assertBoolean('supersede', intent.supersede)
  assertDescription(intent.description)
  if (intent.derivedFrom) assertVersionKey(intent.derivedFrom)
  return { ...intent, aliases: assertAliases(intent.aliases), metadata: normaliseMetadata(intent.metadata) }
}
