import pMap from 'p-map'
import { isLadingError } from '../../domain/errors.ts'
import { isFileEntry } from '../../domain/manifest.ts'
import type { FileEntry, Manifest } from '../../domain/manifest.ts'
import type { Digest } from '../../domain/digest.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Location } from '../../ports/blob-store.ts'
import type { TargetFolder } from '../../ports/files.ts'
import type { ClientPorts } from './client-ports.ts'
import { createMeter } from './progress.ts'
import type { WorkOptions } from './progress.ts'

/** One entry that is not as the manifest says. */
export interface Difference {
  readonly path: string
  /** `modified` also stands for a folder or a link in a file's place, and for a file that may not be read. */
  readonly problem: 'missing' | 'modified' | 'corrupt'
  readonly detail: string
}

/** What a verification found. */
export interface Verification {
  readonly ok: boolean
  /** Files whose content was compared with their digest. */
  readonly verified: number
  readonly differences: readonly Difference[]
  /** References, whose bytes live elsewhere. */
  readonly unverifiable: readonly string[]
}

/** Files that are read at once. */
const READS = 4

/** Compares a folder, or the stored bytes, with a manifest. Reads everything; changes nothing. */
export async function verifyVersion(
  { transport, files }: Pick<ClientPorts, 'transport' | 'files'>,
  version: { project: string; manifest: Manifest; digest: Digest },
  { folder, onProgress, signal }: WorkOptions & { readonly folder?: string | undefined },
): Promise<Verification> {
  const entries = version.manifest.entries.filter(isFileEntry)
  const bytesTotal = entries.reduce((sum, { size }) => sum + size, 0)
  const meter = createMeter({ phase: 'verify', filesTotal: entries.length, bytesTotal }, onProgress)
  const check =
    folder === undefined
      ? await storedCheck(transport, version, { signal })
      : folderCheck(files.target(folder), { signal })
  const found = await pMap(
    entries,
    async (entry) => {
      const difference = await check(entry)
      meter.bytes(entry.size)
      meter.file()
      return difference
    },
    { concurrency: READS },
  )
  const differences = found.filter((difference) => difference !== null)
  const unverifiable = version.manifest.entries.flatMap((entry) => (isFileEntry(entry) ? [] : [entry.path]))
  return { ok: differences.length === 0, verified: entries.length, differences, unverifiable }
}

type Check = (entry: FileEntry) => Promise<Difference | null>

function folderCheck(target: TargetFolder, call: CallOptions): Check {
  return async (entry) => {
    try {
      return await compareFile(target, entry, call)
    } catch (error) {
      // Of the folder itself it is no answer about one file: somebody named the wrong one.
      if (!isLadingError(error) || error.key === target.root) throw error
      // A folder or a link in its place, a file that changes, or one that may not be read.
      if (error.code !== 'CONFLICT' && error.code !== 'UNAUTHORIZED') throw error
      return { path: entry.path, problem: 'modified', detail: error.detail }
    }
  }
}

async function compareFile(
  target: TargetFolder,
  { path, digest, size }: FileEntry,
  call: CallOptions,
): Promise<Difference | null> {
  const file = await target.inspect(path, call)
  if (file === null) return { path, problem: 'missing', detail: 'no such file' }
  if (file.sizeBytes !== size) return modified(path, `${size} bytes`, `${file.sizeBytes} bytes`)
  const actual = await file.digest(call)
  return actual === digest ? null : modified(path, digest, actual)
}

function modified(path: string, expected: string, actual: string): Difference {
  return { path, problem: 'modified', detail: `expected ${expected}, found ${actual}` }
}

async function storedCheck(
  transport: ClientPorts['transport'],
  { project, digest: manifest }: { project: string; digest: Digest },
  call: CallOptions,
): Promise<Check> {
  const layout: ReadonlyMap<Digest, Location> | null = await transport.layout(project, manifest, call)
  return async ({ path, digest, size }) => {
    const want = { digest, sizeBytes: size, location: layout?.get(digest) }
    try {
      await transport.read({ project, manifest }, [want], drain, call)
      return null
    } catch (error) {
      if (isLadingError(error, 'CORRUPT')) return { path, problem: 'corrupt', detail: error.detail }
      if (isLadingError(error, 'NOT_FOUND')) return { path, problem: 'missing', detail: error.detail }
      throw error
    }
  }
}

/** Verification happens while the bytes pass by. */
async function drain(_index: number, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks);
}
