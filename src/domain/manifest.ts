import { quote } from './canonical-json.ts'
import { assertDigest, createDigester, sha256 } from './digest.ts'
import type { Digest } from './digest.ts'
import { LadingError, isLadingError } from './errors.ts'
import { assertPath, assertPathSet, comparePaths } from './paths.ts'
import { encodePieces, equalsPieces, MANIFEST_BYTES_MAX, parsePieces } from './manifest-pieces.ts'
import { assertReferenceDigest, assertReferenceUri } from './reference.ts'

/** A file whose bytes the store keeps. */
export interface FileEntry {
  readonly path: string
  readonly digest: Digest
  /** In bytes. */
  readonly size: number
  readonly ref?: never
}

/** A file whose bytes lie elsewhere. */
export interface ReferenceEntry {
  readonly path: string
  /** The URI of its bytes. */
  readonly ref: string
  /** What is known of its content: a SHA-256, an opaque ETag, or the URI itself. */
  readonly digest: string
  /** In bytes; 0 where it is not known. */
  readonly size: number
}

/** One line of a manifest. */
export type Entry = FileEntry | ReferenceEntry

/** What a version holds: frozen, sorted by path, checked. Only `createManifest` and `decodeManifest` make one. */
export interface Manifest {
  readonly entries: readonly Entry[]
}

/** What is known of a manifest without its entries. */
export interface KnownContent {
  /** The manifest digest. */
  readonly digest: Digest
  /** Of all entries together, in bytes. */
  readonly sizeBytes: number
  readonly fileCount: number
}

/** Entries of one manifest. */
export const ENTRIES_MAX = 1_000_000

/** Entries of a manifest whose encoding is kept with it: about 3 MB. */
const KEPT_ENTRIES_MAX = 20_000

/** Entries are immutable, so that a digest is computed once. */
const digests = new WeakMap<Manifest, Digest>()
const encodings = new WeakMap<Manifest, Uint8Array>()
const contents = new WeakMap<Manifest, KnownContent>()

/**
 * A manifest of entries in any order; unknown members are dropped. None makes an empty one, which cannot be logged.
 *
 * `INVALID`, naming the path: a path, digest, size or URI that breaks its rule, a path given twice, a path below another
 * one, more than `ENTRIES_MAX` entries. A size is a whole number from 0 to 2^53 − 1.
 */
export function createManifest(entries: Iterable<Entry>): Manifest {
  const sorted: Entry[] = []
  let isSorted = true
  let previous = ''
  for (const given of entries) {
    if (sorted.length === ENTRIES_MAX) throw invalid(`more than ${ENTRIES_MAX} entries`, 'split the artifact')
    const entry = checkEntry(given)
    isSorted &&= comparePaths(previous, entry.path) <= 0
    previous = entry.path
    sorted.push(entry)
  }
  if (!isSorted) sorted.sort((a, b) => comparePaths(a.path, b.path))
  assertPathSet(pathsOf(sorted))
  return Object.freeze({ entries: Object.freeze(sorted) })
}

/**
 * A manifest of which the content is known; its entries are made when somebody asks for them. That throws `CORRUPT` if
 * they turn out to be others.
 */
export function deferManifest(content: KnownContent, make: () => Manifest): Manifest {
  let made: Manifest | null = null
  const manifest = Object.freeze({
    get entries() {
      made ??= assertContent(make(), content)
      return made.entries
    },
  })
  digests.set(manifest, content.digest)
  contents.set(manifest, content)
  return manifest
}

/** What is known of a manifest once it is there. */
export function contentOf(manifest: Manifest): KnownContent {
  const digest = manifestDigest(manifest)
  return { digest, sizeBytes: manifestSize(manifest), fileCount: fileCount(manifest) }
}

/** Whether an entry's bytes lie elsewhere. */
export function isReference(entry: Entry): entry is ReferenceEntry {
  return entry.ref !== undefined
}

/** Whether the store keeps an entry's bytes. */
export function isFileEntry(entry: Entry): entry is FileEntry {
  return entry.ref === undefined
}

/**
 * The canonical form of a manifest, whose SHA-256 is Trackio's manifest digest too: JSON in UTF-8 without white space,
 * entries by path, keys sorted, nothing escaped that JSON does not make one escape. `INVALID` beyond `MANIFEST_BYTES_MAX`.
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  if (manifest.entries.length <= KEPT_ENTRIES_MAX) return encodeKept(manifest)
  // Encoding twice costs less memory than holding all pieces beside the whole.
  let size = 0
  for (const piece of encodePieces(manifest.entries)) size += piece.length
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const piece of encodePieces(manifest.entries)) {
    bytes.set(piece, offset)
    offset += piece.length
  }
  return bytes
}

/** The digest of a manifest: what identifies the content of a version. `INVALID` beyond `MANIFEST_BYTES_MAX`. */
export function manifestDigest(manifest: Manifest): Digest {
  const known = digests.get(manifest)
  if (known !== undefined) return known
  const digester = createDigester()
  const isKept = manifest.entries.length <= KEPT_ENTRIES_MAX
  for (const piece of isKept ? [encodeKept(manifest)] : encodePieces(manifest.entries)) digester.update(piece)
  const digest = digester.digest()
  digests.set(manifest, digest)
  return digest
}

