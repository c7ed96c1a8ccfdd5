import { LadingError } from '../../domain/errors.ts'
import type { Entry, FileEntry, Manifest } from '../../domain/manifest.ts'
import { isFileEntry } from '../../domain/manifest.ts'
import { collisions } from '../../domain/paths.ts'
import type { VersionKey } from '../../domain/version.ts'
import type { TargetFolder } from '../../ports/files.ts'
import type { CallOptions } from '../../ports/call.ts'
import pMap from 'p-map'
import { assertDiskPath } from './assert-arguments.ts'
import { matcher } from './collect-files.ts'
import type { ClientPorts } from './client-ports.ts'
import { nameFileErrors } from './name-file-errors.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** Where a version is downloaded to, and which of its files. */
export interface DownloadOptions extends WorkOptions {
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
  /** Paths that were there already with the right content. */
  readonly kept: readonly string[]
  /** References, whose bytes live elsewhere and were not fetched. */
  readonly references: readonly Entry[]
  /** Bytes that were written. */
  readonly bytes: number
}

/** Files that are compared with what is there at once. */
const INSPECTIONS = 16

/**
 * Downloads a version: each file appears whole and verified, or not at all. Intact files are kept, foreign files are
 * left alone; an interrupted download goes on where it stopped.
 *
 * Rejects `CONFLICT`, before anything is written, when paths collide on the target disk.
 */
export async function downloadVersion(
  { transport, files }: Pick<ClientPorts, 'transport' | 'files'>,
  { key, manifest, digest }: { key: VersionKey; manifest: Manifest; digest: string },
  options: DownloadOptions,
): Promise<DownloadResult> {
  const call = { signal: options.signal }
  const isWanted = matcher(options)
  const wanted = manifest.entries.filter(({ path }) => isWanted(path))
  const entries = wanted.filter(isFileEntry)
  const { root = `artifacts/${key.project}/${key.artifact}_v${key.n}` } = options
  const target = files.target(assertDiskPath(root))
  await assertNoCollisions(target, wanted)
  const missing = await findMissing(target, entries, call)
  // Only now the target knows the folders that a killed download may have left something in.
  await target.sweep(call)
  const bytesTotal = missing.reduce((sum, { size }) => sum + size, 0)
  const meter = createMeter({ phase: 'download', filesTotal: missing.length, bytesTotal }, options.onProgress)
  const layout = missing.length > 0 ? await transport.layout(key.project, digest, call) : null
  const wants = missing.map(({ digest: blob, size }) => ({
    digest: blob,
    sizeBytes: size,
    location: layout?.get(blob),
  }))
  const write = async (index: number, chunks: AsyncIterable<Uint8Array>) => {
    await target.write(missing[index]!.path, metered(chunks, meter.bytes), call)
    meter.file()
  }
  const from = { project: key.project, manifest: digest }
  await nameFileErrors(missing, () => transport.read(from, wants, write, call))
  const written = new Set(missing.map(({ path }) => path))
  return {
    root: target.root,
    written: [...written],
    kept: entries.flatMap(({ path }) => (written.has(path) ? [] : [path])),
    references: wanted.filter((entry) => !isFileEntry(entry)),
    bytes: bytesTotal,
  }
}

async function assertNoCollisions(target: TargetFolder, entries: readonly Entry[]): Promise<void> {
  const naming = await target.naming()
  const [pair] = collisions(
    entries.map(({ path }) => path),
    naming,
  )
  if (!pair) return
  throw new LadingError('CONFLICT', {
    key: pair[0],
    detail: `this disk cannot tell ${JSON.stringify(pair[0])} from ${JSON.stringify(pair[1])}`,
    next: 'download to another disk, or one of them with `include`; nothing was written',
  })
}

async function findMissing(
  target: TargetFolder,
  entries: readonly FileEntry[],
  call: CallOptions,
): Promise<readonly FileEntry[]> {
  const intact = await pMap(entries, (entry) => isIntact(target, entry, call), { concurrency: INSPECTIONS })
  return entries.filter((_entry, index) => !intact[index])
}

async function isIntact(target: TargetFolder, entry: FileEntry, call: CallOptions): Promise<boolean> {
  const found = await target.inspect(entry.path, call)
  return found !== null && found.sizeBytes === entry.size && (await found.digest(call)) === entry.digest
}

async function* metered(chunks: AsyncIterable<Uint8Array>, onBytes: (count: number) => void) {
  for await (const chunk of chunks) {
    yield chunk
    onBytes(chunk.length)
  }
}
