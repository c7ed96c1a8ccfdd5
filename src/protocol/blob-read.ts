import { formatBlobName } from '../domain/blob-name.ts'
import { LadingError } from '../domain/errors.ts'
import type { BlobSink, BlobWant, ReadOptions } from '../ports/blob-store.ts'
import type { CallOptions } from '../ports/call.ts'
import { blobKey } from './blob-target.ts'
import type { ProjectObjects } from './blob-target.ts'
import { createVariantFinder } from './blob-variants.ts'
import type { VariantFinder } from './blob-variants.ts'
import { forEachConcurrently } from './concurrency.ts'
import { handOver } from './hand-over.ts'
import { planReads } from './read-plan.ts'
import type { PackRange } from './read-plan.ts'
import { readTogether } from './read-together.ts'

/** Merged ranges in memory at once, each of at most `MERGED_BYTES_MAX` bytes. */
const MERGED_AT_ONCE = 8

/** Sinks of one merged range that are fed at once. */
const SINKS_AT_ONCE = 8

/** One call of `read`. */
interface Reading extends ProjectObjects {
  readonly wants: readonly BlobWant[]
  readonly sink: BlobSink
  readonly findVariants: VariantFinder
}

/**
 * Feeds the bytes of each want to the sink: objects of their own as streams, neighbours in a pack from one request; or
 * objects of their own put into places by the store itself, where it can.
 *
 * Neither hashes nor counts: the facade verifies. After the first error, or when the signal fires, no sink is started;
 * those that were settle first. Costs one request for each loose blob and each range that is left after merging.
 */
export async function readBlobs(
  store: ProjectObjects,
  { wants, sink }: Pick<Reading, 'wants' | 'sink'>,
  { signal, places }: ReadOptions,
): Promise<void> {
  const reading: Reading = { ...store, wants, sink, findVariants: createVariantFinder(store) }
  const { loose, empty, single, merged } = planReads(wants)
  const limit = store.objects.capabilities.concurrency
  const mergedLimit = Math.min(MERGED_AT_ONCE, limit)
  await forEachConcurrently(empty, { limit, signal }, (index) => handOver(sink, index, chunksOf()))
  await forEachConcurrently(merged, { limit: mergedLimit, signal }, (range, options) =>
    feedMerged(reading, range, options),
  )
  await forEachConcurrently(single, { limit, signal }, (range, options) => feedSingle(reading, range, options))
  const left = await readTogether(store, { wants, indexes: loose, places }, { signal })
  await forEachConcurrently(left, { limit, signal }, (index, options) => feedLoose(reading, index, options))
}

async function feedLoose(reading: Reading, index: number, options: CallOptions): Promise<void> {
  const want = reading.wants[index]!
  const plain = formatBlobName({ kind: 'blob', digest: want.digest, epoch: null })
  const chunks = (await openBlob(reading, plain, { want, ...options })) ?? (await openVariant(reading, want, options))
  if (!chunks) throw missing(want, 'the store has no such blob')
  await handOver(reading.sink, index, chunks)
}

function openBlob(
  { objects, project }: Reading,
  name: string,
  { want: { range }, signal }: CallOptions & { readonly want: BlobWant },
): Promise<AsyncIterable<Uint8Array> | null> {
  return objects.read(blobKey(project, name), range ? { range, signal } : { signal })
}

async function openVariant(
  reading: Reading,
  want: BlobWant,
  options: CallOptions,
): Promise<AsyncIterable<Uint8Array> | null> {
  for (const name of await reading.findVariants(want.digest, options)) {
    const chunks = await openBlob(reading, name, { want, ...options })
    if (chunks) return chunks
  }
  return null
}

async function feedSingle(reading: Reading, range: PackRange, options: CallOptions): Promise<void> {
  const chunks = await openRange(reading, range, options)
  await handOver(reading.sink, range.parts[0]!.index, chunks)
}

async function feedMerged(reading: Reading, range: PackRange, options: CallOptions): Promise<void> {
  const bytes = await gather(await openRange(reading, range, options), range.to - range.from)
  const feeding = { limit: SINKS_AT_ONCE, signal: options.signal }
  await forEachConcurrently(range.parts, feeding, ({ index, from, to }) =>
    handOver(reading.sink, index, chunksOf(bytes.subarray(from - range.from, to - range.from))),
  )
}

async function openRange(
  { objects, project, wants }: Reading,
  { pack, from, to, parts }: PackRange,
  { signal }: CallOptions,
): Promise<AsyncIterable<Uint8Array>> {
  const chunks = await objects.read(blobKey(project, pack), { range: { from, to }, signal })
  if (!chunks) throw missing(wants[parts[0]!.index]!, `the store has no ${pack}, which holds it`)
  return chunks
}

/** At most `bytesMax` bytes of a stream. Where there are fewer, the facade misses them. */
async function gather(chunks: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(bytesMax)
  let length = 0
  for await (const chunk of chunks) {
    const fitting = chunk.subarray(0, bytesMax - length)
    bytes.set(fitting, length)
    length += fitting.length
  }
  return bytes.subarray(0, length)
}

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

function missing({ digest }: BlobWant, detail: string): LadingError {
  return new LadingError('NOT_FOUND', {
    key: digest,
    detail,
    next: 'read the layout again, or verify the artifact and log the file anew',
  })
}
