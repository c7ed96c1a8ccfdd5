import { LadingError } from '../domain/errors.ts'
import type { ByteSource } from '../ports/bytes.ts'
import type { CallOptions } from '../ports/call.ts'
import { verifiedSource } from '../ports/facade/verified-bytes.ts'
import type { StagedObject } from '../ports/object-store.ts'
import { readParcel, reportingSource } from './blob-parcel.ts'
import type { BlobParcel, ParcelContent } from './blob-parcel.ts'
import { looseKey } from './blob-target.ts'
import type { BlobTarget } from './blob-target.ts'

/**
 * Stores a parcel as an object of its own, unless its digest turns out to be known or on its way.
 *
 * Reads the source once; twice where the store cannot stage and the digest is not known. Its name is durable only
 * after `sync` where the store can stage.
 */
export async function storeLoose(target: BlobTarget, parcel: BlobParcel, options: CallOptions): Promise<ParcelContent> {
  const store = target.objects.capabilities.staging ? storeStaged : storeUnstaged
  const content = await store(target, parcel, options)
  parcel.reached(content.sizeBytes)
  return content
}

/** Stores bytes in memory as an object of their own. They have been claimed. */
export async function storeBytes(
  target: BlobTarget,
  { digest, bytes }: Pick<ParcelContent, 'digest'> & { readonly bytes: Uint8Array },
  options: CallOptions,
): Promise<void> {
  await target.objects.putIfAbsent(looseKey(target, digest), bytes, options)
  target.ledger.place(digest, null)
}

async function storeStaged(target: BlobTarget, parcel: BlobParcel, options: CallOptions): Promise<ParcelContent> {
  const staged = await target.objects.stage(options)
  try {
    const content = await readParcel(parcel, (chunk) => staged.write(chunk), options)
    await publish(target, staged, { parcel, content })
    return content
  } catch (error) {
    await discard(staged)
    throw error
  }
}

async function publish(
  target: BlobTarget,
  staged: StagedObject,
  { parcel, content: { digest } }: { readonly parcel: BlobParcel; readonly content: ParcelContent },
): Promise<void> {
  // A parcel whose digest was known from the start is claimed before it is read.
  if (parcel.digest === null && !target.ledger.claim(digest)) return staged.discard()
  const key = looseKey(target, digest)
  if ((await staged.publish(key)) === 'suspect') await staged.replace(key)
  target.ledger.place(digest, null)
}

/** What cannot be discarded is temporary, and swept by age: it must not hide why the write failed. */
async function discard(staged: StagedObject): Promise<void> {
  await staged.discard().catch(() => undefined)
}

async function storeUnstaged(target: BlobTarget, parcel: BlobParcel, options: CallOptions): Promise<ParcelContent> {
  const { source, digest: announced } = parcel
  const content = await contentOf(parcel, options)
  if (announced === null && !target.ledger.claim(content.digest)) return content
  const body = announced === null ? unchangedSource(source, content) : source
  await target.objects.putIfAbsent(looseKey(target, content.digest), reportingSource(body, parcel), options)
  target.ledger.place(content.digest, null)
  return content
}

async function contentOf(parcel: BlobParcel, options: CallOptions): Promise<ParcelContent> {
  const { digest, sizeBytes } = parcel
  if (digest !== null && sizeBytes !== null) return { digest, sizeBytes }
  // The sending is what takes long, so that progress is reported by the second reading.
  return readParcel({ ...parcel, reached: () => undefined }, () => undefined, options)
}

/** The second reading of a source is verified: nothing else may be stored under the digest of the first. */
function unchangedSource(source: ByteSource, content: ParcelContent): ByteSource {
  return verifiedSource(source, content, (detail) => {
    const next = 'let nothing change the source while it is stored'
    return new LadingError('CONFLICT', { key: content.digest, detail: `a second reading: ${detail}`, next })
  })
}
