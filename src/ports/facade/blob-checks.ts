import { parseBlobName } from '../../domain/blob-name.ts'
import { assertDigests } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import type { BlobCapabilities, BlobItem, BlobWant, Collection, PackLocation } from '../blob-store.ts'
import type { ByteSource } from '../bytes.ts'
import { assertRange } from './checks.ts'

/** Refuses with `INVALID` a source that announces no size that a blob can have. */
export function assertSources(sources: readonly ByteSource[], { blobBytesMax }: BlobCapabilities): void {
  for (const [index, { sizeBytes }] of sources.entries()) {
    if (sizeBytes !== null) assertSize(sizeBytes, `source ${index}`, blobBytesMax)
  }
}

/** Refuses with `INVALID` a blob without a digest, of no size that a blob can have, or of another than its source. */
export function assertItems(items: readonly BlobItem[], { blobBytesMax }: BlobCapabilities): void {
  assertDigests(items.map(({ digest }) => digest))
  for (const [index, { sizeBytes, source }] of items.entries()) {
    assertSize(sizeBytes, `item ${index}`, blobBytesMax)
    if (source.sizeBytes !== null && source.sizeBytes !== sizeBytes) {
      throw invalid(`item ${index} has ${sizeBytes} bytes, its source ${source.sizeBytes}`)
    }
  }
}

/**
 * Refuses with `INVALID` a want without a digest, or with a size, a range or a location that cannot be; with `CORRUPT` one
 * whose location has another size: the manifest says one thing, the layout another.
 */
export function assertWants(wants: readonly BlobWant[]): void {
  assertDigests(wants.map(({ digest }) => digest))
  for (const [index, { digest, sizeBytes, location, range }] of wants.entries()) {
    if (sizeBytes !== null) assertSize(sizeBytes, `want ${index}`, Number.MAX_SAFE_INTEGER)
    if (range) assertRange(range)
    if (location) assertLocation(location, `want ${index}`)
    if (location && sizeBytes !== null && sizeBytes !== location.sizeBytes)
      throw contradicted(digest, location, sizeBytes)
  }
}

/** Refuses with `INVALID` anything but names of blobs and packs. */
export function assertNames(names: readonly string[]): void {
  const wrong = names.find((name) => parseBlobName(name) === null)
  if (wrong !== undefined) throw invalid(`"${wrong}" is no name of a blob or pack`)
}

/** Refuses with `INVALID` a state of collection that there cannot be. */
export function assertCollection({ epoch, condemned }: Collection): void {
  if (!isCount(epoch)) throw invalid(`the collection has epoch ${epoch}`)
  if (epoch === 0 && condemned.size > 0) throw invalid('names are condemned before the first epoch')
}

function assertLocation({ pack, offset, sizeBytes }: PackLocation, what: string): void {
  if (parseBlobName(pack)?.kind !== 'pack') throw invalid(`${what} lies in "${pack}"`)
  if (!isCount(offset)) throw invalid(`${what} begins at ${offset}`)
  assertSize(sizeBytes, what, Number.MAX_SAFE_INTEGER)
}

function assertSize(sizeBytes: number, what: string, bytesMax: number): void {
  if (!isCount(sizeBytes)) throw invalid(`${what} has ${sizeBytes} bytes`, 'give its exact size')
  if (sizeBytes > bytesMax) {
    throw invalid(`${what} has ${sizeBytes} bytes, at most ${bytesMax} are allowed`, 'split it, or use another store')
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function invalid(detail: string, next = 'give what the port asks for'): LadingError {
  return new LadingError('INVALID', { detail, next })
}

function contradicted(digest: string, { pack, sizeBytes }: PackLocation, blobBytes: number): LadingError {
  return new LadingError('CORRUPT', {
    key: digest,
    detail: `the blob has ${blobBytes} bytes, the layout that says it lies in ${pack} tells of ${sizeBytes}`,
    next: 'restore the layout from a backup of the store',
  })
}
