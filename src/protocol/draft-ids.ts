import type { DraftKey } from '../domain/draft.ts'
import { storeName } from '../domain/names.ts'
import type { ArtifactKey } from '../domain/version.ts'
import type { CallOptions } from '../ports/call.ts'
import type { DraftRecords } from '../ports/drafts.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { mapConcurrently } from './concurrency.ts'
import type { ProtocolContext } from './context.ts'
import { draftPrefix, draftsPrefix, paddedNumber } from './keys.ts'
import { childNames, keysBelow } from './listings.ts'
import { parseDocument, partSchema } from './schemas.ts'

/** Entries a request asks for where everything is wanted. */
const LIST_LIMIT = 1_000

const ROUND = /^[0-9]{10}$/

/** Which drafts an artifact has, and their newest rounds: the names of folders tell. */
export function createDraftIds({ objects }: ProtocolContext): Pick<DraftRecords, 'ids' | 'newestRound'> {
  return {
    newestRound: (key, options) => newestRound(objects, draftPrefix(key), options),

    async ids(key, options) {
      const { names, cursor } = await childNames(objects, draftsPrefix(key), options)
      const found = await mapConcurrently(objects, names, (name) => idOf(objects, { key, name }, options))
      const items = found.filter((id) => id !== null)
      return cursor === undefined ? { items } : { items, cursor }
    },
  }
}

async function newestRound(objects: ObjectStore, prefix: string, options: CallOptions): Promise<number | null> {
  let newest: number | null = null
  let cursor: string | undefined
  do {
    const page = await childNames(objects, prefix, { ...options, cursor, limit: LIST_LIMIT })
    const round = page.names.findLast((name) => ROUND.test(name))
    if (round !== undefined) newest = Number(round)
    cursor = page.cursor
  } while (cursor !== undefined)
  return newest
}

/** A name that is no id itself stands for one, which every part of the draft holds. */
async function idOf(
  objects: ObjectStore,
  { key, name }: { key: ArtifactKey; name: string },
  options: CallOptions,
): Promise<DraftKey['id'] | null> {
  if (storeName(name) === name) return name
  const prefix = `${draftsPrefix(key)}${name}/`
  const newest = await newestRound(objects, prefix, options)
  if (newest === null) return null
  const [part] = await keysBelow(objects, `${prefix}${paddedNumber(newest)}/parts/`, options)
  const found = part === undefined ? null : await objects.get(part, options)
  if (part === undefined || found === null) return null
  const { draft } = parseDocument(partSchema, found.bytes, part)
  return storeName(draft) === name ? draft : null
}
