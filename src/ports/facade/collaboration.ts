import type { DraftKey } from '../../domain/draft.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertLoggable } from '../../domain/manifest.ts'
import { normaliseMetadata } from '../../domain/metadata.ts'
import { assertAliases, assertType } from '../../domain/names.ts'
import type { CallOptions } from '../call.ts'
import type { PartIntent, Transport, Upload } from '../transport.ts'
import { assertDraftKey, assertDraftRound } from './draft-checks.ts'
import { assertArtifactKey, assertPageOptions } from './metadata-checks.ts'
import { assertChange } from './transport-checks.ts'
import type { TransportCall, TransportFront } from './transport-front.ts'
import { assertDescription, assertOneOf, assertRunRef } from './value-checks.ts'

type Collaboration = Pick<Transport, 'draftRound' | 'upsert' | 'finish' | 'abandon' | 'drafts'>

/** The checked front of a transport's drafts. `uploads`: the adapter's own upload behind each checked one. */
export function checkedCollaboration(
  { read, write }: TransportFront,
  transport: Transport,
  uploads: WeakMap<Upload, Upload>,
): Collaboration {
  return {
    draftRound: (key, options) =>
      read(callOf('draftRound', key, options), async () => transport.draftRound(assertDraftKey(key), options)),
    upsert: (round, { upload, manifest, intent }, options) =>
      write(callOf('upsert', round, options), async () => {
        assertLoggable(manifest)
        const part = { upload: ownUpload(uploads, upload), manifest, intent: checkedPart(intent) }
        await transport.upsert(assertDraftRound(round), part, options)
      }),
    finish: (round, intent, options) =>
      write(callOf('finish', round, options), async () => {
        assertOneOf('onConflict', intent.onConflict, ['refuse', 'last'])
        const aliases = assertAliases(intent.aliases)
        return transport.finish(assertDraftRound(round), { ...intent, ...checkedPart(intent), aliases }, options)
      }),
    abandon: (round, change, options) =>
      write(callOf('abandon', round, options), async () => {
        assertChange(change)
        await transport.abandon(assertDraftRound(round), change, options)
      }),
    drafts: (key, options) =>
      read(callOf('drafts', key, options), async () => {
        assertPageOptions(options)
        return transport.drafts(assertArtifactKey(key), options)
      }),
  }
}

function callOf(operation: string, key: Omit<DraftKey, 'id'> & { id?: string }, options: CallOptions): TransportCall {
  const draft = key.id === undefined ? '' : ` ${key.id}`
  return { operation, key: `${key.project}/${key.artifact}${draft}`, options, requires: 'collaborate' }
}

function checkedPart(intent: PartIntent): PartIntent {
  assertChange(intent)
  assertRunRef(intent.run)
  assertType(intent.type)
  assertDescription(intent.description)
  return { ...intent, metadata: normaliseMetadata(intent.metadata) }
}

function ownUpload(uploads: WeakMap<Upload, Upload>, upload: Upload): Upload {
  const own = uploads.get(upload)
  if (own) return own
  throw new LadingError('INVALID', { detail: 'the upload is of another transport', next: 'begin one on this one' })
}
