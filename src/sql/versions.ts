import { targetOf } from '../domain/head.ts'
import type { Selector } from '../domain/refs.ts'
import { isLive } from '../domain/version.ts'
import type { ArtifactKey, VersionRecord } from '../domain/version.ts'
import type { MetadataStore, VersionView } from '../ports/metadata-store.ts'
import { viewOf } from '../ports/version-view.ts'
import type { SqlContext } from './context.ts'
import type { SqlTransaction } from './database.ts'
import { readHead, readStanding } from './heads.ts'
import type { Standing, Stored } from './heads.ts'
import { pageOf } from './pages.ts'
import { countIn, versionIn } from './rows.ts'

type VersionReads = Pick<MetadataStore, 'head' | 'resolve' | 'locate' | 'record' | 'versions'>

/** Reads of heads and versions. Each is one transaction of at most four statements. */
export function createVersionReads({ database }: SqlContext): VersionReads {
  return {
    head: (key, options) =>
      database.transaction('read', async (tx) => (await readHead(tx, key))?.head ?? null, options),

    resolve: (key, selector, options) => database.transaction('read', (tx) => resolve(tx, key, selector), options),

    async locate(key, selector, options) {
      if (selector.kind === 'version') return { n: selector.n }
      const find = async (tx: SqlTransaction): Promise<number | null> => {
        const stored = await readStanding(tx, key)
        return stored && numberOf(tx, stored, selector)
      }
      const n = await database.transaction('read', find, options)
      return n === null ? null : { n }
    },

    record: ({ n, ...key }, options) =>
      database.transaction(
        'read',
        async (tx) => {
          const stored = await readStanding(tx, key)
          return stored && readVersion(tx, stored, n)
        },
        options,
      ),

    versions: (key, { newestFirst, cursor, limit, signal }) =>
      database.transaction(
        'read',
        async (tx) => {
          const stored = await readStanding(tx, key)
          if (!stored) return { items: [] }
          const { head, id } = stored
          const bounds = boundsOf(head, { newestFirst, cursor })
          const statement = newestFirst ? 'liveVersionsDown' : 'liveVersionsUp'
          const rows = await tx.all(statement, { artifact: id, ...bounds, limit: limit + 1 })
          const views = rows.map((row) => viewOf(key, head, versionIn(row, head.type)))
          return pageOf(views, { limit, cursorOf: (view) => String(view.key.n) })
        },
        { signal },
      ),
  }
}

/** The record of a version; null when there is none. */
async function readVersion(tx: SqlTransaction, stored: Stored<Standing>, n: number): Promise<VersionRecord | null> {
  const row = await tx.get('version', { artifact: stored.id, n })
  return row && versionIn(row, stored.head.type)
}

async function resolve(tx: SqlTransaction, key: ArtifactKey, selector: Selector): Promise<VersionView | null> {
  const stored = await readStanding(tx, key)
  const n = stored && (await numberOf(tx, stored, selector))
  const record = n === null ? null : await readVersion(tx, stored!, n)
  if (record === null) return null
  const isNamed = selector.kind === 'version' || isLive(record, stored!.head.floor)
  return isNamed ? viewOf(key, stored!.head, record) : null
}

/** The number that a selector names, live or not. Pending versions have none yet. */
async function numberOf(
  tx: SqlTransaction,
  { id, head }: Stored<Standing>,
  selector: Selector,
): Promise<number | null> {
  switch (selector.kind) {
    case 'version':
      return selector.n
    case 'latest':
      return head.latest?.n ?? null
    case 'alias':
      return targetOf(head.aliases, selector.alias)
    case 'digest': {
      const row = await tx.get('newestWithDigest', { artifact: id, digest: selector.digest })
      return row && countIn(row, 'n')
    }
    case 'pending':
      return null
  }
}

/** Which numbers are left of a listing. A cursor is the last number of the page before. */
function boundsOf(
  { floor, next }: Standing,
  { newestFirst, cursor }: { newestFirst: boolean; cursor: string | undefined },
): { from: number; before: number } {
  if (cursor === undefined) return { from: floor, before: next }
  const last = Number(cursor)
  return newestFirst ? { from: floor, before: last } : { from: Math.max(floor, last + 1), before: next }
}
