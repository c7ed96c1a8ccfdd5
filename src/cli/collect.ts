/** Everything that a listing yields, in order. */
export async function collect<T>(listing: AsyncIterable<T>): Promise<readonly T[]> {
  const rows: T[] = []
  for await (const row of listing) rows.push(row)
  return rows
}
