import { randomBytes } from 'node:crypto'
import pMap from 'p-map'
import type { CallOptions } from '../../ports/call.ts'
import type { FileState } from '../../ports/file-state.ts'
import type { DeliverFilesInput } from './bulk/deliver-files.ts'
import { stateAt } from './bulk/file-states.ts'
import { FOUND } from './bulk/inspect-targets.ts'
import { runJob } from './bulk/pool.ts'
import { groupsOf } from './bulk/target-groups.ts'
import { markOf } from './mark.ts'

/** Files that one job looks at. */
const INSPECTED_MAX = 512
/** Jobs of one call that are under way at once: more threads cost more to start than they save. */
const JOBS_MAX = 2

/** A file's place on disk. */
export interface FilePlace {
  /** Absolute, without links. */
  readonly folder: string
  readonly name: string
}

/** Made by a target folder; a store that knows this fills places by itself. */
export const TARGET_MAKER: object = Object.freeze({})

/** A place that a store may fill. */
export interface BulkPlace extends FilePlace {
  /** In which it was found when it was filled; null before. */
  state: FileState | null
}

/** What names of temporary files begin and end with; sixteen hexadecimal digits are between the two. */
export const TEMPORARY = ['.lading-', '.part'] as const

/** What is in each place, in their order: null for nothing, `unknown` for what must be looked at one by one. */
export async function inspectInBulk(
  places: readonly FilePlace[],
  options: CallOptions,
): Promise<readonly (FileState | null | 'unknown')[]> {
  const parts = Array.from({ length: Math.ceil(places.length / INSPECTED_MAX) }, (_, part) =>
    places.slice(part * INSPECTED_MAX, (part + 1) * INSPECTED_MAX),
  )
  const found = await pMap(parts, (part) => inspectPart(part, options), { concurrency: JOBS_MAX })
  return found.flat()
}

async function inspectPart(
  places: readonly FilePlace[],
  options: CallOptions,
): Promise<readonly (FileState | null | 'unknown')[]> {
  const input = { groups: groupsOf(places), names: places.map(({ name }) => name).join('\0') }
  const { kinds, states } = await runJob('inspectTargets', input, options)
  return places.map((_place, index) => {
    if (kinds[index] === FOUND.file) return stateAt(states, index)
    return kinds[index] === FOUND.nothing ? null : 'unknown'
  })
}

/** Places of one folder that is downloaded into, for `deliverFiles`. */
export function placesInput(
  places: readonly BulkPlace[],
): Pick<DeliverFilesInput, 'groups' | 'names' | 'temporary' | 'mtimeSeconds'> {
  const [start, end] = TEMPORARY
  return {
    groups: groupsOf(places),
    names: places.map(({ name }) => name).join('\0'),
    // With the four digits that are put between them sixteen.
    temporary: [`${start}${randomBytes(6).toString('hex')}`, end],
    mtimeSeconds: markOf(Date.now()),
  }
}
