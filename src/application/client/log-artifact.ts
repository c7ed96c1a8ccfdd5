import { createDigester } from '../../domain/digest.ts'
import { isLadingError, LadingError } from '../../domain/errors.ts'
import { assertLoggable, createManifest, manifestDigest, manifestSize } from '../../domain/manifest.ts'
import type { Entry, Manifest } from '../../domain/manifest.ts'
import { assertAliases } from '../../domain/names.ts'
import { formatVersion } from '../../domain/refs.ts'
import type { RunRef } from '../../domain/version.ts'
import type { ByteSource } from '../../ports/bytes.ts'
import type { CallOptions } from '../../ports/call.ts'
import { assertBoolean } from '../../ports/facade/value-checks.ts'
import type { IngestedBlob, LogIntent, LogOutcome, Upload } from '../../ports/transport.ts'
import type { Artifact, DraftStep } from './artifact.ts'
import { newChange } from './client-ports.ts'
import type { ClientPorts } from './client-ports.ts'
import { collectFiles } from './collect-files.ts'
import type { Collected, SourceContent } from './collect-files.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** Of an artifact of which nobody ever said one. */
const TYPE_DEFAULT = 'unspecified'

/** What is logged, where, and by whom. */
interface Log {
  readonly project: string
  readonly artifact: Artifact
  readonly run: RunRef | null
}

/** What goes along with bytes. */
interface Transfer {
  readonly signal: AbortSignal | undefined
  readonly onBytes: (count: number) => void
}

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
 * is read, when one path has two contents, or when the artifact has another type, and `INVALID` when it is being logged
 * already, or was made from a version of another project; nothing is logged then.
 */
export async function logArtifact(ports: ClientPorts, log: Log, options: LogOptions): Promise<LogResult> {
  const { aliases, supersede = false } = options
  assertBoolean('supersede', supersede)
  const given = { ...options, aliases: assertAliases(aliases), supersede }
  assertOwnProject(log)
  const steps = log.artifact.claim()
  try {
    return await logSteps(ports, { ...log, steps }, given)
  } catch (error) {
    log.artifact.release()
    throw error
  }
}

async function logSteps(
  ports: ClientPorts,
  { project, artifact, run, steps }: Log & { readonly steps: readonly DraftStep[] },
  options: LogOptions & Pick<LogIntent, 'aliases' | 'supersede'>,
): Promise<LogResult> {
  const collected = await collectFiles(ports.files, steps, options)
  const base = artifact.base()
  const key = { project, artifact: artifact.name }
  const upload = await ports.transport.upload(key, { signal: options.signal, bases: base === null ? [] : [base] })
  assertSameType(artifact, upload)
  const manifest = await storeContents(ports, { collected, upload }, options)
  const { description, metadata, derivedFrom } = artifact
  const { aliases, supersede, signal } = options
  const commit = (type: string) => {
    const intent = { ...newChange(ports, run), type, aliases, supersede, description, metadata, derivedFrom }
    return upload.commit(manifest, intent, { signal })
  }
  const outcome = await commitAsTyped(ports, { artifact, upload }, { commit, signal })
  return sealed(artifact, { project, manifest, ...outcome })
}

/** The bytes of a draft's base are in the project that it was made in, and nowhere else. */
function assertOwnProject({ project, artifact }: Log): void {
  const { derivedFrom: from } = artifact
  if (from === null || from.project === project) return
  throw new LadingError('INVALID', {
    key: `${project}/${artifact.name}`,
    detail: `the draft was made from ${from.project}/${from.artifact}:${formatVersion(from.n)}, in another project`,
    next: 'copying between projects is not there yet: download the version, then add the files to a new artifact',
  })
}

/** Commits with the type that was given, else with that of the artifact, which a rival may only just have fixed. */
async function commitAsTyped(
  { transport }: ClientPorts,
  { artifact, upload }: { readonly artifact: Artifact; readonly upload: Upload },
  { commit, signal }: { commit: (type: string) => Promise<LogOutcome>; signal: AbortSignal | undefined },
): Promise<LogOutcome & { readonly type: string }> {
  const type = artifact.type ?? upload.head?.type ?? TYPE_DEFAULT
  try {
    return { ...(await commit(type)), type }
  } catch (error) {
    if (artifact.type !== null || !isLadingError(error, 'CONFLICT')) throw error
    const head = await transport.head(upload.key, { signal })
    if (head === null || head.type === type) throw error
    return { ...(await commit(head.type)), type: head.type }
  }
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
  options: LogOptions,
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
  { signal, onProgress }: LogOptions,
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

function sealed(
  artifact: Artifact,
  logged: LogOutcome & { readonly project: string; readonly manifest: Manifest; readonly type: string },
): LogResult {
  const { project, manifest, n, type, created, aliases } = logged
  const digest = manifestDigest(manifest)
  const sizeBytes = manifestSize(manifest)
  artifact.seal({ n, type, created, aliases, digest, sizeBytes, manifest })
  const fileCount = manifest.entries.length
  return { project, name: artifact.name, version: formatVersion(n), n, created, aliases, digest, sizeBytes, fileCount }
}
