import { LadingError } from '../domain/errors.ts'
import { collect } from './collect.ts'
import type { Context } from './context.ts'
import { nearest, withMeant } from '../domain/nearest.ts'

/**
 * Rejects `NOT_FOUND`, naming the nearest match, unless an artifact has an open draft of this id. Asked before a run is
 * started, so that a slip leaves none behind.
 */
export async function assertOpenDraft({ lading, signal }: Context, name: string, distributedId: string): Promise<void> {
  const ids = (await collect(lading.drafts(name, { signal }))).map((draft) => draft.distributedId)
  if (ids.includes(distributedId)) return
  const next = withMeant(nearest(distributedId, ids), `list what is open with \`lading drafts ${name}\``)
  throw new LadingError('NOT_FOUND', { key: `${name} ${distributedId}`, detail: 'no such draft is open', next })
}
