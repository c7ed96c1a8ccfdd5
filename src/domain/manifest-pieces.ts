import { LadingError } from './errors.ts'

/** What is written of an entry. */
export interface ManifestLine {
  readonly path: string
  readonly digest: string
  readonly ref?: string | undefined
  readonly size: number
}

/** Size of an encoded manifest, in bytes. */
export const MANIFEST_BYTES_MAX = 512 * 1024 * 1024

/** About how much is encoded or parsed at once: pieces keep a large manifest from becoming one huge string. */
const PIECE_CHARACTERS = 64 * 1024

/** Between two entries of the canonical form, and nowhere else: inside a string the quote would be escaped. */
const BETWEEN_ENTRIES = '},{"digest":"'

/** The canonical form of entries, in pieces. `INVALID` beyond `MANIFEST_BYTES_MAX`. */
export function* encodePieces(entries: readonly ManifestLine[]): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let bytesLeft = MANIFEST_BYTES_MAX
  let text = '['
  for (let index = 0; index <= entries.length; index++) {
    const entry = entries[index]
    text += entry === undefined ? ']' : (index === 0 ? '' : ',') + formatEntry(entry)
    if (entry !== undefined && text.length < PIECE_CHARACTERS) continue
    const piece = encoder.encode(text)
    bytesLeft -= piece.length
    if (bytesLeft < 0) throw tooLarge()
    yield piece
    text = ''
  }
}

function tooLarge(): LadingError {
  const detail = `a manifest of more than ${MANIFEST_BYTES_MAX} bytes`
  return new LadingError('INVALID', { detail, next: 'split the artifact' })
}

/** Keys in the order that sorting gives them. */
function formatEntry({ path, digest, ref, size }: ManifestLine): string {
  const name = JSON.stringify(path)
  if (ref === undefined) return `{"digest":"${digest}","path":${name},"size":${size}}`
  return `{"digest":${JSON.stringify(digest)},"path":${name},"ref":${JSON.stringify(ref)},"size":${size}}`
}

/**
 * Parses entries in pieces, unchecked. Splits only where the canonical form allows it; anything else becomes one large piece,
 * and is refused later.
 */
export function* parsePieces(bytes: Uint8Array): Generator<unknown> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let start = 0
  while (start < buffer.length) {
    const between = buffer.indexOf(BETWEEN_ENTRIES, start + PIECE_CHARACTERS)
    const end = between === -1 ? buffer.length : between + 1
    const text = decoder.decode(buffer.subarray(start, end))
    yield* JSON.parse(`${start === 0 ? '' : '['}${text}${between === -1 ? '' : ']'}`) as unknown[]
    start = between === -1 ? end : end + 1
  }
}

/** Whether bytes are what pieces add up to. */
export function equalsPieces(bytes: Uint8Array, pieces: Iterable<Uint8Array>): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let offset = 0
  for (const piece of pieces) {
    if (!buffer.subarray(offset, offset + piece.length).equals(piece)) return false
    offset += piece.length
  }
  return offset === bytes.length
}
