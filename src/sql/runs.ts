import type { MetadataStore, RunRecord } from '../ports/metadata-store.ts'
import type { SqlContext } from './context.ts'
import type { Row } from './database.ts'
import { pageOf } from './pages.ts'
import { metadataIn, metadataParam, textIn, textOrNull } from './rows.ts'

/** Runs: a first record that never changes, and a mark of their end. */
export function createRuns({
  database,
  clock,
}: SqlContext): Pick<MetadataStore, 'runs' | 'startRun' | 'run' | 'endRun'> {
  return {
    run: (project, id, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const row = await tx.get('run', { project, id })
          return row && runRecordIn(row)
        },
        options,
      ),

    startRun: ({ project, id, name, group, config, createdAt: at }, options) =>
      database.transaction(
        'write',
        async (tx) => {
          await tx.run('addProject', { name: project, at: clock.now() })
          await tx.run('addRun', { project, id, name, group, config: metadataParam(config), at })
          return runRecordIn((await tx.get('run', { project, id }))!)
        },
        options,
      ),

    endRun: ({ project, id }, at, options) =>
      database.transaction('write', async (tx) => void (await tx.run('addRunEnd', { project, id, at })), options),

    runs: (project, { cursor, limit, signal }) =>
      database.transaction(
        'read',
        async (tx) => {
          const rows = await tx.all('runs', { project, after: cursor ?? '', limit: limit + 1 })
          return pageOf(rows.map(runRecordIn), { limit, cursorOf: ({ id }) => id })
        },
        { signal },
      ),
  }
}

function runRecordIn(row: Row): RunRecord {
  return {
    project: textIn(row, 'project'),
    id: textIn(row, 'id'),
    name: textIn(row, 'name'),
    group: textOrNull(row, 'group_name'),
    config: metadataIn(row, 'config'),
    createdAt: textIn(row, 'created_at'),
  }
}
