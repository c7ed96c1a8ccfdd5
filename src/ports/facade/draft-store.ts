import type { DraftKey } from '../../domain/draft.ts'
import { deniedError } from '../denied.ts'
import type { DraftStore } from '../draft-store.ts'
import type { MetadataStore } from '../metadata-store.ts'
import { assertAbandon, assertDraftKey, assertDraftRound, assertFinish, assertPart } from './draft-checks.ts'
import { assertArtifactKey, assertPageOptions } from './metadata-checks.ts'
import type { MetadataFront } from './metadata-front.ts'

/** The checked front of a store's drafts. A store without the capability is never asked. */
export function checkedDrafts({ read, write }: MetadataFront, store: MetadataStore): DraftStore {
  const drafts = (): DraftStore => {
    if (!store.capabilities.drafts) throw deniedError('drafts')
    return store.drafts
  }
  return {
    round: (key, options) =>
      read('draftRound', nameOf(key), options, async () => drafts().round(assertDraftKey(key), options)),
    upsert: (round, part, options) =>
      write('upsert', nameOf(round), options, async () => {
        await drafts().upsert(assertDraftRound(round), assertPart(part), options)
      }),
    finish: (round, closing, options) =>
      write('finish', nameOf(round), options, async () => {
        return drafts().finish(assertDraftRound(round), assertFinish(closing), options)
      }),
    abandon: (round, closing, options) =>
      write('abandon', nameOf(round), options, async () => {
        await drafts().abandon(assertDraftRound(round), assertAbandon(closing), options)
      }),
    list: (key, options) =>
      read('drafts', `${key.project}/${key.artifact}`, options, async () => {
        assertPageOptions(options)
        return drafts().list(assertArtifactKey(key), options)
      }),
  }
}

/** A draft as errors name it. */
function nameOf({ project, artifact, id }: DraftKey): string {
  return `${project}/${artifact} ${id}`
}
