import type { Entry, Manifest } from './manifest.ts'
import { comparePaths } from './paths.ts'

/** A path that both versions have, with other bytes. */
export interface ChangedEntry {
  readonly path: string
  readonly before: Entry
  readonly after: Entry
}

/** Sums of sizes in bytes. References count with the size that is recorded, 0 where none is. */
export interface DiffBytes {
  readonly added: number
  readonly removed: number
  /** Of the changed entries, before. */
  readonly changedBefore: number
  /** Of the changed entries, after. */
  readonly changedAfter: number
  readonly unchanged: number
}

/** What became of the entries of one version in another; each list is sorted by path. */
export interface Diff {
  readonly added: readonly Entry[]
  readonly removed: readonly Entry[]
  readonly changed: readonly ChangedEntry[]
  readonly unchanged: readonly Entry[]
  readonly bytes: DiffBytes
}

/**
 * Compares two manifests, path by path.
 *
 * Entries are the same when digest, size and, for references, the URI are: nothing is added, removed or changed exactly
 * when the manifests have one digest. A file that moved is one removed and one added. Takes linear time.
 */
export function diffManifests(before: Manifest, after: Manifest): Diff {
  const added: Entry[] = []
  const removed: Entry[] = []
  const changed: ChangedEntry[] = []
  const unchanged: Entry[] = []
  for (const [old, now] of pairedByPath(before.entries, after.entries)) {
    if (old === null) added.push(now)
    else if (now === null) removed.push(old)
    else if (isSameEntry(old, now)) unchanged.push(now)
    else changed.push({ path: now.path, before: old, after: now })
  }
  const bytes = {
    added: sumOf(added),
    removed: sumOf(removed),
    changedBefore: sumOf(changed.map((entry) => entry.before)),
    changedAfter: sumOf(changed.map((entry) => entry.after)),
    unchanged: sumOf(unchanged),
  }
  return { added, removed, changed, unchanged, bytes }
}

type Pair = readonly [before: null, after: Entry] | readonly [before: Entry, after: Entry | null]

/** Merges two lists that are sorted by path; what has no counterpart is paired with null. */
function* pairedByPath(before: readonly Entry[], after: readonly Entry[]): Generator<Pair> {
  let [i, j] = [0, 0]
  for (;;) {
    const [old, now] = [before[i], after[j]]
    if (old === undefined && now === undefined) return
    const order = old === undefined ? 1 : now === undefined ? -1 : comparePaths(old.path, now.path)
    if (order <= 0) i += 1
    if (order >= 0) j += 1
    if (order > 0) yield [null, now!]
    else yield [old!, order === 0 ? now! : null]
  }
}

function isSameEntry(a: Entry, b: Entry): boolean {
  return a.digest === b.digest && a.size === b.size && a.ref === b.ref
}

function sumOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { size }) => sum + size, 0)
}