/**
 * Reads the bytes of a manifest; `CORRUPT` unless they hash to `digest`, are the canonical form and hold valid entries.
 *
 * Large ones are parsed in pieces: beside the bytes it needs little more than the entries.
 */
export function decodeManifest(bytes: Uint8Array, digest: Digest): Manifest {
  if (bytes.length > MANIFEST_BYTES_MAX) throw corrupt(digest, `${bytes.length} bytes, more than any manifest has`)
  const actual = sha256(bytes)
  if (actual !== digest) throw corrupt(digest, `its bytes hash to ${actual}`)
  const manifest = readEntries(bytes, digest)
  if (!equalsPieces(bytes, encodePieces(manifest.entries))) throw corrupt(digest, 'it is not in canonical form')
  digests.set(manifest, digest)
  return manifest
}

/** The sizes of all entries together, references included, in bytes. `INVALID` when they pass 2^53 − 1. */
export function manifestSize(manifest: Manifest): number {
  const known = contents.get(manifest)
  if (known) return known.sizeBytes
  let size = 0
  for (const entry of manifest.entries) size += entry.size
  if (Number.isSafeInteger(size)) return size
  throw invalid('the sizes of all entries together pass 2^53 − 1', 'split the artifact')
}

/** How many entries a manifest has, references included. */
export function fileCount(manifest: Manifest): number {
  return contents.get(manifest)?.fileCount ?? manifest.entries.length
}

/** The blobs of a manifest with their sizes, each once; references have none. One digest with two sizes is `INVALID`. */
export function blobDigests({ entries }: Manifest): ReadonlyMap<Digest, number> {
  const blobs = new Map<Digest, number>()
  for (const entry of entries) {
    if (isReference(entry)) continue
    const { path, digest, size } = entry
    const other = blobs.get(digest)
    if (other === undefined) blobs.set(digest, size)
    else if (other !== size) {
      throw invalid(`${quote(path)} has ${size} bytes, another file of the same digest ${other}`, 'add the file again')
    }
  }
  return blobs
}

/** Checks that a manifest can become a version: `INVALID` without entries, or when it is too large to be measured. */
export function assertLoggable(manifest: Manifest): void {
  if (fileCount(manifest) === 0) throw invalid('the artifact has no entries', 'add a file or a reference to it')
  manifestSize(manifest)
}

function assertContent(manifest: Manifest, { digest }: KnownContent): Manifest {
  if (manifestDigest(manifest) === digest) return manifest
  throw new LadingError('CORRUPT', {
    key: digest,
    detail: `what was remembered of the files does not add up to this manifest but to ${manifestDigest(manifest)}`,
    next: 'log the folder with `rehash: true` (`--rehash`), which looks at nothing that is remembered; nothing was logged',
  })
}

function checkEntry(given: Entry): Entry {
  // Callers without types, and stored bytes, may hand over anything.
  const entry: unknown = given
  if (typeof entry !== 'object' || entry === null) {
    throw invalid(`an entry is ${quote(entry)}`, 'give an object with path, digest and size')
  }
  const path = assertPath(given.path)
  try {
    const size = checkSize(given.size)
    if (!isReference(given)) return Object.freeze({ path, digest: assertDigest(given.digest), size })
    const ref = assertReferenceUri(given.ref)
    return Object.freeze({ path, ref, digest: assertReferenceDigest(given.digest), size })
  } catch (error) {
    throw isLadingError(error) ? error.with({ key: path }) : error
  }
}

function checkSize(size: unknown): number {
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size === 0 ? 0 : size
  throw invalid(`its size is ${quote(size)}`, 'a size is a whole number of bytes from 0 to 2^53 − 1')
}

/** Whoever logs a manifest needs its digest first and its bytes later. */
function encodeKept(manifest: Manifest): Uint8Array {
  let bytes = encodings.get(manifest)
  if (bytes === undefined) {
    bytes = Buffer.concat([...encodePieces(manifest.entries)])
    encodings.set(manifest, bytes)
  }
  return bytes
}

function* pathsOf(entries: readonly Entry[]): Generator<string> {
  for (const { path } of entries) yield path
}

function readEntries(bytes: Uint8Array, digest: Digest): Manifest {
  try {
    return createManifest(parsePieces(bytes) as Iterable<Entry>)
  } catch (cause) {
    throw corrupt(
      digest,
      `it is no list of valid entries (${cause instanceof Error ? cause.message : String(cause)})`,
      cause,
    )
  }
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}

function corrupt(digest: Digest, detail: string, cause?: unknown): LadingError {
  return new LadingError('CORRUPT', {
    key: digest,
    detail: `no valid manifest: ${detail}`,
    next: 'restore it from a backup, or log the artifact again',
    cause,
  })
}
