import { sep } from 'node:path'
import { createStates, setState } from './file-states.ts'
import { whileInPlace } from './in-folder.ts'
import type { SyncFileSystem } from './sync-file-system.ts'
import type { TargetGroup } from './target-groups.ts'

/** Files to look at. */
export interface InspectTargetsInput {
  readonly groups: readonly TargetGroup[]
  /** Of each file, in its folder, with a NUL between two: one string moves to another thread for less than many. */
  readonly names: string
}

/** What was found. */
export interface InspectTargetsOutput {
  /** Of each file: one of `FOUND`. */
  readonly kinds: Uint8Array
  readonly states: BigInt64Array
}

/** What may be found in a file's place. `unknown` is what is no regular file, or cannot be looked at. */
export const FOUND = { unknown: 0, nothing: 1, file: 2 } as const

/** Looks at files in folders. Costs each an lstat. */
export async function inspectTargets(
  fs: SyncFileSystem,
  { groups, ...input }: InspectTargetsInput,
): Promise<InspectTargetsOutput> {
  const names = input.names.split('\0')
  const kinds = new Uint8Array(names.length)
  const states = createStates(names.length)
  for (const { folder, indexes } of groups) {
    const isInPlace = await whileInPlace(fs, folder, () => {
      for (const index of indexes) kinds[index] = inspect(fs, { path: `${folder}${sep}${names[index]}`, index }, states)
    })
    if (!isInPlace) for (const index of indexes) kinds[index] = FOUND.unknown
  }
  return { kinds, states }
}

function inspect(
  fs: SyncFileSystem,
  { path, index }: { readonly path: string; readonly index: number },
  states: BigInt64Array,
): number {
  try {
    const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (found === undefined) return FOUND.nothing
    if (!found.isFile()) return FOUND.unknown
    setState(states, index, found)
    return FOUND.file
  } catch {
    return FOUND.unknown
  }
}
