import type { ArtifactKey } from '../../../src/domain/version.ts'
import type { MetadataStore, Page, VersionView } from '../../../src/ports/metadata-store.ts'
import type { Mutant } from './mutant.ts'

/** Metadata stores that find, list or move wrongly what they have. */
export const metadataReadMutants: readonly Mutant<MetadataStore>[] = [
  {
    id: 'digest-finds-the-deleted',
    broken: 'A version that was deleted is found by its content.',
    cites: [
      {
        source: 'chainloop-dev/chainloop#3237',
        what: 'looking up a project version by name did not exclude soft-deleted rows',
      },
    ],
    killedBy: 'metadata.delete.leaves-a-tombstone',
    breaks: () => (sound) => ({
      ...sound,
      async resolve(key, selector, options) {
        if (selector.kind !== 'digest') return sound.resolve(key, selector, options)
        const all = await everyVersion(sound, key)
        return all.find(({ record }) => record.digest === selector.digest) ?? null
      },
    }),
  },
  {
    id: 'tombstone-is-invisible',
    broken: 'A version that was deleted is answered as one that never was.',
    cites: [{ source: 'ohdearquant/khive#2682', what: 'who deleted a record sees neither it nor its tombstone' }],
    killedBy: 'metadata.resolve.ended',
    breaks: () => (sound) => ({
      ...sound,
      async resolve(key, selector, options) {
        const found = await sound.resolve(key, selector, options)
        return found?.ended === 'deleted' ? null : found
      },
    }),
  },
  {
    id: 'youngest-is-latest',
    broken: '`latest` is the version with the latest time, and clients have clocks of their own.',
    cites: [
      { source: 'iterative/gto#132', what: '`latest` by timestamp is v0.0.1 where v0.0.1 was promoted after v1.0.0' },
    ],
    killedBy: 'metadata.clocks.differ',
    breaks: () => (sound) => {
      const youngest = async (key: ArtifactKey): Promise<VersionView | null> => {
        const live = (await everyVersion(sound, key)).filter((view) => view.live)
        return live.toSorted((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1))[0] ?? null
      }
      return {
        ...sound,
        resolve: async (key, selector, options) =>
          selector.kind === 'latest' ? youngest(key) : sound.resolve(key, selector, options),
        async head(key, options) {
          const [head, found] = [await sound.head(key, options), await youngest(key)]
          return head && { ...head, latest: head.latest && found && { ...head.latest, n: found.key.n } }
        },
      }
    },
  },
  {
    id: 'numbers-are-sorted-as-text',
    broken: 'Versions are listed by their numbers as text: v10 before v2.',
    cites: [
      {
        source: 'dbpedia/databus#271',
        what: 'the latest version is determined by lexicographic order: 2.9.0 > 2.10.0',
      },
      { source: 'databricks/unity-gateway#381', what: 'a string sort makes 4-10 lose to 4-9' },
    ],
    killedBy: 'metadata.versions.pages',
    breaks: () => (sound) => ({
      ...sound,
      async versions(key, { newestFirst, cursor, limit }) {
        const live = (await everyVersion(sound, key)).filter((view) => view.live)
        const rows = live.toSorted((a, b) => (`${a.key.n}` < `${b.key.n}` ? -1 : 1))
        return pageOf(newestFirst ? rows.toReversed() : rows, { cursor, limit })
      },
    }),
  },
  {
    id: 'version-cursor-is-an-offset',
    broken: 'Pages of versions are cut by a count: one that is deleted meanwhile takes another along.',
    cites: [{ source: 'TangleML/tangle#131', what: 'the page token of pipeline runs held an offset' }],
    killedBy: 'metadata.versions.while-others-write',
    breaks: () => (sound) => ({
      ...sound,
      async versions(key, { newestFirst, cursor, limit }) {
        const rows = (await everyVersion(sound, key)).filter((view) => view.live)
        return pageOf(newestFirst ? rows.toReversed() : rows, { cursor, limit })
      },
    }),
  },
  {
    id: 'page-without-a-token',
    broken: 'A page of artifacts that is not the last one says that it is.',
    cites: [
      {
        source: 'mlflow/mlflow#9363',
        what: 'search_model_versions(max_results=1) of 100 versions answers an empty token',
      },
    ],
    killedBy: 'metadata.artifacts.pages-by-type',
    breaks: () => (sound) => ({
      ...sound,
      artifacts: async (project, options) => ({ items: (await sound.artifacts(project, options)).items }),
    }),
  },
  {
    id: 'type-is-a-pattern',
    broken: 'The type that is asked for goes into a LIKE without being escaped.',
    cites: [
      { source: 'rotki/rotki#9505', what: '`_` in a LIKE query is a wildcard, and every query meant an underscore' },
      {
        source: 'dynamics365ninja/d365fo-cli#53',
        what: 'a search for `FM_` returns all that begins with FM and one more character',
      },
    ],
    killedBy: 'metadata.log.odd-types',
    breaks: () => (sound) => ({
      ...sound,
      async artifacts(project, { type, ...options }) {
        const page = await sound.artifacts(project, options)
        return { ...page, items: page.items.filter((row) => type === undefined || isLike(row.type, type)) }
      },
    }),
  },
  {
    id: 'case-does-not-matter',
    broken: 'Names are compared without case: two artifacts are one.',
    cites: [
      {
        source: 'agentscope-ai/agentscope-java#3217',
        what: 'key columns with a case-insensitive collation: keys that differ in case overwrite each other',
      },
      { source: 'dexidp/dex#4016', what: 'ids are lowered to make the key of a session' },
    ],
    killedBy: 'metadata.names.case-is-kept',
    breaks: () => (sound) => {
      const fold = <K extends ArtifactKey>(key: K): K => ({ ...key, artifact: key.artifact.toLowerCase() })
      return {
        ...sound,
        commit: (key, command, options) => sound.commit(fold(key), command, options),
        head: (key, options) => sound.head(fold(key), options),
        resolve: (key, selector, options) => sound.resolve(fold(key), selector, options),
      }
    },
  },
  {
    id: 'aliases-are-properties',
    broken: 'An alias is looked up in an object that has a prototype: some exist that nobody set.',
    cites: [{ source: 'joshjung/hash-array#3', what: "get('constructor') returns a function" }],
    killedBy: 'metadata.resolve.each-selector',
    breaks: () => (sound) => ({
      ...sound,
      async resolve(key, selector, options) {
        const isInherited = selector.kind === 'alias' && selector.alias in {}
        return sound.resolve(key, isInherited ? { kind: 'latest' } : selector, options)
      },
    }),
  },
  {
    id: 'alias-is-cached',
    broken: 'A client that has resolved an alias once does not see it move.',
    cites: [
      {
        source: 'prisma/prisma1#741',
        what: 'an alias that was changed stayed in a cache, and queries went to the old service',
      },
      { source: 'linkerd/linkerd#292', what: 'a cache of resolutions is not invalidated' },
    ],
    killedBy: 'metadata.isolation.nothing-is-stale',
    breaks: () => (sound) => {
      const views = new Map<string, VersionView>()
      return {
        ...sound,
        async resolve(key, selector, options) {
          if (selector.kind !== 'alias') return sound.resolve(key, selector, options)
          const name = `${key.project}/${key.artifact}:${selector.alias}`
          const found = views.get(name) ?? (await sound.resolve(key, selector, options))
          if (found) views.set(name, found)
          return found
        },
      }
    },
  },
]

/** Every version that has a number, deleted ones too, oldest first. */
async function everyVersion(store: MetadataStore, key: ArtifactKey): Promise<VersionView[]> {
  const next = (await store.head(key, {}))?.next ?? 0
  const found = await Promise.all(
    Array.from({ length: next }, (_, n) => store.resolve(key, { kind: 'version', n }, {})),
  )
  return found.filter((view) => view !== null)
}

/** A page whose cursor is an offset. */
function pageOf<T>(rows: readonly T[], { cursor, limit }: { cursor: string | undefined; limit: number }): Page<T> {
  const end = Number(cursor ?? 0) + limit
  const items = rows.slice(end - limit, end)
  return end < rows.length ? { items, cursor: `${end}` } : { items }
}

/** As LIKE compares: `%` is any text, `_` any character. */
function isLike(text: string, pattern: string): boolean {
  const [first, rest] = [[...pattern][0], [...pattern].slice(1).join('')]
  if (first === undefined) return text === ''
  if (first === '%') return isLike(text, rest) || (text !== '' && isLike([...text].slice(1).join(''), pattern))
  return text !== '' && (first === '_' || [...text][0] === first) && isLike([...text].slice(1).join(''), rest)
}
