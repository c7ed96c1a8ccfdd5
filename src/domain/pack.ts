import { encodeDocument } from './canonical-json.ts'
import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import { LadingError } from './errors.ts'

/** A blob inside a pack. */
export interface PackEntry {
  readonly digest: Digest
  /** Where its bytes begin, counted from the pack's first byte. */
  readonly offset: number
  readonly sizeBytes: number
}

/** A pack's bytes, and what lies where in them. */
export interface Pack {
  readonly bytes: Uint8Array
  readonly entries: readonly PackEntry[]
}

/** The last eight bytes of a pack: the format and its version. */
const MAGIC = 'LADPACK1'

/** Length of the index as an unsigned big-endian number, then the magic. */
const TRAILER_BYTES = 16

/** Blobs back to back in the order given, then their index (docs/packs.md). The same blobs always make the same bytes. */
export function formatPack(blobs: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): Pack {
  const entries = entriesOf(blobs)
  const index = encodeDocument(entries)
  const blobBytes = endOf(entries)
  const bytes = new Uint8Array(blobBytes + index.length + TRAILER_BYTES)
  for (const [position, { offset }] of entries.entries()) bytes.set(blobs[position]!.bytes, offset)
  bytes.set(index, blobBytes)
  new DataView(bytes.buffer).setBigUint64(blobBytes + index.length, BigInt(index.length))
  bytes.set(new TextEncoder().encode(MAGIC), bytes.length - MAGIC.length)
  return { bytes, entries }
}

/**
 * What lies where in a pack. Anything but a whole pack of this version is `CORRUPT`.
 * The blobs themselves are not verified.
 */
export function parsePack(bytes: Uint8Array): readonly PackEntry[] {
  const text = new TextDecoder()
  const magic = text.decode(bytes.subarray(-MAGIC.length))
  if (bytes.length < TRAILER_BYTES || magic !== MAGIC) throw corrupt('it does not end as a pack does')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const indexBytes = view.getBigUint64(bytes.length - TRAILER_BYTES)
  const room = bytes.length - TRAILER_BYTES
  if (indexBytes > BigInt(room)) throw corrupt(`an index of ${indexBytes} bytes, only ${room} are there`)
  const blobBytes = room - Number(indexBytes)
  return parseIndex(text.decode(bytes.subarray(blobBytes, room)), blobBytes)
}

function entriesOf(blobs: readonly { readonly digest: Digest; readonly bytes: Uint8Array }[]): PackEntry[] {
  let offset = 0
  return blobs.map(({ digest, bytes }) => {
    const entry = { digest, offset, sizeBytes: bytes.length }
    offset += bytes.length
    return entry
  })
}

function parseIndex(json: string, blobBytes: number): readonly PackEntry[] {
  let index: unknown
  try {
    index = JSON.parse(json)
  } catch (cause) {
    throw corrupt('its index is no JSON', cause)
  }
  if (!Array.isArray(index) || !index.every(isEntry)) throw corrupt('its index is no list of blobs')
  const gap = index.findIndex(
    ({ offset }, position) => offset !== endOf(index.slice(Math.max(0, position - 1), position)),
  )
  if (gap !== -1) throw corrupt(`blob ${gap} of its index does not follow the one before`)
  if (endOf(index) !== blobBytes) throw corrupt(`its index tells of ${endOf(index)} bytes, ${blobBytes} are there`)
  return index
}

function isEntry(value: unknown): value is PackEntry {
  if (typeof value !== 'object' || value === null) return false
  const { digest, offset, sizeBytes } = value as Partial<Record<keyof PackEntry, unknown>>
  return isDigest(digest) && isCount(offset) && isCount(sizeBytes)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function endOf(entries: readonly PackEntry[]): number {
  const last = entries.at(-1)
  return last === undefined ? 0 : last.offset + last.sizeBytes
}

function corrupt(detail: string, cause?: unknown): LadingError {
  return new LadingError('CORRUPT', {
    detail: `no valid pack: ${detail}`,
    next: 'restore the pack from a backup, or remove the damaged pack and log its files again',
    cause,
  })
}
