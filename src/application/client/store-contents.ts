import type { Digest } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertLoggable, contentOf, createManifest, deferManifest } from '../../domain/manifest.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { formatVersion } from '../../domain/refs.ts'
import { typeConflict } from '../../domain/type-conflict.ts'
import { assertBoolean } from '../../ports/facade/value-checks.ts'
import type { IngestedBlob, Upload } from '../../ports/transport.ts'
import type { Artifact, DraftStep } from './artifact.ts'
import type { ClientPorts } from './client-ports.ts'
import { collectFiles } from './collect-files.ts'
import type { Collected } from './collect-files.ts'
import { MissingBlobs } from './missing-blobs.ts'
import { createMeter } from './progress.ts'
import { storeSources } from './store-sources.ts'
import type { SourceContent, StoringOptions } from './store-sources.ts'

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

/**
 * Stores what was added to an artifact: how a log and a part of a draft begin. A file that is in the state in which it was
 * last read is not read again while the service has its bytes.
 *
 * Rejects `CONFLICT` when one path has two contents or the artifact has another type, `INVALID` without entries.
 */
export async function storeArtifact(
  ports: ClientPorts,
  { project, artifact, steps }: Contents,
  options: StoringOptions,
): Promise<StoredContents> {
  const { signal, rehash = false } = options
  assertBoolean('rehash', rehash)
  const key = { project, artifact: artifact.name }
  const uploading = ports.transport.upload(key, { signal, bases: artifact.bases() })
  const collection = await collectAndAsk(ports, { steps, uploading }, { signal, rehash })
  assertSameType(artifact, collection.upload)
  return { upload: collection.upload, manifest: await storeContents(ports, collection, options) }
}

/** While files are still looked for, the service says which of the remembered ones it has. */
async function collectAndAsk(
  ports: ClientPorts,
  { steps, uploading }: { readonly steps: readonly DraftStep[]; readonly uploading: Promise<Upload> },
  { signal, rehash }: { readonly signal: AbortSignal | undefined; readonly rehash: boolean },
): Promise<Collection> {
  const asked = new MissingBlobs(uploading, { signal })
  try {
    const onRemembered = (blob: IngestedBlob) => asked.add(blob)
    const collected = await collectFiles(ports, steps, { signal, rehash, onRemembered })
    return { collected, upload: await uploading, missing: await asked.digests() }
  } finally {
    await Promise.allSettled([uploading, asked.settled()])
  }
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
    detail: typeConflict(head.type, artifact.type),
    next: 'log it with its own type, or under another name',
  })
}

interface Collection {
  readonly collected: Collected
  /** Of what is remembered. */
  readonly missing: ReadonlySet<Digest>
  readonly upload: Upload
}

async function storeContents(ports: ClientPorts, collection: Collection, options: StoringOptions): Promise<Manifest> {
  const { unchanged, contents } = collection.collected
  if (unchanged === null || collection.missing.size > 0) {
    unchanged?.release()
    return storeCollected(ports, collection, options)
  }
  const { fileCount, sizeBytes } = unchanged.content
  createMeter({ phase: 'log', filesTotal: fileCount, bytesTotal: sizeBytes }, options.onProgress).add(
    fileCount,
    sizeBytes,
  )
  return deferManifest(unchanged.content, () => {
    unchanged.release()
    return createManifest(rememberedEntries(contents))
  })
}

/** Empties `contents`: what it holds for each of many thousand files is let go of before the commit. */
async function storeCollected(
  ports: ClientPorts,
  { collected: { contents, stats, whole }, missing, upload }: Collection,
  options: StoringOptions,
): Promise<Manifest> {
  const unread: SourceContent[] = []
  for (const group of contents.values()) for (const content of group) if (!('entry' in content)) unread.push(content)
  const stored = await storeSources(ports, { contents: unread, missing, upload }, options)
  try {
    const entries = entriesOf(contents, stored)
    contents.clear()
    const manifest = createManifest(entries)
    assertLoggable(manifest)
    whole?.rememberWhole(contentOf(manifest))
    return manifest
  } finally {
    await Promise.all(stats.map((folder) => folder.save()))
  }
}

/** The entries of files all of which are remembered. */
function* rememberedEntries(contents: Collected['contents']): Generator<Entry> {
  for (const [path, group] of contents)
    for (const content of group) if ('blob' in content) yield entryOf(path, content.blob!)
}

/** The entry of each path that was collected; `stored` is what became of its sources, in their order. */
function entriesOf(contents: Collected['contents'], stored: readonly IngestedBlob[]): readonly Entry[] {
  const entries: Entry[] = []
  let next = 0
  for (const [path, group] of contents) {
    let entry: Entry | null = null
    for (const content of group) {
      const given = 'entry' in content ? content.entry : entryOf(path, stored[next++]!)
      if (entry !== null && entry.digest !== given.digest) throw twoContents(entry, given)
      entry = given
    }
    if (entry !== null) entries.push(entry)
  }
  return entries
}

function entryOf(path: string, { digest, sizeBytes }: IngestedBlob): Entry {
  return { path, digest, size: sizeBytes }
}

/** One path has one content. */
function twoContents(before: Entry, entry: Entry): LadingError {
  return new LadingError('CONFLICT', {
    key: entry.path,
    detail: `the path was added twice with different content: ${before.digest} and ${entry.digest}`,
    next: 'add it once, or pass `overwrite: true` with the one that is meant',
  })
}
