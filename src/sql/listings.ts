import { summaryOf } from '../ports/artifact-summary.ts'
import type { ArtifactSummary, MetadataStore } from '../ports/metadata-store.ts'
import type { SqlContext } from './context.ts'
import { standingOf } from './heads.ts'
import { pageOf } from './pages.ts'
import { textIn } from './rows.ts'

/** Listings of projects and artifacts. A cursor is the last name of the page before. */
export function createListings({ database }: SqlContext): Pick<MetadataStore, 'projects' | 'artifacts'> {
  return {
    projects: ({ cursor, limit, signal }) =>
      database.transaction(
        'read',
        async (tx) => {
          const rows = await tx.all('projects', { after: cursor ?? '', limit: limit + 1 })
          const projects = rows.map((row) => ({ name: textIn(row, 'name'), createdAt: textIn(row, 'created_at') }))
          return pageOf(projects, { limit, cursorOf: ({ name }) => name })
        },
        { signal },
      ),

    artifacts: (project, { type, cursor, limit, signal }) =>
      database.transaction(
        'read',
        async (tx) => {
          const page = { project, after: cursor ?? '', limit: limit + 1 }
          const rows =
            type === undefined ? await tx.all('artifacts', page) : await tx.all('artifactsOfType', { ...page, type })
          const { items, ...rest } = pageOf(rows, { limit, cursorOf: (row) => textIn(row, 'name') })
          const summaries: ArtifactSummary[] = []
          for (const row of items) {
            const { head } = await standingOf(tx, row)
            const summary = summaryOf({ project, artifact: textIn(row, 'name') }, head)
            if (summary) summaries.push(summary)
          }
          return { items: summaries, ...rest }
        },
        { signal },
      ),
  }
}
