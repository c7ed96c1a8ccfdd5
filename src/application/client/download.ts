import { LadingError } from '../../domain/errors.ts'
import { isDigest } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import type { Entry, FileEntry, Manifest } from '../../domain/manifest.ts'
import { isFileEntry, isReference } from '../../domain/manifest.ts'
import { collisions } from '../../domain/paths.ts'
import type { VersionKey } from '../../domain/version.ts'
import { assertBoolean, assertOneOf } from '../../ports/facade/value-checks.ts'
import type { BlobPlaces } from '../../ports/blob-store.ts'
import type { TargetFolder } from '../../ports/files.ts'
import type { FileState } from '../../ports/file-state.ts'
import type { CallOptions } from '../../ports/call.ts'
import { assertDiskPath } from './assert-arguments.ts'
import { matcher } from './collect-files.ts'
import type { ClientPorts } from './client-ports.ts'
import { assignHandlers, fetchReferences } from './fetch-references.ts'
import { findMissing } from './find-missing.ts'
import type { ComparedFolder, MissingEntries } from './find-missing.ts'
import { knownSize } from './known-size.ts'
import { nameFileErrors } from './name-file-errors.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** What is done about references. */
export interface ReferenceOptions {
  /**
   * `fetch` reads their bytes from where they live: each is checked against its SHA-256, or told as unverified if it has
   * none. Default: `skip`, they are listed.
   */
  readonly references?: 'skip' | 'fetch' | undefined
}

/** How a folder is compared with a version before it is written. */
export interface CompareOptions {
  /**
   * Whether files are read that are known to be as they were when they were written or read before. Default: false, they
   * are kept by their state on disk: an edit shows in it even if the time of the last change was put back.
   */
  readonly rehash?: boolean | undefined
}

/** Where a version is downloaded to, and which of its files. */
export interface DownloadOptions extends WorkOptions, ReferenceOptions, CompareOptions {
  /** Default: `./artifacts/<project>/<name>_v<N>/`. */
  readonly root?: string
  /** Patterns as in picomatch, against paths inside the artifact. */
  readonly include?: string | readonly string[]
}

/** What a download did. */
export interface DownloadResult {
  /** Absolute path of the folder. */
  readonly root: string
  /** Paths that were written. */
  readonly written: readonly string[]
  /** Those of the written paths at which a file with other content was. */
  readonly replaced: readonly string[]
  /** Paths that were there already with the right content. */
  readonly kept: readonly string[]
  /** References, whose bytes live elsewhere and were not fetched. */
  readonly references: readonly Entry[]
  /** Those of the written paths whose bytes could not be checked: references without a SHA-256. */
  readonly unverified: readonly string[]
  /** Bytes that were written. */
  readonly bytes: number
}

/** A version, as far as a download needs it. */
export interface DownloadedVersion {
  readonly key: VersionKey
  readonly manifest: Manifest
  /** The manifest's. */
  readonly digest: Digest
}

/** What is put where. */
interface Placement extends Pick<DownloadedVersion, 'key' | 'digest'>, Pick<ComparedFolder, 'target' | 'makeWay'> {
  readonly entries: readonly Entry[]
}

/** What a download works with. */
export type DownloadPorts = Pick<ClientPorts, 'transport' | 'files' | 'references' | 'statCache'>

/**
 * Downloads a version: each file appears whole and verified, or not at all. Intact files are kept, foreign files are
 * left alone; an interrupted download goes on where it stopped.
 *
 * Rejects before anything is written: `CONFLICT` when paths collide on the target disk, `UNSUPPORTED` when a reference is
 * to be fetched and no handler reads it. A reference that has no SHA-256 is fetched again each time.
 */
export async function downloadVersion(
  ports: DownloadPorts,
  { key, manifest, digest }: DownloadedVersion,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const isWanted = matcher(options)
  const entries = manifest.entries.filter(({ path }) => isWanted(path))
  const { root = `artifacts/${key.project}/${key.artifact}_v${key.n}` } = options
  return placeEntries(ports, { key, digest, entries, target: ports.files.target(assertDiskPath(root)) }, options)
}

