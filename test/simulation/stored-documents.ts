import type { Head, Move } from '../../src/domain/head.ts'
import type { VersionRecord } from '../../src/domain/version.ts'
import { digestKey, headKey, historyPrefix, versionKey } from '../../src/protocol/keys.ts'
import { ARTIFACT, digestOf } from './scenario.ts'
import type { Storage } from './storage.ts'
import { readDrafts } from './stored-drafts.ts'
import type { StoredDrafts } from './stored-drafts.ts'

/** The artifact's documents as they lie in a store at one moment, native and numbered forms alike. */
export interface StoredDocuments {
  readonly head: Head | null
  /** Tombstones are marked, on numbered stores as well. */
  readonly versions: ReadonlyMap<number, VersionRecord>
  /** Digest → the version that its index names. */
  readonly indexes: ReadonlyMap<string, number>
  /** The moves of each history page, by the rev of its key. */
  readonly pages: ReadonlyMap<number, readonly Move[]>
  readonly drafts: StoredDrafts
  readonly has: (key: string) => boolean
}

const HEAD = headKey(ARTIFACT)
const VERSIONS = versionKey(ARTIFACT, 0).split('versions/')[0]! + 'versions/'
const DIGESTS = digestKey(ARTIFACT, digestOf('A')).split('digests/')[0]! + 'digests/'
const HISTORY = historyPrefix(ARTIFACT)

const parsed = new WeakMap<Uint8Array, unknown>()
const decoder = new TextDecoder()

/** Reads all documents of the artifact, without a request. */
export function readStored(storage: Storage): StoredDocuments {
  const documents = {
    head: null as Head | null,
    versions: new Map<number, VersionRecord>(),
    indexes: new Map<string, number>(),
    pages: new Map<number, readonly Move[]>(),
    drafts: readDrafts(storage),
    has: (key: string) => storage.objects.has(key),
  }
  const tombstones: number[] = []
  let newest = ''
  for (const [key, { bytes }] of storage.objects) {
    // An emptied body of a numbered register was superseded.
    if (key.startsWith(HEAD) && key > newest && bytes.length > 0) [newest, documents.head] = [key, parse<Head>(bytes)]
    else if (key.startsWith(VERSIONS)) {
      if (key.endsWith('.deleted')) tombstones.push(Number(key.slice(-'.deleted'.length - 10, -'.deleted'.length)))
      else documents.versions.set(Number(key.slice(-10)), parse(bytes))
    } else if (key.startsWith(DIGESTS)) {
      const digest = key.slice(DIGESTS.length, DIGESTS.length + 64)
      documents.indexes.set(digest, Math.max(documents.indexes.get(digest) ?? 0, parse<{ n: number }>(bytes).n))
    } else if (key.startsWith(HISTORY)) {
      documents.pages.set(Number(key.slice(-10)), parse<{ moves: Move[] }>(bytes).moves)
    }
  }
  for (const n of tombstones) documents.versions.set(n, { ...documents.versions.get(n)!, deleted: true })
  return documents
}

function parse<T>(bytes: Uint8Array): T {
  if (!parsed.has(bytes)) parsed.set(bytes, JSON.parse(decoder.decode(bytes)))
  return parsed.get(bytes) as T
}
