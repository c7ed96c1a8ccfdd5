import { createHash } from 'node:crypto'
import type { Digest } from '../../../domain/digest.ts'
import { digestAt } from '../bulk/digest-names.ts'
import { STATE_FIELDS } from '../bulk/file-states.ts'
import type { KnownContent } from '../../../domain/manifest.ts'
import type { FileState } from '../../../ports/file-state.ts'

/** What is remembered of files, in columns: a file of many thousand entries is read and written in a millisecond or two. */
export interface Columns {
  readonly paths: readonly string[]
  /** Of each path `STATE_FIELDS` numbers, as they move between threads: a change of these is one of the format. */
  readonly states: BigInt64Array
  /** The digests in hex, one after the other. */
  readonly digests: string
  /** What the folder was logged as when these were all of its files; null where that is not known. */
  readonly whole: KnownContent | null
}

/** No entry. */
export const NO_COLUMNS: Columns = Object.freeze({
  paths: [],
  states: new BigInt64Array(0),
  digests: '',
  whole: null,
})

/** Bytes of a digest. */
const DIGEST_BYTES = 32

/**
 * SHA-256 of the rest, then four numbers: the format, which also tells the byte order, the count of entries, the bytes of
 * their paths, and 1 if it is known what the whole folder was logged as; then that, as its digest and its size, or zeros.
 * Then states, digests, and paths in UTF-8 with a NUL between two: no path has one.
 */
const CHECKSUM_BYTES = 32
const WHOLE_START = CHECKSUM_BYTES + 16
const HEADER_BYTES = WHOLE_START + DIGEST_BYTES + Float64Array.BYTES_PER_ELEMENT

/** Changes whenever the layout does: a file of another one is no file. */
const FORMAT = 0x4c_53_00_02

/** Whether a path can be kept: a NUL, or half a character, would not come back. */
export function canKeep(path: string): boolean {
  return path !== '' && !path.includes('\0') && path.isWellFormed()
}

/** Columns that grow. */
export class ColumnsUnderWay {
  readonly #paths: string[] = []
  readonly #digests: Digest[] = []
  #states = new BigInt64Array(64 * STATE_FIELDS)

  get count(): number {
    return this.#paths.length
  }

  add(path: string, state: FileState, digest: Digest): void {
    const at = this.#room()
    this.#states[at] = state.dev
    this.#states[at + 1] = state.ino
    this.#states[at + 2] = BigInt(state.sizeBytes)
    this.#states[at + 3] = state.mtimeNs
    this.#states[at + 4] = state.ctimeNs
    this.#paths.push(path)
    this.#digests.push(digest)
  }

