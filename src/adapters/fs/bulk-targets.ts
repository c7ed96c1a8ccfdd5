import { randomBytes } from 'node:crypto'
import pMap from 'p-map'
import type { CallOptions } from '../../ports/call.ts'
import type { FileState } from '../../ports/stat-cache.ts'
import { gathered, sliceAt } from './bulk/buffers.ts'
import { stateAt } from './bulk/file-states.ts'
import { FOUND } from './bulk/inspect-targets.ts'
import { runJob } from './bulk/pool.ts'
import { giveSlab } from './bulk/slabs.ts'
import type { TargetGroup } from './bulk/write-targets.ts'
import { markOf } from './mark.ts'

/** Files that one job looks at. */
const INSPECTED_MAX = 2_048
/** Jobs of one call that are under way at once: more threads cost more to start than they save. */
const JOBS_MAX = 2

/** A file's place on disk. */
export interface FilePlace {
  /** Absolute, without links. */
  readonly folder: string
  readonly name: string
}

/** A place, and what is to be written there. */
export interface FilledPlace extends FilePlace {
  readonly bytes: Uint8Array
}

/** What became of a file: its state if it was written, or its bytes if it was not. */
export interface Written {
  readonly state?: FileState
  readonly unwritten?: Uint8Array
}

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

/** Writes files; answers in their order. The bytes that are given are given away. */
export async function writeInBulk(
  files: readonly FilledPlace[],
  { temporary, ...options }: CallOptions & { readonly temporary: readonly [start: string, end: string] },
): Promise<readonly Written[]> {
  const { slab, slices } = gathered(files.map(({ bytes }) => bytes))
  const output = await runJob(
    'writeTargets',
    {
      groups: groupsOf(files),
      names: files.map(({ name }) => name).join('\0'),
      slab,
      slices,
      // With the four digits that are put between them sixteen.
      temporary: [`${temporary[0]}${randomBytes(6).toString('hex')}`, temporary[1]],
      mtimeSeconds: markOf(Date.now()),
    },
    options,
  )
  if (!output.written.includes(0)) giveSlab(output.slab)
  return files.map((_file, index) => {
    if (output.written[index] === 1) return { state: stateAt(output.states, index) }
    return { unwritten: sliceAt({ slab: output.slab, slices }, index) }
  })
}

function groupsOf(places: readonly FilePlace[]): readonly TargetGroup[] {
  const groups = new Map<string, { readonly folder: string; readonly indexes: number[] }>()
  for (const [index, { folder }] of places.entries()) {
    const group = groups.get(folder) ?? { folder, indexes: [] }
    groups.set(folder, group)
    group.indexes.push(index)
  }
  return [...groups.values()]
}
