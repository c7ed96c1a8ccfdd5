import { createDigester } from '../../domain/digest.ts'
import { LadingError } from '../../domain/errors.ts'
import { assertLoggable, createManifest, manifestDigest, manifestSize } from '../../domain/manifest.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { assertAliases } from '../../domain/names.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { RunRef } from '../../domain/version.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { IngestedBlob, Upload } from '../../ports/transport.ts'
import type { Artifact } from './artifact.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { collectFiles } from './collect-files.ts'
import type { Collected } from './collect-files.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** How an artifact is logged. */
export interface LogOptions extends WorkOptions {
  /** Aliases that move to the version. `latest` is accepted and changes nothing. */
  readonly aliases?: readonly string[]
  /** Always makes a new version and ends every older one, with its aliases. */
  readonly supersede?: boolean
}

/** What logging made, or found. */
export interface LogResult {
  readonly project: string
  readonly name: string
  /** `v3` */
  readonly version: string
  readonly n: number
  /** False when a live version had this content already. */
  readonly created: boolean
  /** Aliases that point at the version now, `latest` included. */
  readonly aliases: readonly string[]
  readonly digest: string
  readonly sizeBytes: number
  readonly fileCount: number
}

/**
 * Logs a draft as the next version, or finds the version that already has its content.
 *
 * Each source is read once where the store takes bytes in one pass. Rejects `CONFLICT` when a file changes while it
 * is read, when one path has two contents, or when the artifact has another type; nothing is logged then.
 */
export async function logArtifact(
  ports: ClientPorts,
  { project, artifact, run }: { project: string; artifact: Artifact; run: RunRef | null },
  options: LogOptions,
): Promise<LogResult> {
  const aliases = assertAliases(options.aliases ?? [])
  const collected = await collectFiles(ports.files, artifact.steps(), options)
  const base = artifact.base()
  const key = { project, artifact: artifact.name }
  const upload = await ports.transport.upload(key, { signal: options.signal, bases: base === null ? [] : [base] })
  assertSameType(artifact, upload)
  const manifest = await storeContents(ports, { collected, upload }, options)
  const intent = {
    ...newChange(ports, run),
    type: artifact.type,
    aliases,
    supersede: options.supersede ?? false,
    description: artifact.description,
    metadata: artifact.metadata,
    derivedFrom: artifact.derivedFrom,
  }
  const outcome = await upload.commit(manifest, intent, { signal: options.signal })
  return sealed(artifact, { project, manifest, ...outcome })
}

/** A type that differs is refused before any byte travels; the commit itself decides. */
function assertSameType(artifact: Artifact, { head }: Upload): void {
  if (head === null || head.type === artifact.type) return
  throw new LadingError('CONFLICT', {
    key: artifact.name,
    detail: `the artifact has type ${JSON.stringify(head.type)}, not ${JSON.stringify(artifact.type)}`,
    next: 'log it with its own type, or under another name',
  })
}

async function storeContents(
  ports: ClientPorts,
  { collected, upload }: { collected: Collected; upload: Upload },
  options: LogOptions,
): Promise<Manifest> {
  const reads = [...collected].flatMap(([path, contents]) =>
    contents.flatMap((content) => ('source' in content ? [{ path, ...content }] : [])),
  )
  const sizes = reads.map(({ sizeBytes }) => sizeBytes)
  const bytesTotal = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  const meter = createMeter({ phase: 'log', filesTotal: reads.length, bytesTotal }, options.onProgress)
  const sources = reads.map(({ source }) => counted(source, meter.file))
  const transfer = { signal: options.signal, onBytes: meter.bytes }
  const stored = ports.transport.capabilities.onePass
    ? await upload.ingest(sources, transfer)
    : await uploadMissing(upload, sources, transfer)
  const entries = reads.map(({ path }, index): Entry => {
    const { digest, sizeBytes } = stored[index]!
    return { path, digest, size: sizeBytes }
  })
  const known = [...collected.values()].flat().flatMap((content) => ('entry' in content ? [content.entry] : []))
  const manifest = createManifest(oneContentPerPath([...known, ...entries]))
  assertLoggable(manifest)
  return manifest
}

/** Where digests come first: hash all, ask what is missing, send that. */
async function uploadMissing(
  upload: Upload,
  sources: readonly ByteSource[],
  transfer: { signal: AbortSignal | undefined; onBytes: (count: number) => void },
): Promise<readonly IngestedBlob[]> {
  const hashed: IngestedBlob[] = []
  for (const source of sources) hashed.push(await hashSource(source, transfer.signal))
  const missing = new Set((await upload.missing(hashed, transfer)).map(({ digest }) => digest))
  const items = hashed.flatMap((blob, index) =>
    missing.delete(blob.digest) ? [{ ...blob, source: sources[index]! }] : [],
  )
  await upload.write(items, transfer)
  return hashed
}

async function hashSource(source: ByteSource, signal: AbortSignal | undefined): Promise<IngestedBlob> {
  const digester = createDigester()
  let sizeBytes = 0
  for await (const chunk of source.read({ signal })) {
    digester.update(chunk)
    sizeBytes += chunk.length
  }
  return { digest: digester.digest(), sizeBytes }
}

/** The same source, which tells when it was read to its end. */
function counted(source: ByteSource, onEnd: () => void): ByteSource {
  return {
    sizeBytes: source.sizeBytes,
    async *read(options) {
      yield* source.read(options)
      onEnd()
    },
  }
}

function oneContentPerPath(entries: readonly Entry[]): readonly Entry[] {
  const unique = new Map<string, Entry>()
  for (const entry of entries) {
    const before = unique.get(entry.path)
    if (before && before.digest !== entry.digest) {
      throw new LadingError('CONFLICT', {
        key: entry.path,
        detail: `the path was added twice with different content: ${before.digest} and ${entry.digest}`,
        next: 'add it once, or pass `overwrite: true` with the one that is meant',
      })
    }
    unique.set(entry.path, entry)
  }
  return [...unique.values()]
}

function sealed(
  artifact: Artifact,
  logged: { project: string; manifest: Manifest; n: number; created: boolean; aliases: readonly string[] },
): LogResult {
  const { project, manifest, n, created, aliases } = logged
  const digest = manifestDigest(manifest)
  const sizeBytes = manifestSize(manifest)
  artifact.seal({ n, created, aliases, digest, sizeBytes, manifest })
  const fileCount = manifest.entries.length
  return { project, name: artifact.name, version: formatVersion(n), n, created, aliases, digest, sizeBytes, fileCount }
}
