import { encodeDocument } from '../domain/canonical-json.ts'
import type { Head, Move } from '../domain/head.ts'
import { tombstoneOf } from '../domain/version.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { ProtocolContext } from './context.ts'
import { digestKey, headKey, historyKey, versionKey } from './keys.ts'
import { KnownHeads } from './known-heads.ts'
import type { Swapped } from './register.ts'
import { indexSchema, movesSchema, parseDocument, parseVersion } from './schemas.ts'
import type { IndexedDocuments, Seen } from './indexed-documents.ts'
import { createSideFileDocuments } from './side-file-documents.ts'

/** The documents of an artifact that the commit protocol reads and writes. */
export interface ArtifactDocuments extends IndexedDocuments {
  readHead(key: ArtifactKey, options: CallOptions): Promise<Seen<Head> | null>
  /** Creates (`proof` null) or replaces head. */
  swapHead(key: ArtifactKey, head: Head, proof: string | null, options: CallOptions): Promise<Swapped>
  syncHead(key: ArtifactKey, proof: string, options: CallOptions): Promise<void>
  /** Puts `versions/<n>`, if it is absent: the commit of the version. */
  createVersion(key: ArtifactKey, record: VersionRecord, options: CallOptions): Promise<'ok' | 'lost'>
  /** Makes what was found of a version, its tombstone included, survive a crash of the machine. */
  syncVersion(key: ArtifactKey, n: number, options: CallOptions): Promise<void>
  /** Puts the page of moves that leave head; a page that exists has the same content. */
  writeHistory(key: ArtifactKey, moves: readonly Move[], options: CallOptions): Promise<void>
}

/** The documents of a store's artifacts. */
export function createDocuments({ objects, registers }: ProtocolContext): ArtifactDocuments {
  const { batch, register } = objects.capabilities
  const native = batch || register === 'native'
  const heads = new KnownHeads()
  return {
    ...(native ? createRegisterDocuments(objects) : createSideFileDocuments(objects)),
    async readHead(key, options) {
      const found = await registers.read(headKey(key), options)
      return found && { value: heads.parse(found.bytes, headKey(key)), proof: found.proof }
    },
    swapHead: (key, head, proof, options) =>
      registers.swap(headKey(key), heads.encode(head, headKey(key)), proof, options),
    syncHead: (key, proof, options) => registers.sync(headKey(key), { bytes: new Uint8Array(), proof }, options),
    async createVersion(key, record, options) {
      const answer = await objects.putIfAbsent(versionKey(key, record.n), encodeDocument(record), options)
      return answer === 'exists' ? 'lost' : 'ok'
    },
    syncVersion: (key, n, options) => objects.sync([versionKey(key, n)], options),
    async writeHistory(key, moves, options) {
      await objects.putIfAbsent(historyKey(key, moves[0]!.rev), encodeDocument({ moves }), options)
    },
  }
}

/** Reads a page of history. */
export function parseHistory(bytes: Uint8Array, key: string): readonly Move[] {
  return parseDocument(movesSchema, bytes, key).moves
}

function createRegisterDocuments(objects: ObjectStore): IndexedDocuments {
  return {
    async readVersion(key, n, options) {
      const found = await objects.get(versionKey(key, n), options)
      return found && { value: parseVersion(found.bytes, { key: versionKey(key, n), n }), proof: found.etag }
    },
    async buryVersion(key, { value, proof }, options) {
      const body = encodeDocument(tombstoneOf(value))
      return (await objects.compareAndSwap(versionKey(key, value.n), body, proof, options)) === 'lost' ? 'lost' : 'ok'
    },
    async readIndex(key, digest, options) {
      const found = await objects.get(digestKey(key, digest), options)
      return found && { value: parseDocument(indexSchema, found.bytes, digestKey(key, digest)).n, proof: found.etag }
    },
    async writeIndex(key, { digest, n, seen }, options) {
      const body = encodeDocument({ n })
      const answer =
        seen === null
          ? await objects.putIfAbsent(digestKey(key, digest), body, options)
          : await objects.compareAndSwap(digestKey(key, digest), body, seen.proof, options)
      return answer === 'exists' || answer === 'lost' ? 'lost' : 'ok'
    },
  }
}
