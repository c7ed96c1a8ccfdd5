import pMap from 'p-map'
import { isLadingError } from '../../domain/errors.ts'
import { fileCount as fileCountOf, isFileEntry, manifestSize } from '../../domain/manifest.ts'
import type { Manifest } from '../../domain/manifest.ts'
import { isDigest } from '../../domain/digest.ts'
import type { Digest } from '../../domain/digest.ts'
import type { CallOptions } from '../../ports/call.ts'
import type { Location } from '../../ports/blob-store.ts'
import type { TargetFolder } from '../../ports/files.ts'
import type { ClientPorts } from './client-ports.ts'
import { knownSize } from './known-size.ts'
import { createMeter } from './progress.ts'
import type { OnProgress, WorkOptions } from './progress.ts'

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
  /** How the version's record contradicts its manifest; null where it does not, and when a folder is compared. */
  readonly record: string | null
}

/** A version to be verified, with what its record says of its content. */
interface Verified {
  readonly project: string
  readonly manifest: Manifest
  readonly digest: Digest
  readonly record: { readonly sizeBytes: number; readonly fileCount: number }
}

/** Files that are read at once. */
const READS = 4

/** Compares a folder, or the stored bytes, with a manifest. Reads everything; changes nothing. */
export async function verifyVersion(
  { transport, files }: Pick<ClientPorts, 'transport' | 'files'>,
  version: Verified,
  { folder, onProgress, signal }: WorkOptions & { readonly folder?: string | undefined },
): Promise<Verification> {
  const target = folder === undefined ? null : files.target(folder)
  const { entries: all } = version.manifest
  const fetched = target === null ? [] : await fetchedReferences(target, version.manifest, { signal })
  const entries = [...all.filter(isFileEntry), ...fetched]
  const check = target === null ? await storedCheck(transport, version, { signal }) : folderCheck(target, { signal })
  const found = await checkEntries(entries, check, onProgress)
  const differences = found.filter((difference) => difference !== null)
  const compared = new Set(entries.map(({ path }) => path))
  const unverifiable = all.flatMap(({ path }) => (compared.has(path) ? [] : [path]))
  const record = folder === undefined ? contradiction(version) : null
  const ok = differences.length === 0 && record === null
  return { ok, verified: entries.length, differences, unverifiable, record }
}

/** References with a SHA-256 whose files are there: a download has fetched them, or somebody put them there. */
async function fetchedReferences(
  target: TargetFolder,
  { entries }: Manifest,
  call: CallOptions,
): Promise<readonly Comparable[]> {
  const known = entries.flatMap((entry): Comparable[] => {
    const { path, digest } = entry
    return !isFileEntry(entry) && isDigest(digest) ? [{ path, digest, size: knownSize(entry) }] : []
  })
  const isThere = async ({ path }: Comparable): Promise<boolean> => {
    try {
      return (await target.inspect(path, call)) !== null
    } catch (error) {
      // What stands in its place is told as the difference that it is.
      if (isLadingError(error, 'CONFLICT') && error.key !== target.root) return true
      throw error
    }
  }
  const there = await pMap(known, isThere, { concurrency: READS })
  return known.filter((_entry, index) => there[index])
}

function contradiction({ manifest, record: { sizeBytes, fileCount } }: Verified): string | null {
  const [size, count] = [manifestSize(manifest), fileCountOf(manifest)]
  if (sizeBytes === size && fileCount === count) return null
  return `the record tells of ${fileCount} files with ${sizeBytes} bytes, the manifest of ${count} with ${size}`
}

/** An entry whose bytes can be compared: a file, or a reference with a SHA-256. */
export interface Comparable {
  readonly path: string
  readonly digest: Digest
  /** In bytes; null where a reference does not say. */
  readonly size: number | null
}

/** What is wrong with one entry; null when nothing is. */
export type Check = (entry: Comparable) => Promise<Difference | null>

/** What is wrong with each of some entries, in their order. Reads them all, a few at once. */
export async function checkEntries(
  entries: readonly Comparable[],
  check: Check,
  onProgress: OnProgress | undefined,
): Promise<readonly (Difference | null)[]> {
  const bytesTotal = entries.reduce((sum, { size }) => sum + (size ?? 0), 0)
  const meter = createMeter({ phase: 'verify', filesTotal: entries.length, bytesTotal }, onProgress)
  const checkOne = async (entry: Comparable) => {
    const difference = await check(entry)
    meter.bytes(entry.size ?? 0)
    meter.file()
    return difference
  }
  return pMap(entries, checkOne, { concurrency: READS })
}

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
  { path, digest, size }: Comparable,
  call: CallOptions,
): Promise<Difference | null> {
  const file = await target.inspect(path, call)
  if (file === null) return { path, problem: 'missing', detail: 'no such file' }
  const { sizeBytes } = file.state
  if (size !== null && sizeBytes !== size) return modified(path, `${size} bytes`, `${sizeBytes} bytes`)
  const actual = await file.digest(call)
  return actual === digest ? null : modified(path, digest, actual)
}

function modified(path: string, expected: string, actual: string): Difference {
  return { path, problem: 'modified', detail: `expected ${expected}, found ${actual}` }
}

/** Reads the stored bytes of an entry and compares them with its digest. */
export async function storedCheck(
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
