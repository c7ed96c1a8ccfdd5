import { createHash, hash } from 'node:crypto'
import { quote } from './canonical-json.ts'
import { LadingError } from './errors.ts'

/** A SHA-256 as 64 lower-case hex digits. */
export type Digest = string

/** Hashes bytes that arrive in pieces. */
export interface Digester {
  /** Takes the next bytes; they may be reused as soon as it returns. */
  update(chunk: Uint8Array): void
  /** The digest of all bytes so far. It ends the digester: no method may be called after it. */
  digest(): Digest
}

const DIGEST_LENGTH = 64

/** Looking for what must not be there is a third faster than matching all that must: this is asked very often. */
const NO_DIGEST = /[^0-9a-f]/

/** Whether a value is a digest: nothing before, nothing behind, no upper case. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && value.length === DIGEST_LENGTH && !NO_DIGEST.test(value)
}

/** Returns a digest; anything else is `INVALID`. */
export function assertDigest(value: unknown): Digest {
  if (isDigest(value)) return value
  throw new LadingError('INVALID', {
    detail: `${quote(value)} is no digest`,
    next: 'a digest is a SHA-256 as 64 lower-case hex digits',
  })
}

/** The same for many, each of which costs a fraction of that: they are looked at together. */
export function assertDigests(values: readonly unknown[]): void {
  const areLong = values.every((value) => typeof value === 'string' && value.length === DIGEST_LENGTH)
  if (!areLong || NO_DIGEST.test(values.join(''))) values.forEach(assertDigest)
}

/** The digest of bytes, or of a text in UTF-8. */
export function sha256(bytes: Uint8Array | string): Digest {
  return hash('sha256', bytes, 'hex')
}

/** A digester that has seen nothing yet. */
export function createDigester(): Digester {
  const state = createHash('sha256')
  return {
    update(chunk) {
      state.update(chunk)
    },
    digest: () => state.digest('hex'),
  }
}
