import { encodeDocument } from '../domain/canonical-json.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { ProtocolContext } from './context.ts'
import { putUntilThere } from './indexes.ts'
import { runEndKey, runKey, runsPrefix } from './keys.ts'
import { listDocuments } from './listings.ts'
import type { ProjectRecords } from './project-records.ts'
import { parseDocument, runSchema } from './schemas.ts'

/** Runs: a first record that never changes, and a mark of their end. */
export function createRuns(
  context: ProtocolContext,
  records: ProjectRecords,
): Pick<MetadataStore, 'runs' | 'startRun' | 'run' | 'endRun'> {
  const run: MetadataStore['run'] = async (project, id, options) => {
    const key = runKey(project, id)
    const found = await context.objects.get(key, options)
    return found && parseDocument(runSchema, found.bytes, key)
  }

  return {
    run,
    async startRun(record, options) {
      await records.beforeFirstRun(record.project, options)
      const answer = await putUntilThere(context, runKey(record.project, record.id), encodeDocument(record))
      return answer === 'created' ? record : ((await run(record.project, record.id, options)) ?? record)
    },
    async endRun(ref, at) {
      await putUntilThere(context, runEndKey(ref), encodeDocument({ at }))
    },
    runs: (project, options) => listDocuments(context, { prefix: runsPrefix(project), schema: runSchema }, options),
  }
}