  /** Takes an entry over as it is. */
  addFrom(columns: Columns, index: number): void {
    const [from, at] = [index * STATE_FIELDS, this.#room()]
    this.#states.set(columns.states.subarray(from, from + STATE_FIELDS), at)
    this.#paths.push(columns.paths[index]!)
    this.#digests.push(digestAt(columns.digests, index))
  }

  /** The bytes of a file that holds them. */
  encode(whole: KnownContent | null): Uint8Array {
    const states = this.#states.subarray(0, this.count * STATE_FIELDS)
    const digests = Buffer.from(this.#digests.join(''), 'hex')
    return pack({ paths: Buffer.from(this.#paths.join('\0')), states, digests, whole })
  }

  /** Where the next state goes. */
  #room(): number {
    const at = this.count * STATE_FIELDS
    if (at === this.#states.length) {
      const larger = new BigInt64Array(at * 2)
      larger.set(this.#states)
      this.#states = larger
    }
    return at
  }
}

interface Parts {
  readonly paths: Buffer
  readonly states: BigInt64Array
  readonly digests: Buffer
  readonly whole: KnownContent | null
}

function pack({ paths, states, digests, whole }: Parts): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + states.byteLength + digests.length + paths.length)
  const count = states.length / STATE_FIELDS
  const header = Uint32Array.of(FORMAT, count, paths.length, whole ? 1 : 0)
  bytes.set(new Uint8Array(header.buffer), CHECKSUM_BYTES)
  if (whole) {
    bytes.set(Buffer.from(whole.digest, 'hex'), WHOLE_START)
    bytes.set(new Uint8Array(Float64Array.of(whole.sizeBytes).buffer), WHOLE_START + DIGEST_BYTES)
  }
  bytes.set(new Uint8Array(states.buffer, states.byteOffset, states.byteLength), HEADER_BYTES)
  bytes.set(digests, HEADER_BYTES + states.byteLength)
  bytes.set(paths, HEADER_BYTES + states.byteLength + digests.length)
  bytes.set(checksumOf(bytes), 0)
  return bytes
}

/** What a file holds; null for one that is damaged, cut off, or of another format. */
export function decodeColumns(bytes: Buffer): Columns | null {
  if (bytes.length < HEADER_BYTES) return null
  const [format, count, pathBytes, isWhole] = new Uint32Array(copyOf(bytes, CHECKSUM_BYTES, WHOLE_START))
  if (format !== FORMAT || count === undefined || pathBytes === undefined) return null
  const statesEnd = HEADER_BYTES + count * STATE_FIELDS * BigInt64Array.BYTES_PER_ELEMENT
  const digestsEnd = statesEnd + count * DIGEST_BYTES
  if (bytes.length !== digestsEnd + pathBytes) return null
  if (!bytes.subarray(0, CHECKSUM_BYTES).equals(checksumOf(bytes))) return null
  const paths = count === 0 ? [] : bytes.toString('utf8', digestsEnd).split('\0')
  if (paths.length !== count) return null
  const states = new BigInt64Array(copyOf(bytes, HEADER_BYTES, statesEnd))
  const whole = isWhole === 1 ? readWhole(bytes, count) : null
  return { paths, states, digests: bytes.toString('hex', statesEnd, digestsEnd), whole }
}

function readWhole(bytes: Buffer, fileCount: number): KnownContent {
  const digest = bytes.toString('hex', WHOLE_START, WHOLE_START + DIGEST_BYTES)
  const [sizeBytes = 0] = new Float64Array(copyOf(bytes, WHOLE_START + DIGEST_BYTES, HEADER_BYTES))
  return { digest, sizeBytes, fileCount }
}

/** Whether these files, in their order, are the entries from an index on, in these very states. */
export function areStatesAt(
  { paths, states }: Columns,
  from: number,
  files: { readonly length: number; readonly paths: readonly string[]; readonly states: BigInt64Array },
): boolean {
  const to = from + files.length
  if (to > paths.length) return false
  const known = bytesOf(states.subarray(from * STATE_FIELDS, to * STATE_FIELDS))
  const found = bytesOf(files.states.subarray(0, files.length * STATE_FIELDS))
  return Buffer.compare(known, found) === 0 && files.paths.every((path, index) => path === paths[from + index])
}

function bytesOf({ buffer, byteOffset, byteLength }: BigInt64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Whether an entry is of this very state. */
export function isStateAt({ states }: Columns, index: number, state: FileState): boolean {
  const at = index * STATE_FIELDS
  return (
    states[at + 4] === state.ctimeNs &&
    states[at + 3] === state.mtimeNs &&
    states[at + 2] === BigInt(state.sizeBytes) &&
    states[at + 1] === BigInt.asIntN(64, state.ino) &&
    states[at] === BigInt.asIntN(64, state.dev)
  )
}

/** In memory of its own: columns of numbers begin at a multiple of their width. */
function copyOf(bytes: Buffer, from: number, to: number): ArrayBuffer {
  return new Uint8Array(bytes.subarray(from, to)).buffer
}

function checksumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes.subarray(CHECKSUM_BYTES)).digest()
}
