import type { Page, PageOptions } from '../../ports/metadata-store.ts'

/** Rows that are asked for at once. */
const PAGE_ROWS = 100

/** All rows of a paged listing, asked for as they are needed. */
export async function* paged<T>(next: (page: PageOptions) => Promise<Page<T>>): AsyncGenerator<T> {
  let cursor: string | undefined
  do {
    const page = await next({ cursor, limit: PAGE_ROWS })
    yield* page.items
    cursor = page.cursor
  } while (cursor !== undefined)
}
