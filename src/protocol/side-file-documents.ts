import { encodeDocument } from '../domain/canonical-json.ts'
import { tombstoneOf } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import type { IndexedDocuments } from './indexed-documents.ts'
import { digestKey, paddedNumber, versionKey } from './keys.ts'
import { parseVersion } from './schemas.ts'

/**
 * Tombstones and digests on stores without a native compare-and-swap (docs/on-disk-format.md, "Registers").
 *
 * A tombstone is `versions/<n>.deleted`, read after `versions/<n>`; the index of a digest is `digests/<D>/<n>`, of
 * which the newest wins. Nothing is ever replaced or removed, so that no proof is needed.
 */
export function createSideFileDocuments(objects: ObjectStore): IndexedDocuments {
  return {
    async readVersion(key, n, options) {
      const found = await objects.get(versionKey(key, n), options)
      if (!found) return null
      const record = parseVersion(found.bytes, { key: versionKey(key, n), n })
      const tombstone = await objects.get(tombstoneKey(versionKey(key, n)), options)
      return { value: tombstone ? tombstoneOf(record) : record, proof: found.etag }
    },
    async buryVersion(key, { value }, options) {
      const body = encodeDocument({ deleted: true, n: value.n, opId: value.opId })
      const answer = await objects.putIfAbsent(tombstoneKey(versionKey(key, value.n)), body, options)
      return answer === 'exists' ? 'lost' : 'ok'
    },
    async readIndex(key, digest, options) {
      const n = await newestNumber(objects, `${digestKey(key, digest)}/`, options)
      return n === null ? null : { value: n, proof: String(n) }
    },
    async writeIndex(key, { digest, n }, options) {
      const entry = `${digestKey(key, digest)}/${paddedNumber(n)}`
      // An entry that exists says the same, and was made durable by this very call.
      await objects.putIfAbsent(entry, encodeDocument({ n }), options)
      return 'ok'
    },
  }
}

function tombstoneKey(version: string): string {
  return `${version}.deleted`
}

/** Editors and backups leave files of their own beside ours. */
const NUMBER = /\/\d{10}$/

async function newestNumber(objects: ObjectStore, prefix: string, options: CallOptions): Promise<number | null> {
  let newest: number | null = null
  let cursor: string | undefined
  do {
    const page = await objects.list(prefix, { ...options, depth: 'children', details: false, cursor, limit: 1_000 })
    for (const { key } of page.entries) if (NUMBER.test(key)) newest = Number(key.slice(prefix.length))
    cursor = page.cursor
  } while (cursor !== undefined)
  return newest
}
