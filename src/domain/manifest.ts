import { quote } from './canonical-json.ts'
import { assertDigest, createDigester, sha256 } from './digest.ts'
import type { Digest } from './digest.ts'
import { LadingError, isLadingError } from './errors.ts'
import { assertPath, assertPathSet, comparePaths } from './paths.ts'
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

/** Entries of one manifest. */
export const ENTRIES_MAX = 1_000_000

/** Size of an encoded manifest, in bytes. */
export const MANIFEST_BYTES_MAX = 512 * 1024 * 1024

/** About how much is encoded or parsed at once: pieces keep a large manifest from becoming one huge string. */
const PIECE_CHARACTERS = 64 * 1024

/** Between two entries of the canonical form, and nowhere else: inside a string the quote would be escaped. */
const BETWEEN_ENTRIES = '},{"digest":"'

/** Entries are immutable, so that a digest is computed once. */
const digests = new WeakMap<Manifest, Digest>()

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
  // Encoding twice costs less memory than holding all pieces beside the whole.
  let size = 0
  for (const piece of encodePieces(manifest)) size += piece.length
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const piece of encodePieces(manifest)) {
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
  for (const piece of encodePieces(manifest)) digester.update(piece)
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
  if (!equalsPieces(bytes, encodePieces(manifest))) throw corrupt(digest, 'it is not in canonical form')
  digests.set(manifest, digest)
  return manifest
}

/** The sizes of all entries together, references included, in bytes. `INVALID` when they pass 2^53 − 1. */
export function manifestSize({ entries }: Manifest): number {
  let size = 0
  for (const entry of entries) size += entry.size
  if (Number.isSafeInteger(size)) return size
  throw invalid('the sizes of all entries together pass 2^53 − 1', 'split the artifact')
}

/** How many entries a manifest has, references included. */
export function fileCount({ entries }: Manifest): number {
  return entries.length
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
  if (manifest.entries.length === 0) throw invalid('the artifact has no entries', 'add a file or a reference to it')
  manifestSize(manifest)
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

function* pathsOf(entries: readonly Entry[]): Generator<string> {
  for (const { path } of entries) yield path
}

function* encodePieces({ entries }: Manifest): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let bytesLeft = MANIFEST_BYTES_MAX
  let text = '['
  for (let index = 0; index <= entries.length; index++) {
    const entry = entries[index]
    text += entry === undefined ? ']' : (index === 0 ? '' : ',') + formatEntry(entry)
    if (entry !== undefined && text.length < PIECE_CHARACTERS) continue
    const piece = encoder.encode(text)
    bytesLeft -= piece.length
    if (bytesLeft < 0) throw invalid(`a manifest of more than ${MANIFEST_BYTES_MAX} bytes`, 'split the artifact')
    yield piece
    text = ''
  }
}

/** Keys in the order that sorting gives them. */
function formatEntry({ path, digest, ref, size }: Entry): string {
  const name = JSON.stringify(path)
  if (ref === undefined) return `{"digest":"${digest}","path":${name},"size":${size}}`
  return `{"digest":${JSON.stringify(digest)},"path":${name},"ref":${JSON.stringify(ref)},"size":${size}}`
}

function readEntries(bytes: Uint8Array, digest: Digest): Manifest {
  try {
    return createManifest(parsePieces(bytes))
  } catch (cause) {
    throw corrupt(
      digest,
      `it is no list of valid entries (${cause instanceof Error ? cause.message : String(cause)})`,
      cause,
    )
  }
}

/** Splits only where the canonical form allows it; anything else becomes one large piece, and is refused later. */
function* parsePieces(bytes: Uint8Array): Generator<Entry> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let start = 0
  while (start < buffer.length) {
    const between = buffer.indexOf(BETWEEN_ENTRIES, start + PIECE_CHARACTERS)
    const end = between === -1 ? buffer.length : between + 1
    const text = decoder.decode(buffer.subarray(start, end))
    yield* JSON.parse(`${start === 0 ? '' : '['}${text}${between === -1 ? '' : ']'}`) as Entry[]
    start = between === -1 ? end : end + 1
  }
}

function equalsPieces(bytes: Uint8Array, pieces: Iterable<Uint8Array>): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let offset = 0
  for (const piece of pieces) {
    if (!buffer.subarray(offset, offset + piece.length).equals(piece)) return false
    offset += piece.length
  }
  return offset === bytes.length
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
