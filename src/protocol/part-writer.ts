import { encodeDocument } from '../domain/canonical-json.ts'
import type { DraftRecords } from '../ports/drafts.ts'
import { throwIfAborted } from '../ports/facade/call-gate.ts'
import { confirmUnder, createCollectionReader } from './collection.ts'
import { repeatUntilKnown } from './context.ts'
import type { ProtocolContext } from './context.ts'
import { putUntilThere } from './indexes.ts'
import { partsPrefix, runDraftKey } from './keys.ts'
import { blobsExpired, unknownOutcome } from './outcomes.ts'
import type { ProjectRecords } from './project-records.ts'
import { attempt, isUnanswered } from './writes.ts'

/** What adding a part takes beside the documents of its round. */
export interface PartWriterParts {
  readonly records: ProjectRecords
}

/** Adds parts: blobs first, then the edge of the run, then the part (UPSERT 1). */
export function createPartWriter(context: ProtocolContext, { records }: PartWriterParts): DraftRecords['addPart'] {
  const readCollection = createCollectionReader(context)
  return async (round, part, { prepared, confirm, signal }) => {
    await records.beforeFirstRun(round.project, { signal })
    const steps = {
      read: () => readCollection(round.project, { signal }),
      confirm: confirm ?? (async () => undefined),
      clock: context.clock,
    }
    const until = await confirmUnder(steps, prepared && 'collection' in prepared ? prepared.collection : null)
    const { opId, at, run } = part
    await putUntilThere(context, runDraftKey(run, round), encodeDocument({ at, opId, run }))
    throwIfAborted({ signal })
    const body = encodeDocument({ draft: round.id, ...part })
    await putPart(context, { key: `${partsPrefix(round)}${opId}`, body, until })
  }
}

/** The part is there when it answers. Once it was sent it may be in the version, whatever comes of it here. */
async function putPart(
  context: ProtocolContext,
  { key, body, until }: { key: string; body: Uint8Array; until: number },
): Promise<void> {
  let wasSent = false
  try {
    await repeatUntilKnown(context, async () => {
      if (context.clock.monotonicMs() > until) throw blobsExpired()
      const answer = await attempt(() => context.objects.putIfAbsent(key, body, {}))
      if (answer === 'unknown') wasSent = true
      return isUnanswered(answer) ? 'again' : 'there'
    })
  } catch (error) {
    throw wasSent ? unknownOutcome(error, null) : error
  }
}
