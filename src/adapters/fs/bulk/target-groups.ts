/** Files of one folder among those of a batch. */
export interface TargetGroup {
  /** Its path without links, as it was seen. */
  readonly folder: string
  /** Of the files in it, in the batch. */
  readonly indexes: readonly number[]
}

/** The files of a batch by their folders. */
export function groupsOf(places: readonly { readonly folder: string }[]): readonly TargetGroup[] {
  const groups = new Map<string, { readonly folder: string; readonly indexes: number[] }>()
  for (const [index, { folder }] of places.entries()) {
    const group = groups.get(folder) ?? { folder, indexes: [] }
    groups.set(folder, group)
    group.indexes.push(index)
  }
  return [...groups.values()]
}
