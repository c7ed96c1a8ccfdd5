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
export interface CheckoutOptions extends WorkOptions, ReferenceOptions, CompareOptions {}

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
  { root, ...options }: CheckoutOptions & { readonly root: string },
): Promise<CheckoutResult> {
  const call = { signal: options.signal }
  const target = ports.files.target(assertDiskPath(root))
  await target.assertExpendable(call)
  const removed: string[] = []
  const makeWay = async (path: string) => {
    removed.push(...(await target.clear(path, call)))
  }
  const result = await placeEntries(ports, { key, digest, entries, target, makeWay }, options)
  removed.push(...(await target.prune(belongsTo(entries, await target.naming()), call)))
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
  const paths = new Set(entries.map(({ path }) => foldPath(path, naming)))
  return (path) => paths.has(foldPath(path, naming))
}
