import { formatBlobName } from '../domain/blob-name.ts'
import type { BlobName } from '../domain/blob-name.ts'
import { isLadingError, LadingError } from '../domain/errors.ts'
import type { BlobWant, Collection, RepairedBlob, RepairItem } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import { throwIfAborted } from '../ports/facade/call-gate.ts'
import { verifiedChunks } from '../ports/facade/verified-bytes.ts'
import { namingUnder } from './blob-naming.ts'
import { readBlobs } from './blob-read.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { createVariantFinder } from './blob-variants.ts'
import { forEachConcurrently } from './concurrency.ts'

/** Blobs repaired at once. */
const REPAIRS_AT_ONCE = 4

/**
 * Puts good bytes in the place of blobs that readers do not get right, as objects of their own.
 *
 * A damaged object has the very key that the good one needs. A store that can stage replaces it; any other can only delete
 * and create, and in between the blob is missing instead of damaged. The good bytes are known to be right before that. Two
 * repairs at once do no more harm: whoever stores a blob anew stores the right bytes.
 */
export async function repairBlobs(
  store: ProjectObjects,
  items: readonly RepairItem[],
  { collection, signal }: CallOptions & { readonly collection: Collection },
): Promise<readonly RepairedBlob[]> {
  const repaired: RepairedBlob[] = []
  const limit = Math.min(REPAIRS_AT_ONCE, store.objects.capabilities.concurrency)
  await forEachConcurrently(items, { limit, signal }, async (item, options, index) => {
    repaired[index] = await repairBlob(store, item, { ...options, collection })
  })
  return repaired
}

async function repairBlob(
  store: ProjectObjects,
  item: RepairItem,
  { collection, ...options }: CallOptions & { readonly collection: Collection },
): Promise<RepairedBlob> {
  if (await isSound(store, item, options)) return { location: item.location, repaired: false }
  const isPacked = item.location !== null
  if (isPacked && (await isSound(store, { ...item, location: null }, options)))
    return { location: null, repaired: true }
  const name = namingUnder(collection).nameOf('blob', item.digest)
  await replace(store, { item, name, damaged: () => damagedNames(store, item, options) }, options)
  return { location: null, repaired: true }
}

/** Whether a reader gets the right bytes. */
async function isSound(store: ProjectObjects, want: BlobWant, options: CallOptions): Promise<boolean> {
  const { digest, sizeBytes, location } = want
  const drain = (_index: number, chunks: AsyncIterable<Uint8Array>) => drained(chunks, want)
  return isRight(() => readBlobs(store, { wants: [{ digest, sizeBytes, location }], sink: drain }, options))
}

/** The names under which damaged bytes lie, each of which a reader may take before a good one. */
async function damagedNames(
  store: ProjectObjects,
  item: RepairItem,
  options: CallOptions,
): Promise<readonly BlobName[]> {
  const { digest } = item
  const plain = formatBlobName({ kind: 'blob', digest, epoch: null })
  const damaged: BlobName[] = []
  for (const name of [plain, ...(await createVariantFinder(store)(digest, options))]) {
    const chunks = await store.objects.read(blobKey(store.project, name), options)
    if (chunks && !(await isRight(() => drained(chunks, item)))) damaged.push(name)
  }
  return damaged
}

async function isRight(read: () => Promise<void>): Promise<boolean> {
  try {
    await read()
    return true
  } catch (error) {
    if (isLadingError(error, 'CORRUPT') || isLadingError(error, 'NOT_FOUND')) return false
    throw error
  }
}

async function drained(
  chunks: AsyncIterable<Uint8Array>,
  { digest, sizeBytes }: Pick<BlobWant, 'digest' | 'sizeBytes'>,
): Promise<void> {
  const mismatch = (detail: string) => new LadingError('CORRUPT', { key: digest, detail })
  for await (const _chunk of verifiedChunks(chunks, { digest, sizeBytes }, mismatch));
}

interface Replacement {
  readonly item: RepairItem
  /** The name that the good bytes get. */
  readonly name: BlobName
  /** Asked as late as can be: another repair may have put good bytes there meanwhile. */
  readonly damaged: () => Promise<readonly BlobName[]>
}

function replace(store: ProjectObjects, replacement: Replacement, options: CallOptions): Promise<void> {
  return store.objects.capabilities.staging
    ? replaceStaged(store, replacement, options)
    : replaceUnstaged(store, replacement, options)
}

/** The good bytes take the place of the damaged ones; only then others under which a reader may look are deleted. */
async function replaceStaged(
  { objects, project }: ProjectObjects,
  { item, name, damaged }: Replacement,
  options: CallOptions,
): Promise<void> {
  const staged = await objects.stage({})
  try {
    for await (const chunk of item.source.read(options)) {
      throwIfAborted(options)
      await staged.write(chunk)
    }
    const names = await damaged()
    throwIfAborted(options)
    await staged.replace(blobKey(project, name))
    await objects.sync([blobKey(project, name)], {})
    await deleteNames(
      { objects, project },
      names.filter((damagedName) => damagedName !== name),
    )
  } catch (error) {
    // What cannot be discarded is temporary, and swept by age: it must not hide why the repair failed.
    await staged.discard().catch(() => undefined)
    throw error
  }
}

async function replaceUnstaged(
  { objects, project }: ProjectObjects,
  { item, name, damaged }: Replacement,
  options: CallOptions,
): Promise<void> {
  // A source that is not right must be known before anything is deleted.
  for await (const _chunk of item.source.read(options)) throwIfAborted(options)
  const names = await damaged()
  throwIfAborted(options)
  await deleteNames({ objects, project }, names)
  await objects.putIfAbsent(blobKey(project, name), item.source, {})
}

async function deleteNames({ objects, project }: ProjectObjects, names: readonly BlobName[]): Promise<void> {
  const keys = names.map((name) => blobKey(project, name))
  if (keys.length > 0) await objects.delete(keys, {})
}
