import type { Digest } from '../domain/digest.ts'
import { targetOf } from '../domain/head.ts'
import type { Head } from '../domain/head.ts'
import type { Selector } from '../domain/refs.ts'
import { isLive } from '../domain/version.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { MetadataStore, Page, VersionView } from '../ports/metadata-store.ts'
import { viewOf } from '../ports/version-view.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import type { ArtifactDocuments } from './documents.ts'
import { versionKey } from './keys.ts'
import { missingVersion } from './outcomes.ts'

type VersionReads = Pick<MetadataStore, 'head' | 'resolve' | 'locate' | 'record' | 'versions'>

/** A selector that head alone can tell. */
type HeadSelector = Exclude<Selector, { kind: 'version' | 'digest' }>

/** Reads of heads and versions. */
export function createVersionReads({ objects }: ProtocolContext, documents: ArtifactDocuments): VersionReads {
  return {
    async head(key, options) {
      return (await documents.readHead(key, options))?.value ?? null
    },

    async resolve(key, selector, options) {
      if (selector.kind === 'version') return resolveNumber(documents, { key, n: selector.n }, options)
      if (selector.kind === 'digest') return resolveDigest(documents, { key, digest: selector.digest }, options)
      return resolveName(documents, { key, selector }, options)
    },

    async locate(key, selector, options) {
      if (selector.kind === 'version') return { n: selector.n }
      if (selector.kind === 'digest') {
        const found = await documents.readIndex(key, selector.digest, options)
        return found && { n: found.value }
      }
      const seen = await documents.readHead(key, options)
      const n = seen && namedBy(seen.value, selector)
      return n === null ? null : { n, seen }
    },

    async record({ n, ...key }, options) {
      return (await documents.readVersion(key, n, options))?.value ?? null
    },

    async versions(key, { newestFirst, cursor, limit, ...options }) {
      const head = (await documents.readHead(key, options))?.value
      if (!head) return { items: [] }
      const numbers = pageNumbers(head, { newestFirst, cursor, limit })
      const found = await mapConcurrently(objects, numbers, (n) => documents.readVersion(key, n, options))
      const records = found.map((seen, index) => {
        if (seen === null) throw missingVersion(versionKey(key, numbers[index]!))
        return seen.value
      })
      const live = records.filter((record) => isLive(record, head.floor))
      return page(
        live.map((record) => viewOf(key, head, record)),
        nextCursor(head, numbers, newestFirst),
      )
    },
  }
}

/** By number the version and head are read side by side; a version that head does not count yet can be seen. */
async function resolveNumber(
  documents: ArtifactDocuments,
  { key, n }: { key: ArtifactKey; n: number },
  options: CallOptions,
): Promise<VersionView | null> {
  const [head, found] = await Promise.all([documents.readHead(key, options), documents.readVersion(key, n, options)])
  return head && found ? viewOf(key, head.value, found.value) : null
}

/** The index may name a version that head does not count yet: it can be seen, as by its number. */
async function resolveDigest(
  documents: ArtifactDocuments,
  { key, digest }: { key: ArtifactKey; digest: Digest },
  options: CallOptions,
): Promise<VersionView | null> {
  const head = (await documents.readHead(key, options))?.value
  if (!head) return null
  const n = (await documents.readIndex(key, digest, options))?.value ?? null
  return readLive(documents, { key, head, n }, options)
}

/** `latest` or an alias. When its version has ended since head was read, that head is old, and a newer one tells. */
async function resolveName(
  documents: ArtifactDocuments,
  { key, selector }: { key: ArtifactKey; selector: HeadSelector },
  options: CallOptions,
): Promise<VersionView | null> {
  for (let seenRev = -1; ;) {
    const head = (await documents.readHead(key, options))?.value
    if (!head || head.rev === seenRev) return null
    const n = namedBy(head, selector)
    const found = await readLive(documents, { key, head, n }, options)
    if (found || n === null) return found
    seenRev = head.rev
  }
}

async function readLive(
  documents: ArtifactDocuments,
  { key, head, n }: { key: ArtifactKey; head: Head; n: number | null },
  options: CallOptions,
): Promise<VersionView | null> {
  if (n === null || n < head.floor) return null
  const found = await documents.readVersion(key, n, options)
  return found && isLive(found.value, head.floor) ? viewOf(key, head, found.value) : null
}

/** What head alone says of a selector. Pending versions have no number yet. */
function namedBy(head: Head, selector: HeadSelector): number | null {
  if (selector.kind === 'pending') return null
  return selector.kind === 'latest' ? (head.latest?.n ?? null) : targetOf(head.aliases, selector.alias)
}

function pageNumbers(
  head: Head,
  { newestFirst, cursor, limit }: { newestFirst: boolean; cursor: string | undefined; limit: number },
): number[] {
  const start = cursor === undefined ? (newestFirst ? head.next - 1 : head.floor) : Number(cursor)
  const step = newestFirst ? -1 : 1
  const numbers: number[] = []
  for (let n = start; n >= head.floor && n < head.next && numbers.length < limit; n += step) numbers.push(n)
  return numbers
}

function nextCursor(head: Head, numbers: readonly number[], newestFirst: boolean): string | undefined {
  const last = numbers.at(-1)
  if (last === undefined) return undefined
  const next = newestFirst ? last - 1 : last + 1
  return next >= head.floor && next < head.next ? String(next) : undefined
}

function page<T>(items: readonly T[], cursor: string | undefined): Page<T> {
  return cursor === undefined ? { items } : { items, cursor }
}
