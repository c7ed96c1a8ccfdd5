import type { Page } from '../ports/page.ts'

/** One page of rows of which one more than `limit` was asked for: whether there is more, that one tells. */
export function pageOf<T>(
  rows: readonly T[],
  { limit, cursorOf }: { readonly limit: number; readonly cursorOf: (last: T) => string },
): Page<T> {
  const items = rows.slice(0, limit)
  return rows.length > limit ? { items, cursor: cursorOf(items[limit - 1]!) } : { items }
}
