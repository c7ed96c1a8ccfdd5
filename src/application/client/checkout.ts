import { quote } from '../../domain/canonical-json.ts'
import { LadingError } from '../../domain/errors.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { comparePaths, foldPath } from '../../domain/paths.ts'
import type { DiskNaming } from '../../domain/paths.ts'
import type { CallOptions } from '../../ports/call.ts'
import { assertDiskPath } from './assert-arguments.ts'
import type { ClientPorts } from './client-ports.ts'
import { placeEntries } from './download.ts'
import type { CompareOptions, DownloadedVersion, DownloadPorts, DownloadResult, ReferenceOptions } from './download.ts'
import type { WorkOptions } from './progress.ts'

/** How a folder is made equal to a version. */
export interface CheckoutOptions extends WorkOptions, ReferenceOptions, CompareOptions {
  /**
   * What may be removed: paths as `version.foreignFiles` answered them. Anything else that does not belong to the version
   * stays, and the checkout rejects `CONFLICT`, naming it. Default: all that does not belong to the version.
   */
  readonly removable?: readonly string[] | undefined
}

/** What a checkout did. */
export interface CheckoutResult extends DownloadResult {
  /** What did not belong to the version, sorted by path; the paths of folders end with a `/`. */
  readonly removed: readonly string[]
}

/**
 * Makes a folder equal to a version: downloads what is missing or modified, then removes all that is foreign, and the
 * folders that are left empty.
 *
 * - What stands in an entry's way (a folder in a file's place, a link, a file where a folder is needed) goes first; all
 *   else only when everything is written. Stopped at any point it can be run again.
 * - Where a reference belongs, a file stays that lies there, fetched or not.
 * - Links are removed as links. Nothing outside the folder is removed.
 * - Rejects before anything is touched: `INVALID` for a whole disk, and for a folder that is or holds the home or the
 *   working folder; `CONFLICT` where a store lies in or around it, or another disk is mounted in it.
 *
 * One at a time in one folder: another one's files under way are foreign.
 */
export async function checkoutVersion(
  ports: DownloadPorts,
  { key, digest, manifest: { entries } }: DownloadedVersion,
  { root, removable, ...options }: CheckoutOptions & { readonly root: string },
): Promise<CheckoutResult> {
  const listed = removable === undefined ? null : assertPathList(removable)
  const call = { signal: options.signal }
  const target = ports.files.target(assertDiskPath(root))
  await target.assertExpendable(call)
  const naming = await target.naming()
  const belongs = belongsTo(entries, naming)
  const mayGo = listed === null ? () => true : amongPaths(listed, naming)
  const removed: string[] = []
  const makeWay = async (path: string) => {
    removed.push(...(await target.clear(path, { ...call, keep: (other) => !belongs(other) && !mayGo(other) })))
  }
  const result = await placeEntries(ports, { key, digest, entries, target, makeWay }, options)
  const unlisted: string[] = []
  const stays = (path: string) => {
    if (belongs(path)) return true
    if (!mayGo(path)) unlisted.push(path)
    return !mayGo(path)
  }
  removed.push(...(await target.prune(stays, call)))
  if (unlisted.length > 0) throw notListed(target.root, unlisted)
  return { ...result, removed: removed.toSorted(comparePaths) }
}

/** What a checkout would remove, but for folders. Changes nothing; rejects what `checkoutVersion` rejects beforehand. */
export async function foreignFiles(
  { files }: Pick<ClientPorts, 'files'>,
  { entries }: Manifest,
  { root, signal }: CallOptions & { readonly root: string },
): Promise<readonly string[]> {
  const target = files.target(root)
  await target.assertExpendable({ signal })
  return target.foreign(belongsTo(entries, await target.naming()), { signal })
}

/** Whether a path, as the disk spells it, is that of an entry. */
function belongsTo(entries: readonly Entry[], naming: DiskNaming): (path: string) => boolean {
  return amongPaths(
    entries.map(({ path }) => path),
    naming,
  )
}

function amongPaths(paths: readonly string[], naming: DiskNaming): (path: string) => boolean {
  const folded = new Set(paths.map((path) => foldPath(path, naming)))
  return (path) => folded.has(foldPath(path, naming))
}

function assertPathList(value: unknown): readonly string[] {
  if (Array.isArray(value) && Array.from<unknown>(value).every((path) => typeof path === 'string')) return [...value]
  const next = 'give what `foreignFiles` answered, or leave it out'
  throw new LadingError('INVALID', { detail: `removable is ${quote(value)}`, next })
}

function notListed(root: string, paths: readonly string[]): LadingError {
  const [first = '', ...others] = paths.toSorted(comparePaths)
  const what = others.length === 0 ? 'it is' : `it and ${others.length} more are`
  return new LadingError('CONFLICT', {
    key: `${root}/${first}`,
    detail: `${what} not in the version, and not among what may be removed`,
    next: 'it was left there, and all else is done; look at it, then check out again',
  })
}
