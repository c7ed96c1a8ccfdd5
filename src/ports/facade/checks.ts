import { LadingError } from '../../domain/errors.ts'
import type { BatchWrite, ByteRange, ListOptions } from '../object-store.ts'

/** What every store we know takes, with room for a prefix in front: S3 and GCS allow 1024 bytes. */
export const KEY_CHARACTERS_MAX = 900

const NO_KEY_PATTERN = /[^A-Za-z0-9._/-]/

/** A segment that is empty, "." or "..". */
const BAD_SEGMENT_PATTERN = /(?:^|\/)\.{0,2}(?:\/|$)/

/** Refuses with `INVALID` what is no key: the alphabet, the length, no leading or doubled slash, no `.` or `..`. */
export function assertKey(key: string): void {
  if (key === '' || NO_KEY_PATTERN.test(key)) refuse(`a key of ${JSON.stringify(key)}`, 'use only A-Z a-z 0-9 . _ / -')
  if (key.length > KEY_CHARACTERS_MAX) {
    refuse(`a key of ${key.length} characters`, `use at most ${KEY_CHARACTERS_MAX}`)
  }
  if (BAD_SEGMENT_PATTERN.test(key)) {
    refuse(`a key of ${JSON.stringify(key)}`, 'use relative keys without empty, "." or ".." segments')
  }
}

/** Refuses with `INVALID` what is no prefix of whole segments: it is empty, or a key and a slash. */
export function assertPrefix(prefix: string): void {
  if (prefix === '') return
  if (!prefix.endsWith('/')) refuse(`a prefix of ${JSON.stringify(prefix)}`, 'end it with "/"')
  assertKey(prefix.slice(0, -1))
}

/** Refuses with `INVALID` a range that does not count bytes, or ends before it begins. */
export function assertRange(range: ByteRange): void {
  const [least, most] = 'last' in range ? [range.last, undefined] : [range.from, 'to' in range ? range.to : undefined]
  const counts = isCount(least) && (most === undefined || (isCount(most) && most >= least))
  if (!counts) refuse(`a range of ${JSON.stringify(range)}`, 'give whole numbers of bytes, from 0, in order')
}

/** Whether a range asks for no byte at all, whatever the object's size. */
export function isEmptyRange(range: ByteRange): boolean {
  return 'last' in range ? range.last === 0 : 'to' in range && range.to === range.from
}

/** Refuses a page of less than one entry with `INVALID`. */
export function assertPage(prefix: string, { limit }: ListOptions): void {
  assertPrefix(prefix)
  if (!isCount(limit) || limit === 0) refuse(`a limit of ${limit}`, 'ask for at least one entry a page')
}

/** Refuses a batch that no commit can hold with `INVALID`: nothing to write, or a key twice. */
export function assertBatch(writes: readonly BatchWrite[], title: string): void {
  for (const { key } of writes) assertKey(key)
  if (writes.length === 0) refuse('a commit of no writes', 'commit at least one')
  if (new Set(writes.map(({ key }) => key)).size < writes.length) refuse('a key twice in one commit', 'write it once')
  if (title === '') refuse('a commit without a title', 'name the operation in it')
}

/** Refuses an object that is larger than the store takes with `INVALID`. An unknown size passes. */
export function assertSize(sizeBytes: number | null, objectBytesMax: number): void {
  if (sizeBytes !== null && sizeBytes > objectBytesMax) {
    refuse(`an object of ${sizeBytes} bytes`, `this store takes at most ${objectBytesMax}`)
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function refuse(detail: string, next: string): never {
  throw new LadingError('INVALID', { detail, next })
}