/** Makes entries be in a folder, as `downloadVersion` says. */
export async function placeEntries(
  ports: DownloadPorts,
  placement: Placement,
  { references = 'skip', rehash = false, ...work }: WorkOptions & ReferenceOptions & CompareOptions,
): Promise<DownloadResult> {
  assertOneOf('what is done about references', references, ['skip', 'fetch'])
  assertBoolean('rehash', rehash)
  const { entries, target } = placement
  const placed = references === 'fetch' ? entries : entries.filter(isFileEntry)
  assignHandlers(ports.references, placed.filter(isReference))
  await assertNoCollisions(target, entries)
  const stats = await ports.statCache?.open(target.root)
  try {
    const { missing, replaced } = await findMissing({ ...placement, stats, rehash }, placed, { signal: work.signal })
    const bytes = await writeMissing(ports, { ...placement, missing, stats }, work)
    const written = new Set(missing.map(({ path }) => path))
    return {
      root: target.root,
      written: [...written],
      replaced,
      kept: placed.flatMap(({ path }) => (written.has(path) ? [] : [path])),
      references: references === 'fetch' ? [] : entries.filter(isReference),
      unverified: missing.flatMap((entry) => (isDigest(entry.digest) ? [] : [entry.path])),
      bytes,
    }
  } finally {
    // Also of a download that stopped: the next one goes on from there.
    await stats?.save()
  }
}

/** Answers how many bytes were written. */
async function writeMissing(
  { transport, references }: DownloadPorts,
  { missing, stats, ...placement }: Placement & Pick<ComparedFolder, 'stats'> & Pick<MissingEntries, 'missing'>,
  { signal, onProgress }: WorkOptions,
): Promise<number> {
  const { target } = placement
  // Only now the target knows the folders that a killed download may have left something in.
  await target.sweep({ signal })
  const meter = createMeter({ phase: 'download', filesTotal: missing.length, bytesTotal: sizeOf(missing) }, onProgress)
  let bytes = 0
  const onBytes = (count: number) => {
    bytes += count
    meter.bytes(count)
  }
  const job = { signal, target, stats, onBytes, onFile: meter.file }
  await readFiles(transport, { ...placement, files: missing.filter(isFileEntry) }, job)
  await fetchReferences(assignHandlers(references, missing.filter(isReference)), job)
  return bytes
}

interface Job extends CallOptions, Pick<ComparedFolder, 'target' | 'stats'> {
  readonly onBytes: (count: number) => void
  readonly onFile: () => void
}

async function readFiles(
  transport: ClientPorts['transport'],
  { key, digest, files }: Pick<Placement, 'key' | 'digest'> & { readonly files: readonly FileEntry[] },
  { target, stats, onBytes, onFile, signal }: Job,
): Promise<void> {
  const call = { signal }
  const layout = files.length > 0 ? await transport.layout(key.project, digest, call) : null
  const wants = files.map(({ digest: blob, size }) => ({ digest: blob, sizeBytes: size, location: layout?.get(blob) }))
  const places = await target.places(
    files.map(({ path }) => path),
    call,
  )
  const reached = new Float64Array(files.length)
  // What a store has begun to put somewhere may be read once more, in the ordinary way.
  const advance = (index: number, count: number) => {
    if (count > reached[index]!) onBytes(count - reached[index]!)
    reached[index] = Math.max(count, reached[index]!)
  }
  const written = (index: number, state: FileState | null) => {
    const { path, digest: content, size } = files[index]!
    advance(index, size)
    if (state !== null) stats?.rememberWritten(path, state, content)
    onFile()
  }
  const write = async (index: number, chunks: AsyncIterable<Uint8Array>) => {
    const told = metered(chunks, (count) => advance(index, count))
    written(index, await target.write(files[index]!.path, told, call))
  }
  const blobPlaces: BlobPlaces = {
    maker: places.maker,
    of: places.of,
    onBytes: advance,
    onPut: (index) => written(index, places.stateOf(index)),
  }
  const from = { project: key.project, manifest: digest }
  await nameFileErrors(files, () => transport.read(from, wants, write, { ...call, places: blobPlaces }))
}

async function assertNoCollisions(target: TargetFolder, entries: readonly Entry[]): Promise<void> {
  const naming = await target.naming()
  const [pair] = collisions(
    entries.map(({ path }) => path),
    naming,
  )
  if (!pair) return
  const isSameText = pair[0].normalize() === pair[1].normalize()
  const how = isSameText ? ', the same letters in other code points' : ''
  throw new LadingError('CONFLICT', {
    key: pair[0],
    detail: `this disk cannot tell ${JSON.stringify(pair[0])} from ${JSON.stringify(pair[1])}${how}`,
    next: 'download to another disk, or one of them with `include`; nothing was written',
  })
}

/** Null when it cannot be known before all was read. */
function sizeOf(entries: readonly Entry[]): number | null {
  return entries.every((entry) => knownSize(entry) !== null) ? entries.reduce((sum, { size }) => sum + size, 0) : null
}

/** Tells how many bytes have passed so far. */
async function* metered(chunks: AsyncIterable<Uint8Array>, onBytes: (count: number) => void) {
  let count = 0
  for await (const chunk of chunks) {
    yield chunk
    count += chunk.length
    onBytes(count)
  }
}
