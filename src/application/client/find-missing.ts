import pMap from 'p-map'
import { isDigest } from '../../domain/digest.ts'
import { isLadingError } from '../../domain/errors.ts'
import type { Entry } from '../../domain/manifest.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { TargetFile, TargetFolder } from '../../ports/files.ts'
import type { FolderStats } from '../../ports/stat-cache.ts'
import { knownSize } from './known-size.ts'

/** Files that are read, or looked at one by one, at once. */
const INSPECTIONS = 16

/** A folder that entries are to be in, and what is remembered of it. */
export interface ComparedFolder {
  readonly target: TargetFolder
  /** Called for a path where something lies that is no file or that hides its folder. Without it that is `CONFLICT`. */
  readonly makeWay?: ((path: string) => Promise<void>) | undefined
  /** Default: nothing is remembered, and every file of the right size is read. */
  readonly stats?: FolderStats | undefined
  /** Whether files are read that are remembered. */
  readonly rehash: boolean
}

/** What a folder lacks. */
export interface MissingEntries {
  /** Entries that have to be written, in their order. */
  readonly missing: readonly Entry[]
  /** Those of their paths at which another file is. */
  readonly replaced: readonly string[]
}

type Presence = 'absent' | 'different' | 'intact'

/** Compares a folder with entries. Reads those files of the right size of which nothing is remembered. */
export async function findMissing(
  folder: ComparedFolder,
  entries: readonly Entry[],
  call: CallOptions,
): Promise<MissingEntries> {
  const paths = entries.map(({ path }) => path)
  const found = await folder.target.inspectAll(paths, call)
  const presences = entries.map((entry, index) => knownPresence(folder, entry, found[index]!))
  const open = entries.flatMap((entry, index) => (presences[index] === null ? [{ entry, index }] : []))
  const compareOne = async ({ entry, index }: (typeof open)[number]): Promise<void> => {
    const file = found[index]!
    presences[index] = await presenceOf(folder, entry, {
      file: file === 'unknown' ? await inspect(folder, entry.path, call) : file,
      ...call,
    })
  }
  await pMap(open, compareOne, { concurrency: INSPECTIONS })
  return {
    missing: entries.filter((_entry, index) => presences[index] !== 'intact'),
    replaced: entries.flatMap(({ path }, index) => (presences[index] === 'different' ? [path] : [])),
  }
}

/** Null where the file must be looked at, or read. */
function knownPresence(
  { stats, rehash }: ComparedFolder,
  entry: Entry,
  file: TargetFile | null | 'unknown',
): Presence | null {
  if (file === 'unknown') return null
  if (file === null) return 'absent'
  if (!canBeIntact(entry, file)) return 'different'
  const digest = rehash ? null : (stats?.digestOf(entry.path, file.state) ?? null)
  if (digest === null) return null
  return digest === entry.digest ? 'intact' : 'different'
}

async function presenceOf(
  folder: ComparedFolder,
  entry: Entry,
  { file, ...call }: CallOptions & { readonly file: TargetFile | null },
): Promise<Presence> {
  const known = knownPresence(folder, entry, file)
  if (file === null || known !== null) return known ?? 'absent'
  const digest = await file.digest(call)
  folder.stats?.rememberRead(entry.path, file.state, digest)
  return digest === entry.digest ? 'intact' : 'different'
}

/** Of bytes without a SHA-256 nobody can know. They are looked at all the same: something may be in their place. */
function canBeIntact(entry: Entry, { state }: TargetFile): boolean {
  const size = knownSize(entry)
  return isDigest(entry.digest) && (size === null || state.sizeBytes === size)
}

async function inspect(
  { target, makeWay }: ComparedFolder,
  path: string,
  call: CallOptions,
): Promise<TargetFile | null> {
  try {
    return await target.inspect(path, call)
  } catch (error) {
    if (makeWay === undefined || !isLadingError(error, 'CONFLICT')) throw error
    await makeWay(path)
    return null
  }
}
