import type { Digest } from '../../domain/digest.ts'
import type { BlobItem } from '../../ports/blob-store.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { IngestedBlob, Upload } from '../../ports/transport.ts'
import type { ClientPorts } from './client-ports.ts'
import type { CollectedFile } from './collect-files.ts'
import { hashSource } from './hash-source.ts'
import { createMeter } from './progress.ts'
import type { Meter, WorkOptions } from './progress.ts'
import { toldSources } from './told-sources.ts'

/** How contents are read and stored. */
export interface StoringOptions extends WorkOptions {
  /**
   * Reads every file, also one that is in the state in which it was last read: for files whose times do not tell of their
   * changes, as of those that are written through a mapping into memory. Default: false.
   */
  readonly rehash?: boolean | undefined
}

/** Bytes of which the digest is not known yet, or a file of which it may be. */
export type SourceContent = { readonly bytes: ByteSource } | CollectedFile

/** What is to be stored, what the service has not got of that which is remembered, and the upload that brings it. */
interface Sources {
  readonly contents: readonly SourceContent[]
  readonly missing: ReadonlySet<Digest>
  readonly upload: Upload
}

/**
 * Makes the service have the bytes of all contents; answers their digests and sizes, in their order.
 *
 * Files that are remembered are read only if the service does not have their bytes. What is read is remembered.
 */
export async function storeSources(
  { transport }: Pick<ClientPorts, 'transport'>,
  { contents, missing, upload }: Sources,
  { signal, onProgress }: StoringOptions,
): Promise<readonly IngestedBlob[]> {
  const blobs = contents.map((content) => presentBlob(content, missing))
  const unknown = contents.filter((_, index) => blobs[index] === null)
  const sources = unknown.map(sourceOf)
  const meter = createMeter({ phase: 'log', filesTotal: contents.length, bytesTotal: sumOf(contents) }, onProgress)
  const bytesPresent = blobs.reduce((sum, blob) => sum + (blob?.sizeBytes ?? 0), 0)
  if (unknown.length < contents.length) meter.add(contents.length - unknown.length, bytesPresent)

  const store = transport.capabilities.onePass ? ingest : uploadMissing
  const stored = await store(upload, sources, { signal, meter: onProgress ? meter : null })
  for (const [index, content] of unknown.entries()) remember(content, stored[index]!)
  let next = 0
  return blobs.map((blob) => blob ?? stored[next++]!)
}

function presentBlob(content: SourceContent, missing: ReadonlySet<Digest>): IngestedBlob | null {
  if ('bytes' in content || content.blob === null || missing.has(content.blob.digest)) return null
  return content.blob
}

function remember(content: SourceContent, { digest }: IngestedBlob): void {
  if ('bytes' in content || content.file.state === null) return
  const state = content.file.source.stateRead
  if (state) content.stats?.rememberRead(content.name, state, digest)
}

/** How sources are sent. */
interface Sending extends CallOptions {
  /** Null when nobody wants to know. */
  readonly meter: Meter | null
}

async function ingest(
  upload: Upload,
  sources: readonly ByteSource[],
  { signal, meter }: Sending,
): Promise<readonly IngestedBlob[]> {
  if (sources.length === 0) return []
  return upload.ingest(meter ? toldSources(sources, meter.file) : sources, { signal, onBytes: meter?.bytes })
}

/** Where digests come first: hash all, ask what is missing, send that. */
async function uploadMissing(
  upload: Upload,
  sources: readonly ByteSource[],
  { signal, meter }: Sending,
): Promise<readonly IngestedBlob[]> {
  const hashed: IngestedBlob[] = []
  for (const source of sources) hashed.push(await hashSource(source, { signal }))
  const missing = new Set((await upload.missing(hashed, { signal })).map(({ digest }) => digest))
  const items: BlobItem[] = []
  for (const [index, blob] of hashed.entries()) {
    if (missing.delete(blob.digest)) items.push({ ...blob, source: sources[index]! })
    else meter?.add(1, blob.sizeBytes)
  }
  const told = meter
    ? toldSources(
        items.map(({ source }) => source),
        meter.file,
      )
    : null
  const sent = told ? items.map((item, index) => ({ ...item, source: told[index]! })) : items
  await upload.write(sent, { signal, onBytes: meter?.bytes })
  return hashed
}

function sourceOf(content: SourceContent): ByteSource {
  return 'bytes' in content ? content.bytes : content.file.source
}

/** Null when the size of one of them is known only at its end. */
function sumOf(contents: readonly SourceContent[]): number | null {
  let sum = 0
  for (const content of contents) {
    const { sizeBytes } = 'bytes' in content ? content.bytes : content.file
    if (sizeBytes === null) return null
    sum += sizeBytes
  }
  return sum
}
