import type { Digest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { blobDigests } from '../../domain/manifest.ts'
import type { ArtifactKey, VersionKey } from '../../domain/version.ts'
import type { BlobItem, Location, PackLocation, RepairedBlob, RepairItem } from '../../ports/blob-store.ts'
import type { CallOptions } from '../../ports/call.ts'
import { readLayout } from './layouts.ts'
import { readManifest } from './manifests.ts'
import { liveVersion } from './metadata.ts'
import type { ServicePorts } from './service-ports.ts'

/** Versions whose layouts are looked at in one page. */
const PAGE_ROWS = 100

/**
 * Puts good bytes in the place of blobs of a live version that are damaged or missing; answers which were replaced.
 *
 * A blob that lay in a pack is an object of its own afterwards, and no layout of the artifact's versions names the
 * damaged place any more: packs are shared by versions of one artifact, and by nobody else.
 *
 * Costs 6 requests and what `ProjectBlobs.repair` costs; where a blob lay in a pack, 2 more for each version of the artifact
 * and 1 for each layout that is changed.
 */
export async function repairBlobs(
  ports: ServicePorts,
  key: VersionKey,
  items: readonly BlobItem[],
  options: CallOptions,
): Promise<ReadonlySet<Digest>> {
  const { record } = await liveVersion(ports, key, options)
  const blobs = ports.blobs.in(key.project)
  const sizes = blobDigests(await readManifest(blobs, record.digest, options))
  for (const item of items) assertOwn(item, sizes)
  const layout = await readLayout(ports, { project: key.project, manifest: record.digest }, options)
  // The version is live, so that no collector condemns what is written for it now.
  const { collection } = await ports.metadata.prepare(key, options)
  const placed = items.map((item): RepairItem => ({ ...item, location: layout?.get(item.digest) ?? null }))
  const answers = await blobs.repair(placed, { ...options, collection })
  await forgetPlaces(ports, key, { damaged: damagedPlaces(placed, answers), last: record.digest, options })
  return new Set(placed.flatMap(({ digest }, index) => (answers[index]?.repaired ? [digest] : [])))
}

function assertOwn({ digest, sizeBytes }: BlobItem, sizes: ReadonlyMap<Digest, number>): void {
  if (sizes.get(digest) === sizeBytes) return
  throw new LadingError('INVALID', {
    key: digest,
    detail: `the version has no blob of this digest with ${sizeBytes} bytes`,
    next: 'give bytes of its own files',
  })
}

/** Places in packs at which the bytes are not right. */
function damagedPlaces(
  items: readonly RepairItem[],
  answers: readonly RepairedBlob[],
): ReadonlyMap<Digest, PackLocation> {
  const damaged = new Map<Digest, PackLocation>()
  for (const [index, { digest, location }] of items.entries()) {
    if (location !== null && answers[index]?.location === null) damaged.set(digest, location)
  }
  return damaged
}

/** The layout of the version itself comes last: while it names a damaged place, a repair after a stop does all of this. */
async function forgetPlaces(
  ports: ServicePorts,
  key: ArtifactKey,
  { damaged, last, options }: { damaged: ReadonlyMap<Digest, PackLocation>; last: Digest; options: CallOptions },
): Promise<void> {
  if (damaged.size === 0) return
  let cursor: string | undefined
  do {
    const page = await ports.metadata.versions(key, { ...options, newestFirst: true, limit: PAGE_ROWS, cursor })
    for (const { record } of page.items) {
      if (record.digest !== last) await forgetIn(ports, key, { manifest: record.digest, damaged, options })
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  await forgetIn(ports, key, { manifest: last, damaged, options })
}

async function forgetIn(
  ports: ServicePorts,
  key: ArtifactKey,
  {
    manifest,
    damaged,
    options,
  }: { manifest: Digest; damaged: ReadonlyMap<Digest, PackLocation>; options: CallOptions },
): Promise<void> {
  const layout = await readLayout(ports, { project: key.project, manifest }, options)
  if (layout === null) return
  const kept = new Map([...layout].filter(([digest, location]) => !isSamePlace(location, damaged.get(digest))))
  if (kept.size < layout.size) await ports.metadata.writeLayout(key.project, manifest, kept, options)
}

function isSamePlace(a: Location, b: PackLocation | undefined): boolean {
  return a !== null && b !== undefined && a.pack === b.pack && a.offset === b.offset
}
