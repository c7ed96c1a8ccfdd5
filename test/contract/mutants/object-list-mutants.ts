import { LadingError } from '../../../src/domain/errors.ts'
import type { ListEntry, ListOptions, ListPage, ObjectStore } from '../../../src/ports/object-store.ts'
import type { Breaker, Mutant } from './mutant.ts'

/** Drivers that list or delete wrongly. */
export const objectListMutants: readonly Mutant<ObjectStore>[] = [
  {
    id: 'delete-of-nothing-fails',
    broken: 'Deleting a key that is gone already is an error.',
    cites: [
      { source: 'rustfs/rustfs#6321', what: 'a second DeleteObjects of a key answers InternalError' },
      {
        source: 'get-convex/convex-backend#533',
        what: 'ENOENT from deleting a missing object stopped every later clean-up for weeks',
      },
    ],
    killedBy: 'object.delete.missing',
    breaks: () => (sound) => ({
      ...sound,
      async delete(keys, options) {
        for (const key of keys) {
          if (!(await sound.stat(key, options))) throw new LadingError('NOT_FOUND', { detail: `no ${key}` })
        }
        await sound.delete(keys, options)
      },
    }),
  },
  {
    id: 'thousand-keys-are-all',
    broken: 'Of a long list of keys those are deleted that fit into one request.',
    cites: [
      { source: 'aws/aws-sdk-java#1293', what: 'more than 1,000 keys are refused as malformed XML' },
      {
        source: 'Loomly/s3_asset_deploy#32',
        what: 'deletions were sent in one request, which takes 1,000 keys at most',
      },
    ],
    killedBy: 'object.delete.many',
    breaks: () => (sound) => ({ ...sound, delete: (keys, options) => sound.delete(keys.slice(0, 1_000), options) }),
  },
  {
    id: 'prefix-loses-its-slash',
    broken: "A prefix is normalised without its slash: a folder's listing has its neighbours that begin alike.",
    cites: [
      { source: 'adobe/S3Mock#181', what: 'a prefix `3330/` lists `33309/0` too' },
      { source: 'kelseyhightower/memkv#7', what: '`ls /a` answers what is in `/aa`' },
    ],
    killedBy: 'object.list.prefix-is-a-folder',
    breaks: () => (sound) => ({
      ...sound,
      list: (prefix, options) => sound.list(prefix.replace(/(?<=[a-z])\/$/, ''), options),
    }),
  },
  {
    id: 'neighbour-hides-a-folder',
    broken: 'Names that sort before the slash hide the folder that has their beginning as its name.',
    cites: [{ source: 'earth-mover/icechunk#1825', what: '`foo-bar` would hide `foo/baz`' }],
    killedBy: 'object.list.children',
    breaks: () =>
      pagesOf((page) => {
        const names = page.entries.map(({ key }) => key)
        const isHidden = (key: string) => names.some((name) => name.startsWith(`${key.slice(0, -1)}-`))
        return { ...page, entries: page.entries.filter(({ kind, key }) => kind === 'object' || !isHidden(key)) }
      }),
  },
  {
    id: 'folder-comes-again',
    broken: 'A page that ends in a folder goes on behind its first key: the folder is listed once more.',
    cites: [
      {
        source: 'localstack/localstack#9605',
        what: 'listing with delimiter, max-keys and token returns the same CommonPrefixes several times',
      },
      {
        source: 'afreidah/s3-orchestrator#69',
        what: 'a token in the middle of a prefix group: the next page emits it again',
      },
    ],
    killedBy: 'object.list.pages',
    breaks: () => (sound) => ({
      ...sound,
      async list(prefix, options) {
        const page = await sound.list(prefix, options)
        const last = page.entries.at(-1)
        if (page.cursor === undefined || last?.kind !== 'folder' || options.cursor?.startsWith(last.key)) return page
        return { ...page, cursor: `${last.key}b` }
      },
    }),
  },
  {
    id: 'page-border-swallows-a-key',
    broken: 'The cursor names the first key of the next page, which the next page starts behind.',
    cites: [{ source: 'minio/minio#21463', what: 'a continuation token that skips one key' }],
    killedBy: 'object.list.pages',
    breaks: () => pagesOf((page) => (page.cursor === undefined ? page : { ...page, cursor: `${page.cursor}\0` })),
  },
  {
    id: 'cursor-is-an-offset',
    broken: 'A cursor counts what was listed: whoever writes meanwhile moves the pages.',
    cites: [
      { source: 'TangleML/tangle#131', what: 'offset pagination of pipeline runs was replaced by a cursor' },
      { source: 'jamie8johnson/cqs#240', what: 'OFFSET pages skip or duplicate rows when the table is modified' },
    ],
    killedBy: 'object.list.pages-under-writes',
    breaks: () => (sound) => ({
      ...sound,
      async list(prefix, { cursor, limit, ...options }) {
        const entries = await everyEntry(sound, prefix, options)
        const end = Number(cursor ?? 0) + limit
        const page = entries.slice(end - limit, end)
        return end < entries.length ? { entries: page, cursor: `${end}` } : { entries: page }
      },
    }),
  },
  {
    id: 'order-of-the-locale',
    broken: "A listing is sorted by the locale's rules and not by code points.",
    cites: [
      { source: 'servers.md', what: '"listing in UTF-16 order instead of UTF-8": S3Proxy, S3Mock' },
      { source: 'openclaw/openclaw#96588', what: 'candidates are ordered with String.localeCompare' },
    ],
    killedBy: 'object.list.all',
    breaks: () =>
      pagesOf((page) => ({ ...page, entries: page.entries.toSorted((a, b) => a.key.localeCompare(b.key, 'en')) })),
  },
  {
    id: 'listing-is-cached',
    broken: 'A listing is kept, and what another handle writes is not seen in it.',
    cites: [
      { source: 'fsspec/gcsfs#564', what: 'a copy did not invalidate the cache of listings, which was stale' },
      { source: 'fsspec/gdrive-fsspec#62', what: 'listings are cached, and nothing invalidates them' },
    ],
    killedBy: 'object.list.after-writes',
    breaks: () => (sound) => {
      const pages = new Map<string, ListPage>()
      return {
        ...sound,
        async list(prefix, options) {
          const name = JSON.stringify([prefix, options.depth, options.cursor, options.limit])
          const page = pages.get(name) ?? (await sound.list(prefix, options))
          pages.set(name, page)
          return page
        },
      }
    },
  },
]

function pagesOf(change: (page: ListPage) => ListPage): Breaker<ObjectStore> {
  return (sound) => ({ ...sound, list: async (prefix, options) => change(await sound.list(prefix, options)) })
}

async function everyEntry(
  store: ObjectStore,
  prefix: string,
  options: Omit<ListOptions, 'cursor' | 'limit'>,
): Promise<ListEntry[]> {
  return [...(await store.list(prefix, { ...options, limit: 10_000 })).entries]
}
