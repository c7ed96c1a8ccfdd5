import { LadingError } from '../../domain/errors.ts'
import { assertLoggable, createManifest } from '../../domain/manifest.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { IngestedBlob, Upload } from '../../ports/transport.ts'
import type { Artifact, DraftStep } from './artifact.ts'
import type { ClientPorts } from './client-ports.ts'
import { collectFiles } from './collect-files.ts'
import type { Collected, SourceContent } from './collect-files.ts'
import { hashSource } from './hash-source.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** What is to be stored, and where. */
export interface Contents {
  readonly project: string
  readonly artifact: Artifact
  /** From `artifact.claim()`. */
  readonly steps: readonly DraftStep[]
}

/** Contents whose bytes the service has, and the upload that brought them. */
export interface StoredContents {
  readonly upload: Upload
  readonly manifest: Manifest
}

/** What goes along with bytes. */
interface Transfer {
  readonly signal: AbortSignal | undefined
  readonly onBytes: (count: number) => void
}

/**
 * Reads what was added to an artifact and stores its bytes: how a log and a part of a draft begin.
 *
 * Rejects `CONFLICT` when one path has two contents or the artifact has another type, `INVALID` without entries.
 */
export async function storeArtifact(
  ports: ClientPorts,
  { project, artifact, steps }: Contents,
  options: WorkOptions,
): Promise<StoredContents> {
  const collected = await collectFiles(ports.files, steps, options)
  const key = { project, artifact: artifact.name }
  const upload = await ports.transport.upload(key, { signal: options.signal, bases: artifact.bases() })
  assertSameType(artifact, upload)
  return { upload, manifest: await storeContents(ports, { collected, upload }, options) }
}

/** The bytes of a draft's base are in the project that it was made in, and nowhere else: another one is `INVALID`. */
export function assertOwnProject({ project, artifact }: Pick<Contents, 'project' | 'artifact'>): void {
  const { derivedFrom: from } = artifact
  if (from === null || from.project === project) return
  throw new LadingError('INVALID', {
    key: `${project}/${artifact.name}`,
    detail: `the draft was made from ${from.project}/${from.artifact}:${formatVersion(from.n)}, in another project`,
    next: 'copying between projects is not there yet: download the version, then add the files to a new artifact',
  })
}

/** A type that differs is refused before any byte travels; the commit itself decides. */
function assertSameType(artifact: Artifact, { head }: Upload): void {
  if (head === null || artifact.type === null || head.type === artifact.type) return
  throw new LadingError('CONFLICT', {
    key: artifact.name,
    detail: `the artifact has type ${JSON.stringify(head.type)}, not ${JSON.stringify(artifact.type)}`,
    next: 'log it with its own type, or under another name',
  })
}

/** Empties `collected`: what it holds for each of many thousand files is let go of before the commit. */
async function storeContents(
  ports: ClientPorts,
  { collected, upload }: { collected: Collected; upload: Upload },
  options: WorkOptions,
): Promise<Manifest> {
  const reads: SourceContent[] = []
  for (const contents of collected.values())
    for (const content of contents) if ('source' in content) reads.push(content)
  const stored = await storeReads(ports, { reads, upload }, options)
  const entries = new Map<string, Entry>()
  for (const entry of entriesOf(collected, stored)) addEntry(entries, entry)
  collected.clear()
  const manifest = createManifest(entries.values())
  assertLoggable(manifest)
  return manifest
}

/** Reads and stores everything; answers in the order of `reads`. */
function storeReads(
  ports: ClientPorts,
  { reads, upload }: { reads: readonly SourceContent[]; upload: Upload },
  { signal, onProgress }: WorkOptions,
): Promise<readonly IngestedBlob[]> {
  const bytesTotal = reads.reduce<number | null>(
    (sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes),
    0,
  )
  const meter = createMeter({ phase: 'log', filesTotal: reads.length, bytesTotal }, onProgress)
  const transfer = { signal, onBytes: meter.bytes }
  const sources = reads.map(({ source }) => new ToldSource(source, meter.file))
  if (ports.transport.capabilities.onePass) return upload.ingest(sources, transfer)
  return uploadMissing(upload, sources, transfer)
}

/** The entries of all that was collected; `stored` is what became of its sources, in their order. */
function* entriesOf(collected: Collected, stored: readonly IngestedBlob[]): Generator<Entry> {
  const blobs = stored.values()
  for (const [path, contents] of collected) {
    for (const content of contents) {
      if ('entry' in content) yield content.entry
      else {
        const { digest, sizeBytes } = blobs.next().value!
        yield { path, digest, size: sizeBytes }
      }
    }
  }
}

/** Where digests come first: hash all, ask what is missing, send that. */
async function uploadMissing(
  upload: Upload,
  sources: readonly ByteSource[],
  transfer: Transfer,
): Promise<readonly IngestedBlob[]> {
  const hashed: IngestedBlob[] = []
  for (const source of sources) hashed.push(await hashSource(source, { signal: transfer.signal }))
  const missing = new Set((await upload.missing(hashed, transfer)).map(({ digest }) => digest))
  const items = hashed.flatMap((blob, index) =>
    missing.delete(blob.digest) ? [{ ...blob, source: sources[index]! }] : [],
  )
  await upload.write(items, transfer)
  return hashed
}

/** A source that tells when it was read to its end. A class, because there is one for each of many thousand files. */
class ToldSource implements ByteSource {
  readonly #source: ByteSource
  readonly #onEnd: () => void

  constructor(source: ByteSource, onEnd: () => void) {
    this.#source = source
    this.#onEnd = onEnd
  }

  get sizeBytes(): number | null {
    return this.#source.sizeBytes
  }

  async *read(options: CallOptions): AsyncGenerator<Uint8Array> {
    yield* this.#source.read(options)
    this.#onEnd()
  }
}

/** One path has one content. */
function addEntry(entries: Map<string, Entry>, entry: Entry): void {
  const before = entries.get(entry.path)
  if (before && before.digest !== entry.digest) {
    throw new LadingError('CONFLICT', {
      key: entry.path,
      detail: `the path was added twice with different content: ${before.digest} and ${entry.digest}`,
      next: 'add it once, or pass `overwrite: true` with the one that is meant',
    })
  }
  entries.set(entry.path, entry)
}
