import { quote } from './canonical-json.ts'
import { assertDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import { LadingError, isLadingError } from './errors.ts'
import { assertName } from './names.ts'

/** Which version of an artifact is meant. */
export type Selector =
  | { readonly kind: 'latest' }
  | { readonly kind: 'version'; readonly n: number }
  | { readonly kind: 'alias'; readonly alias: string }
  /** The version that has this content: its manifest digest. */
  | { readonly kind: 'digest'; readonly digest: Digest }
  /** A version that was logged offline and has no number yet. */
  | { readonly kind: 'pending'; readonly n: number }

/** A name for a version. */
export interface Ref {
  /** Absent: the project that the reader is in. */
  readonly project?: string
  readonly artifact: string
  readonly selector: Selector
}

/** Keys hold ten digits of a number. */
const VERSION = /^v(?<n>0|[1-9][0-9]{0,9})$/
const PENDING = /^pending-(?<n>0|[1-9][0-9]{0,9})$/

const REF_SHAPE =
  'a ref is [project/]name, which means the latest version, or has :latest, :v3, :alias or @<64 hex digits of its digest> behind it'
const VERSION_SHAPE = 'a version is v0, v1, … with at most ten digits and no leading zero'

/** What is said of a pending version that is not there, in place of the usual. */
export const PENDING_UNKNOWN = Object.freeze({
  detail: 'no such pending version: one that was logged offline and has no number yet',
  next: 'ask where it was logged, in the store that it waits in; once it has arrived it has a number',
})

/** Reads a ref; anything else is `INVALID`, with what a ref looks like. `v01` is refused: Trackio takes it for v1. */
export function parseRef(text: string): Ref {
  try {
    if (typeof text !== 'string') throw invalid('it is no string', REF_SHAPE)
    return readRef(text)
  } catch (cause) {
    if (!isLadingError(cause)) throw cause
    throw new LadingError('INVALID', {
      detail: `${quote(text)} is no ref: ${cause.detail}`,
      next: cause.next === undefined || cause.next === REF_SHAPE ? REF_SHAPE : `${cause.next}; ${REF_SHAPE}`,
      cause,
    })
  }
}

/** The text of a ref, always with its selector; `parseRef` reads it back. */
export function formatRef({ project, artifact, selector }: Ref): string {
  return `${project === undefined ? '' : `${project}/`}${artifact}${formatSelector(selector)}`
}

/** The number of a version that is written `v3`; anything else is `INVALID`. */
export function parseVersion(text: string): number {
  const digits = typeof text === 'string' ? VERSION.exec(text)?.groups?.['n'] : undefined
  if (digits === undefined) throw invalid(`${quote(text)} is no version`, VERSION_SHAPE)
  return Number(digits)
}

/** A version as people read it: `v3`. */
export function formatVersion(n: number): string {
  return `v${n}`
}

function readRef(text: string): Ref {
  const slash = text.indexOf('/')
  const name = text.slice(slash + 1)
  const end = name.search(/[:@]/)
  const artifact = assertName('artifact', end === -1 ? name : name.slice(0, end))
  const selector = end === -1 ? ({ kind: 'latest' } as const) : readSelector(name.slice(end))
  return slash === -1
    ? { artifact, selector }
    : { project: assertName('project', text.slice(0, slash)), artifact, selector }
}

function readSelector(text: string): Selector {
  const value = text.slice(1)
  if (text.startsWith('@')) return { kind: 'digest', digest: wholeDigest(value) }
  if (value === 'latest') return { kind: 'latest' }
  if (/^v[0-9]+$/.test(value)) return { kind: 'version', n: parseVersion(value) }
  const pending = PENDING.exec(value)?.groups?.['n']
  if (pending !== undefined) return { kind: 'pending', n: Number(pending) }
  return { kind: 'alias', alias: assertName('alias', value) }
}

/** Another version could come to have the same first digits: a part of a digest names nothing for good. */
function wholeDigest(text: string): Digest {
  if (/^[0-9a-f]{1,63}$/.test(text))
    throw invalid(`${quote(text)} is a part of a digest`, 'give all 64 hex digits of it')
  return assertDigest(text)
}

function formatSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'latest':
      return ':latest'
    case 'version':
      return `:${formatVersion(selector.n)}`
    case 'alias':
      return `:${selector.alias}`
    case 'digest':
      return `@${selector.digest}`
    case 'pending':
      return `:pending-${selector.n}`
  }
}

function invalid(detail: string, next: string): LadingError {
  return new LadingError('INVALID', { detail, next })
}
